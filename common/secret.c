// SPDX-License-Identifier: Apache-2.0
// secret: files that nobody else may read.
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status check_file(int file, const char *path, size_t size_max)
{
	struct stat facts;
	if (fstat(file, &facts) != 0)
		return fail(STATUS_IO, "%s: %s", path, strerror(errno));
	if (!S_ISREG(facts.st_mode) || (facts.st_mode & 077) != 0)
		return fail(STATUS_DENIED,
		    "%s: must be a file that only its owner can read (chmod 600)", path);
	if ((size_t)facts.st_size > size_max)
		return fail(STATUS_TOO_LARGE, "%s: %lld bytes, at most %zu are expected", path,
		    (long long)facts.st_size, size_max);
	return STATUS_OK;
}

enum status secret_read(char **text, const char *path, size_t size_max)
{
	*text = NULL;
	int file =
	    open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); // not to wait for the writer of a pipe
	if (file < 0)
		return fail(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
		    strerror(errno));
	char *read_text = allocate(size_max + 1);
	enum status status = check_file(file, path, size_max);
	if (status == STATUS_OK) {
		ssize_t size = read(file, read_text, size_max);
		if (size < 0)
			status = fail(STATUS_IO, "%s: %s", path, strerror(errno));
		else if (strlen(read_text) != (size_t)size)
			status = fail(STATUS_INVALID, "%s: holds a NUL byte", path);
	}
	close(file);
	if (status == STATUS_OK) {
		*text = read_text;
	} else {
		explicit_bzero(read_text, size_max); // past a NUL inside, too
		free(read_text);
	}
	return status;
}

void secret_free(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

static enum status write_all(int file, const char *path, const char *text)
{
	for (size_t size = strlen(text); size > 0;) {
		ssize_t written = write(file, text, size);
		if (written < 0)
			return fail(STATUS_IO, "%s: %s", path, strerror(errno));
		text += written;
		size -= (size_t)written;
	}
	return fsync(file) == 0 ? STATUS_OK : fail(STATUS_IO, "%s: %s", path, strerror(errno));
}

// A file's name is in its folder. A city's secret that is gone after a power cut cannot be had
// again.
static enum status sync_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash == NULL
		? text_copy(".")
		: bytes_copy_text(bytes_make(path, slash == path ? 1 : (size_t)(slash - path)));
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = file >= 0 && fsync(file) == 0;
	enum status status =
	    synced ? STATUS_OK : fail(STATUS_IO, "%s: %s", folder, strerror(errno));
	if (file >= 0)
		close(file);
	free(folder);
	return status;
}

enum status secret_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return fail(
		    errno == EEXIST ? STATUS_BUSY : STATUS_IO, "%s: %s", path, strerror(errno));
	enum status status = write_all(file, path, text);
	close(file);
	if (status == STATUS_OK)
		status = sync_name(path);
	if (status != STATUS_OK)
		unlink(path);
	return status;
}
