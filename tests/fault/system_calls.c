// SPDX-License-Identifier: Apache-2.0
// system_calls: what a test's libraries write and sync, recorded, or failing by plan.
#include "system_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool recording;
static struct recorded *list;
static size_t list_count;
static enum failure failing;
static uint64_t calls_left;
static bool is_lasting, has_failed;

// --- recording ---

static bool is_recorded(int file)
{
	char link[64], path[512];
	snprintf(link, sizeof link, "/proc/self/fd/%d", file);
	ssize_t size = recording ? readlink(link, path, sizeof path - 1) : -1;
	return size > 9 && memcmp(path + size - 9, "/data.mdb", 9) == 0;
}

static struct recorded *add(enum recorded_kind kind)
{
	list = reallocate(list, (list_count + 1) * sizeof *list);
	list[list_count] = (struct recorded){ .kind = kind };
	list[list_count].acknowledged = list_count > 0 ? list[list_count - 1].acknowledged : 0;
	return &list[list_count++];
}

static void record_write(int file, const void *data, size_t size, off_t offset)
{
	if (!is_recorded(file))
		return;
	struct recorded *recorded = add(RECORDED_WRITE);
	recorded->offset = offset;
	recorded->synced_itself = (fcntl(file, F_GETFL) & O_DSYNC) != 0;
	buffer_append(&recorded->data, data, size);
}

void system_calls_record(bool on)
{
	recording = on;
}

void system_calls_acknowledge(uint64_t entries)
{
	add(RECORDED_ACKNOWLEDGED)->acknowledged = entries;
}

const struct recorded *system_calls_recorded(size_t *count)
{
	*count = list_count;
	return list;
}

void system_calls_forget(void)
{
	for (size_t i = 0; i < list_count; i++)
		buffer_deinit(&list[i].data);
	free(list);
	list = NULL;
	list_count = 0;
}

// --- failing ---

void system_calls_fail(enum failure failure, uint64_t n, bool lasting)
{
	failing = failure;
	calls_left = n;
	is_lasting = lasting;
	has_failed = false;
}

bool system_calls_failed(void)
{
	return has_failed;
}

static enum failure next_failure(void)
{
	if (failing == FAILURE_NONE || (calls_left == 0 && !is_lasting))
		return FAILURE_NONE;
	if (calls_left > 0 && --calls_left > 0)
		return FAILURE_NONE;
	has_failed = true;
	errno = failing == FAILURE_NO_SPACE ? ENOSPC : EIO;
	return failing;
}

// --- the calls ---

ssize_t pwrite(int file, const void *data, size_t size, off_t offset)
{
	enum failure failure = next_failure();
	if (failure == FAILURE_IO || failure == FAILURE_NO_SPACE)
		return -1;
	size_t written = failure == FAILURE_SHORT ? size / 2 : size;
	record_write(file, data, written, offset);
	return syscall(SYS_pwrite64, file, data, written, offset);
}

ssize_t write(int file, const void *data, size_t size)
{
	enum failure failure = file > STDERR_FILENO ? next_failure() : FAILURE_NONE;
	if (failure == FAILURE_IO || failure == FAILURE_NO_SPACE)
		return -1;
	size_t written = failure == FAILURE_SHORT ? size / 2 : size;
	record_write(file, data, written, lseek(file, 0, SEEK_CUR));
	return syscall(SYS_write, file, data, written);
}

// A short one: without its last piece.
ssize_t writev(int file, const struct iovec *pieces, int count)
{
	enum failure failure = next_failure();
	if (failure == FAILURE_IO || failure == FAILURE_NO_SPACE)
		return -1;
	off_t offset = lseek(file, 0, SEEK_CUR);
	int written = failure == FAILURE_SHORT ? count - 1 : count;
	for (int i = 0; i < written; i++) {
		record_write(file, pieces[i].iov_base, pieces[i].iov_len, offset);
		offset += (off_t)pieces[i].iov_len;
	}
	return syscall(SYS_writev, file, pieces, written);
}

static int sync_file(long call, int file)
{
	if (next_failure() != FAILURE_NONE)
		return -1;
	if (is_recorded(file))
		add(RECORDED_SYNC);
	return (int)syscall(call, file);
}

int fdatasync(int file)
{
	return sync_file(SYS_fdatasync, file);
}

int fsync(int file)
{
	return sync_file(SYS_fsync, file);
}
