// SPDX-License-Identifier: Apache-2.0
// keys: everything secret in a data directory.
#include "keys.h"

#include "certificate.h"
#include "digest.h"
#include "place.h"
#include "position.h"
#include "secret.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PSEUDONYM_SECRET_BYTES = 32,
	TOKEN_BYTES = 32,
	TOKEN_CHARACTERS = 43, // base64 without padding
};

static const char pseudonym_version = '1';

// --- folders ------------------------------------------------------------------------------------

static bool folder_is_empty(const char *path)
{
	DIR *folder = opendir(path);
	if (folder == NULL)
		return false;
	int entries = 0;
	while (entries <= 2 && readdir(folder) != NULL)
		entries++;
	closedir(folder);
	return entries <= 2; // "." and ".."
}

enum status keys_make_folder(const char *path)
{
	struct stat facts;
	if (mkdir(path, 0700) == 0)
		return STATUS_OK;
	if (errno != EEXIST || stat(path, &facts) != 0)
		return fail(STATUS_IO, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(facts.st_mode))
		return fail(STATUS_IO, "%s: is no folder", path);
	if ((facts.st_mode & 077) == 0)
		return STATUS_OK;
	if (!folder_is_empty(path) || chmod(path, 0700) != 0)
		return fail(STATUS_DENIED,
		    "%s: others can enter this folder, and it is not empty; if it is meant: chmod "
		    "700",
		    path);
	return STATUS_OK;
}

// --- the pseudonym secret -----------------------------------------------------------------------

// It was the first thing ever made, so whatever else is there came after it.
static bool something_was_made(const char *directory)
{
	char keys[PLACE_PATH_SIZE];
	char tokens[PLACE_PATH_SIZE];
	place_path(keys, directory, "keys");
	place_path(tokens, directory, "tokens");
	return !folder_is_empty(keys) || !folder_is_empty(tokens);
}

static enum status make_pseudonym_secret(const char *directory, struct keys_made *made)
{
	char path[PLACE_PATH_SIZE];
	uint8_t secret[PSEUDONYM_SECRET_BYTES];
	char text[2 + 2 * PSEUDONYM_SECRET_BYTES + 2] = { pseudonym_version, ' ' };
	place_path(path, directory, "keys/pseudonym.secret");
	if (access(path, F_OK) == 0)
		return STATUS_OK;
	if (something_was_made(directory))
		return fail(STATUS_NOT_FOUND,
		    "%s is missing though other keys are there: with another one, nobody's records "
		    "would be found "
		    "again. Bring it back from the backup, or begin anew in an empty directory",
		    path);
	random_bytes(secret, sizeof secret);
	hex_format(secret, sizeof secret, text + 2);
	text[2 + 2 * PSEUDONYM_SECRET_BYTES] = '\n';
	enum status status = secret_write(path, text);
	explicit_bzero(secret, sizeof secret);
	explicit_bzero(text, sizeof text);
	made->secret = status == STATUS_OK;
	return status;
}

// --- CURVE keys ---------------------------------------------------------------------------------

static enum status allow(const char *directory, const char *name, const char *public_key)
{
	char path[PLACE_PATH_SIZE];
	struct allowed_peer peer = { .role = ROLE_SUBSCRIBER };
	place_path(path, directory, "keys/allowed");
	snprintf(peer.name, sizeof peer.name, "%s", name);
	memcpy(peer.public_key, public_key, sizeof peer.public_key);
	return allowed_append(path, &peer);
}

// The list comes first: should we be stopped in between, it names a key that nobody has, and the
// next run makes another.
static enum status make_pair(
    const char *directory, const char *path, const struct roster_service *service)
{
	struct certificate certificate;
	enum status status = STATUS_OK;
	certificate_make(&certificate);
	if (service->follows)
		status = allow(directory, service->name, certificate.public_key);
	if (status == STATUS_OK)
		status = certificate_write(&certificate, path, service->name);
	certificate_wipe(&certificate);
	return status;
}

static enum status restore_public(const char *path, const char *secret_path, const char *name)
{
	struct certificate certificate;
	enum status status = certificate_read_secret(&certificate, secret_path);
	if (status == STATUS_OK)
		status = certificate_write_public(&certificate, path, name);
	certificate_wipe(&certificate);
	return status;
}

