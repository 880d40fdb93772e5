// SPDX-License-Identifier: Apache-2.0
// lock: one suite a data directory.
#include "lock.h"

#include "place.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

enum {
	WAIT_MS = 15 * 1000, // longer than a service's own deadline for ending
	PAUSE_MS = 100,
};

// The process whose lock it is, from the file; 0: unknown.
static long holder_of(int file)
{
	char text[24] = "";
	if (pread(file, text, sizeof text - 1, 0) <= 0)
		return 0;
	long process = strtol(text, NULL, 10);
	return process > 0 ? process : 0;
}

static bool is_alive(long process)
{
	return process > 0 && (kill((pid_t)process, 0) == 0 || errno == EPERM);
}

static enum status wait_for_others(int file, const char *directory)
{
	bool told = false;
	for (int waited_ms = 0; flock(file, LOCK_EX | LOCK_NB) != 0; waited_ms += PAUSE_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail(STATUS_IO, "%s/lock: %s", directory, strerror(errno));
		long holder = holder_of(file);
		if (is_alive(holder))
			return fail(STATUS_BUSY, "onecity up runs on %s already (process %ld)",
			    directory, holder);
		if (waited_ms >= WAIT_MS)
			return fail(STATUS_BUSY,
			    "programs of an earlier onecity up still run on %s", directory);
		if (!told)
			tell(say("waiting for programs of an earlier run to end",
			    "等待上一次运行的程序结束"));
		told = true;
		usleep(PAUSE_MS * 1000);
	}
	return STATUS_OK;
}

static enum status write_holder(int file, const char *directory)
{
	if (ftruncate(file, 0) != 0 || dprintf(file, "%ld\n", (long)getpid()) < 0)
		return fail(STATUS_IO, "%s/lock: %s", directory, strerror(errno));
	return STATUS_OK;
}

enum status lock_take(int *lock, const char *directory)
{
	char path[PLACE_PATH_SIZE];
	place_path(path, directory, "lock");
	*lock = -1;
	int file = open(path, O_RDWR | O_CREAT, 0600); // without O_CLOEXEC: to be inherited
	if (file < 0)
		return fail(STATUS_IO, "%s: %s", path, strerror(errno));
	enum status status = wait_for_others(file, directory);
	if (status == STATUS_OK)
		status = write_holder(file, directory);
	if (status == STATUS_OK)
		*lock = file;
	else
		close(file);
	return status;
}

void lock_release(int *lock)
{
	if (*lock < 0)
		return;
	if (ftruncate(*lock, 0) != 0)
		tell("lock: %s", strerror(errno));
	close(*lock);
	*lock = -1;
}
