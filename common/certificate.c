// SPDX-License-Identifier: Apache-2.0
// certificate: CURVE keys in files, and the list of those who may connect.
#include "certificate.h"

#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
	KEY_CHARACTERS = BUS_KEY_SIZE - 1,
	FILE_BYTES_MAX = 16 * 1024,
	LINE_BYTES_MAX = 512,
	PATH_BYTES_MAX = 4096,
};

// --- keys ---------------------------------------------------------------------------------------

// Five characters of Z85 are 32 bits, so that some combinations stand for nothing.
static bool key_valid(struct bytes key)
{
	static const char alphabet[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    ".-:+=^!/*?&<>()[]{}@%$#";
	uint64_t group = 0;
	if (key.size != KEY_CHARACTERS)
		return false;
	for (size_t i = 0; i < key.size; i++) {
		const char *at = key.data[i] ? strchr(alphabet, key.data[i]) : NULL;
		if (at == NULL)
			return false;
		group = group * 85 + (uint64_t)(at - alphabet);
		if (i % 5 == 4 && group > UINT32_MAX)
			return false;
		if (i % 5 == 4)
			group = 0;
	}
	return true;
}

void certificate_make(struct certificate *certificate)
{
	bus_keypair(certificate->public_key, certificate->secret_key);
}

void certificate_wipe(struct certificate *certificate)
{
	explicit_bzero(certificate, sizeof *certificate);
}

// --- writing ------------------------------------------------------------------------------------

static enum status write_all(int file, const char *path, struct bytes content)
{
	if (write(file, content.data, content.size) != (ssize_t)content.size || fsync(file) != 0)
		return fail(STATUS_IO, "%s: %s", path, strerror(errno));
	return STATUS_OK;
}

static enum status write_public_text(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0)
		return fail(
		    errno == EEXIST ? STATUS_BUSY : STATUS_IO, "%s: %s", path, strerror(errno));
	enum status status = write_all(file, path, bytes_of_text(text));
	close(file);
	if (status != STATUS_OK)
		unlink(path);
	return status;
}

static enum status check_name(const char *name)
{
	size_t size = strlen(name);
	if (size == 0 || size >= CERTIFICATE_NAME_SIZE || strcspn(name, "\" \t\r\n") != size)
		return fail(STATUS_INVALID,
		    "a certificate's name has 1 to %d characters, none of them a space or a quote",
		    CERTIFICATE_NAME_SIZE - 1);
	return STATUS_OK;
}

enum status certificate_write_public(
    const struct certificate *certificate, const char *path, const char *name)
{
	char text[1024];
	enum status status = check_name(name);
	if (status != STATUS_OK)
		return status;
	snprintf(text, sizeof text,
	    "# ZeroMQ CURVE public certificate. Whoever is to connect here may have it.\n"
	    "metadata\n    name = \"%s\"\ncurve\n    public-key = \"%s\"\n",
	    name, certificate->public_key);
	return write_public_text(path, text);
}

static enum status write_secret(
    const struct certificate *certificate, const char *path, const char *name)
{
	char text[1024];
	snprintf(text, sizeof text,
	    "# ZeroMQ CURVE **secret** certificate. It must not leave this machine.\n"
	    "metadata\n    name = \"%s\"\ncurve\n    public-key = \"%s\"\n    secret-key = "
	    "\"%s\"\n",
	    name, certificate->public_key, certificate->secret_key);
	enum status status = secret_write(path, text);
	explicit_bzero(text, sizeof text);
	return status;
}

// The secret file comes first: the public one can be made from it again, should we be stopped in
// between.
enum status certificate_write(
    const struct certificate *certificate, const char *path, const char *name)
{
	char secret_path[PATH_BYTES_MAX];
	enum status status = check_name(name);
	if (status != STATUS_OK)
		return status;
	if (snprintf(secret_path, sizeof secret_path, "%s_secret", path) >= (int)sizeof secret_path)
		return fail(STATUS_TOO_LARGE, "a path of more than %d bytes", PATH_BYTES_MAX);
	if (access(path, F_OK) == 0)
		return fail(STATUS_BUSY, "%s: %s", path, strerror(EEXIST));
	status = write_secret(certificate, secret_path, name);
	return status == STATUS_OK ? certificate_write_public(certificate, path, name) : status;
}

// --- reading ------------------------------------------------------------------------------------