// A public key alone is that of a service on another machine: nothing to do.
static enum status make_key(
    const char *directory, const struct roster_service *service, struct keys_made *made)
{
	char path[PLACE_PATH_SIZE];
	char secret_path[PLACE_PATH_SIZE];
	place_path(path, directory, "keys/%s.key", service->name);
	place_path(secret_path, directory, "keys/%s.key_secret", service->name);
	if (access(path, F_OK) == 0)
		return STATUS_OK;
	if (access(secret_path, F_OK) == 0)
		return restore_public(path, secret_path, service->name);
	made->keys++;
	return make_pair(directory, path, service);
}

// The departments read the list even when nobody is on it yet.
static enum status make_list(const char *directory)
{
	static const char heading[] =
	    "# Who may connect to the departments: public key, name, role.\n"
	    "# Taking a line out shuts its owner out from the next start on.\n";
	char path[PLACE_PATH_SIZE];
	place_path(path, directory, "keys/allowed");
	FILE *file = fopen(path, "wxe");
	if (file == NULL)
		return errno == EEXIST ? STATUS_OK
				       : fail(STATUS_IO, "%s: %s", path, strerror(errno));
	bool written = fputs(heading, file) >= 0;
	written = fclose(file) == 0 && written;
	return written ? STATUS_OK : fail(STATUS_IO, "%s: cannot be written", path);
}

// --- tokens -------------------------------------------------------------------------------------

static void token_format(const uint8_t bytes[TOKEN_BYTES], char text[TOKEN_CHARACTERS + 1])
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	for (size_t i = 0; i < TOKEN_CHARACTERS; i++) {
		size_t bit = i * 6, byte = bit / 8;
		unsigned pair =
		    (unsigned)bytes[byte] << 8 | (byte + 1 < TOKEN_BYTES ? bytes[byte + 1] : 0);
		text[i] = alphabet[pair >> (10 - bit % 8) & 63];
	}
	text[TOKEN_CHARACTERS] = 0;
}

static enum status make_token(
    const char *directory, const struct roster_service *service, struct keys_made *made)
{
	char path[PLACE_PATH_SIZE];
	uint8_t bytes[TOKEN_BYTES];
	char token[TOKEN_CHARACTERS + 1], line[TOKEN_CHARACTERS + 32];
	place_path(path, directory, "tokens/%s", service->name);
	if (access(path, F_OK) == 0)
		return STATUS_OK;
	random_bytes(bytes, sizeof bytes);
	token_format(bytes, token);
	snprintf(line, sizeof line, "Authorization: Bearer %s\n", token);
	enum status status = secret_write(path, line);
	explicit_bzero(bytes, sizeof bytes);
	explicit_bzero(token, sizeof token);
	explicit_bzero(line, sizeof line);
	made->tokens++;
	return status;
}

// --- all of it ----------------------------------------------------------------------------------

static enum status make_folders(const char *directory)
{
	static const char *const folders[] = { "keys", "tokens" };
	char path[PLACE_PATH_SIZE];
	enum status status = keys_make_folder(directory);
	for (size_t i = 0; i < COUNT_OF(folders) && status == STATUS_OK; i++) {
		place_path(path, directory, "%s", folders[i]);
		status = keys_make_folder(path);
	}
	return status;
}

static enum status make_for(
    const char *directory, const struct roster_service *service, struct keys_made *made)
{
	enum status status = service->has_key ? make_key(directory, service, made) : STATUS_OK;
	if (status == STATUS_OK && service->has_token)
		status = make_token(directory, service, made);
	return status == STATUS_OK ? STATUS_OK
				   : fail_while(status, "making the keys of %s", service->name);
}

enum status keys_make(const char *directory, const struct roster *roster, struct keys_made *made)
{
	*made = (struct keys_made){ 0 };
	enum status status = make_folders(directory);
	if (status == STATUS_OK)
		status = make_pseudonym_secret(directory, made);
	if (status == STATUS_OK)
		status = make_list(directory);
	for (size_t i = 0; i < roster->count && status == STATUS_OK; i++)
		status = make_for(directory, &roster->services[i], made);
	return status;
}
