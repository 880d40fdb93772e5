// SPDX-License-Identifier: Apache-2.0
// arrival: has a file arrived whole?
#include "arrival.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_to_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
}

// A read lease is refused while anybody can write. It is given back at once: a writer who comes in
// between waits for microseconds, and the signal that would tell of him is one that is ignored.
bool arrival_is_open(const char *path)
{
	int file = open_to_read(path);
	bool is_open = false;
	if (file < 0)
		return false;
	if (fcntl(file, F_SETSIG, SIGURG) == 0)
		is_open = fcntl(file, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
	close(file);
	return is_open;
}

static bool ends_a_line(const char *end, size_t size)
{
	char last = end[size - 1];
	if (last == 0 && size > 1) // UTF-16, little end first
		last = end[size - 2];
	return last == '\n' || last == '\r' || last == 0x1A;
}

bool arrival_ends_a_line(const char *path)
{
	int file = open_to_read(path);
	struct stat status;
	char end[2];
	bool ends = true;
	if (file < 0)
		return true;
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
		off_t from = status.st_size > 1 ? status.st_size - 2 : 0;
		ssize_t size = pread(file, end, sizeof end, from);
		ends = size <= 0 || ends_a_line(end, (size_t)size);
	}
	close(file);
	return ends;
}