static bool is_blank(uint8_t character)
{
	return character == ' ' || character == '\t' || character == '\r';
}

static struct bytes trim(struct bytes text)
{
	while (text.size > 0 && is_blank(text.data[0]))
		text = bytes_make(text.data + 1, text.size - 1);
	while (text.size > 0 && is_blank(text.data[text.size - 1]))
		text.size--;
	return text;
}

// Takes the first line off the text; false: none is left.
static bool next_line(struct bytes *text, struct bytes *line)
{
	if (text->size == 0)
		return false;
	const uint8_t *end = memchr(text->data, '\n', text->size);
	size_t size = end ? (size_t)(end - text->data) : text->size;
	*line = bytes_make(text->data, size);
	size_t taken = end ? size + 1 : size;
	*text = bytes_make(text->data + taken, text->size - taken);
	return true;
}

static struct bytes unquote(struct bytes value)
{
	bool quoted = value.size >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
		      value.data[value.size - 1] == value.data[0];
	return quoted ? bytes_make(value.data + 1, value.size - 2) : value;
}

// The value of a name inside the section `curve`; empty: not there. Borrowed from text.
static struct bytes curve_value(struct bytes text, const char *name)
{
	struct bytes line;
	bool inside = false;
	while (next_line(&text, &line)) {
		bool indented = line.size > 0 && is_blank(line.data[0]);
		struct bytes content = trim(line);
		if (content.size == 0 || content.data[0] == '#')
			continue;
		if (!indented)
			inside = bytes_equal_text(content, "curve");
		const uint8_t *equals = memchr(content.data, '=', content.size);
		if (!inside || equals == NULL)
			continue;
		size_t name_size = (size_t)(equals - content.data);
		if (bytes_equal_text(trim(bytes_make(content.data, name_size)), name))
			return unquote(trim(bytes_make(equals + 1, content.size - name_size - 1)));
	}
	return bytes_make(NULL, 0);
}

static enum status take_key(
    char key[BUS_KEY_SIZE], struct bytes text, const char *name, const char *path)
{
	struct bytes value = curve_value(text, name);
	if (!key_valid(value))
		return fail(STATUS_INVALID,
		    "%s: expected a section `curve` with a %s of %d characters (Z85)", path, name,
		    KEY_CHARACTERS);
	memcpy(key, value.data, KEY_CHARACTERS);
	key[KEY_CHARACTERS] = 0;
	return STATUS_OK;
}

enum status certificate_read_secret(struct certificate *certificate, const char *path)
{
	char *text = NULL;
	*certificate = (struct certificate){ 0 };
	enum status status = secret_read(&text, path, FILE_BYTES_MAX);
	if (status == STATUS_OK)
		status = take_key(certificate->public_key, bytes_of_text(text), "public-key", path);
	if (status == STATUS_OK)
		status = take_key(certificate->secret_key, bytes_of_text(text), "secret-key", path);
	if (status != STATUS_OK)
		certificate_wipe(certificate);
	secret_free(&text);
	return status;
}

static enum status read_file(struct buffer *content, const char *path, size_t bytes_max)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return fail(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
		    strerror(errno));
	ssize_t size = 0;
	do {
		content->size += (size_t)size;
		size = read(file, buffer_reserve(content, 4096), 4096);
	} while (size > 0 && content->size + (size_t)size <= bytes_max);
	int error = errno;
	close(file);
	if (size < 0)
		return fail(STATUS_IO, "%s: %s", path, strerror(error));
	return size > 0 ? fail(STATUS_TOO_LARGE, "%s: more than %zu bytes", path, bytes_max)
			: STATUS_OK;
}

enum status certificate_read_public(char public_key[BUS_KEY_SIZE], const char *path)
{
	struct buffer content = { 0 };
	memset(public_key, 0, BUS_KEY_SIZE);
	enum status status = read_file(&content, path, FILE_BYTES_MAX);
	if (status == STATUS_OK)
		status = take_key(public_key, buffer_bytes(&content), "public-key", path);
	buffer_wipe(&content); // somebody may have named the secret file
	return status;
}

// --- the allow-list -----------------------------------------------------------------------------

static const char *const role_names[ROLE_COUNT] = {
#define ALLOWED_ROLE_NAME(name, text) text,
	ALLOWED_ROLE_TABLE(ALLOWED_ROLE_NAME)
#undef ALLOWED_ROLE_NAME
};

struct words {
	struct bytes key, name, role, rest;
};

static struct bytes next_word(struct bytes *text)
{
	*text = trim(*text);
	size_t size = 0;
	while (size < text->size && !is_blank(text->data[size]))
		size++;
	struct bytes word = bytes_make(text->data, size);
	*text = bytes_make(text->data + size, text->size - size);
	return word;
}

static struct words split(struct bytes line)
{
	struct words words;
	words.key = next_word(&line);
	words.name = next_word(&line);
	words.role = next_word(&line);
	words.rest = trim(line);
	return words;
}

static bool role_named(struct bytes name, enum allowed_role *role)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (bytes_equal_text(name, role_names[i])) {
			*role = (enum allowed_role)i;
			return true;
		}
	}
	return false;
}

static const char *peer_take(struct allowed_peer *peer, const struct words *words)
{
	if (!key_valid(words->key))
		return "expected a public key of 40 characters (Z85) first";
	if (words->name.size == 0 || words->name.size >= CERTIFICATE_NAME_SIZE ||
	    memchr(words->name.data, 0, words->name.size) != NULL)
		return "expected a name of 1 to 63 characters behind the key";
	if (!role_named(words->role, &peer->role))
		return "expected a role (subscriber) behind the name";
	if (words->rest.size > 0)
		return "expected nothing behind the role";
	memcpy(peer->public_key, words->key.data, KEY_CHARACTERS);
	memcpy(peer->name, words->name.data, words->name.size);
	return NULL;
}

static const char *allowed_add(struct allowed *allowed, struct bytes line)
{
	struct words words = split(line);
	struct allowed_peer peer = { 0 };
	// '#' is a character of Z85, but no key begins with it: its first five would be past 32
	// bits.
	if (line.size == 0 || line.data[0] == '#')
		return NULL;
	const char *wrong = peer_take(&peer, &words);
	if (wrong != NULL)
		return wrong;
	if (allowed_find(allowed, peer.public_key) != NULL)
		return "this key has been given already";
	if (allowed->count == ALLOWED_MAX)
		return "more peers than the 1024 that a list may have";
	allowed->peers = reallocate(allowed->peers, (allowed->count + 1) * sizeof peer);
	allowed->peers[allowed->count++] = peer;
	return NULL;
}

enum status allowed_read(struct allowed *allowed, const char *path)
{
	struct buffer content = { 0 };
	*allowed = (struct allowed){ 0 };
	enum status status = read_file(&content, path, ALLOWED_MAX * LINE_BYTES_MAX);
	struct bytes text = buffer_bytes(&content), line;
	for (int number = 1; status == STATUS_OK && next_line(&text, &line); number++) {
		const char *wrong = allowed_add(allowed, trim(line));
		if (wrong != NULL)
			status = fail(STATUS_INVALID, "%s:%d: %s", path, number, wrong);
	}
	if (status != STATUS_OK)
		allowed_deinit(allowed);
	buffer_deinit(&content);
	return status;
}

void allowed_deinit(struct allowed *allowed)
{
	free(allowed->peers);
	*allowed = (struct allowed){ 0 };
}

const struct allowed_peer *allowed_find(const struct allowed *allowed, const char *public_key)
{
	for (size_t i = 0; i < allowed->count; i++)
		if (strcmp(allowed->peers[i].public_key, public_key) == 0)
			return &allowed->peers[i];
	return NULL;
}

// A list that somebody edited may lack the newline at its end.
static bool ends_inside_a_line(int file)
{
	char last = '\n';
	off_t size = lseek(file, 0, SEEK_END);
	return size > 0 && pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

enum status allowed_append(const char *path, const struct allowed_peer *peer)
{
	char line[LINE_BYTES_MAX];
	enum status status = check_name(peer->name);
	if (status != STATUS_OK)
		return status;
	int file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (file < 0)
		return fail(STATUS_IO, "%s: %s", path, strerror(errno));
	int size = snprintf(line, sizeof line, "%s%s %s %s\n", ends_inside_a_line(file) ? "\n" : "",
	    peer->public_key, peer->name, role_names[peer->role]);
	status = write_all(file, path, bytes_make(line, (size_t)size));
	close(file);
	return status;
}

_Static_assert(KEY_CHARACTERS == 40 && CERTIFICATE_NAME_SIZE == 64 && ALLOWED_MAX == 1024,
    "the texts above name these numbers");
