// SPDX-License-Identifier: Apache-2.0
// files: what daemons read from files at their start, read once or made up; and their dice.
//
// The linker leads these calls here (--wrap).
#include "sim.h"

#include "digest.h"

static struct catalogue_set *catalogues;

enum status __wrap_catalogue_set_read(struct catalogue_set **set, const char *directory);
enum status __real_catalogue_set_read(struct catalogue_set **set, const char *directory);
void __wrap_catalogue_set_free(struct catalogue_set **set);
enum status __wrap_pseudonym_open(struct pseudonym **pseudonym, const char *path);
void __wrap_random_bytes(void *data, size_t size);

enum status __wrap_catalogue_set_read(struct catalogue_set **set, const char *directory)
{
	(void)directory;
	enum status status = STATUS_OK;
	if (catalogues == NULL)
		status = __real_catalogue_set_read(&catalogues, PROJECT_DIR "/proto");
	*set = catalogues;
	return status;
}

void __wrap_catalogue_set_free(struct catalogue_set **set)
{
	*set = NULL; // the next start uses it again
}

enum status __wrap_pseudonym_open(struct pseudonym **pseudonym, const char *path)
{
	static const uint8_t secret[32] = "sim";
	(void)path;
	*pseudonym = pseudonym_new(secret, '1');
	return STATUS_OK;
}

enum status certificate_read_secret(struct certificate *certificate, const char *path)
{
	(void)path;
	*certificate = (struct certificate){ { 0 }, { 0 } };
	return STATUS_OK;
}

enum status certificate_read_public(char public_key[BUS_KEY_SIZE], const char *path)
{
	(void)path;
	memset(public_key, 0, BUS_KEY_SIZE);
	return STATUS_OK;
}

enum status allowed_read(struct allowed *allowed, const char *path)
{
	(void)path;
	*allowed = (struct allowed){ NULL, 0 };
	return STATUS_OK;
}

void certificate_wipe(struct certificate *certificate)
{
	(void)certificate;
}

void allowed_deinit(struct allowed *allowed)
{
	(void)allowed;
}

const struct allowed_peer *allowed_find(const struct allowed *allowed, const char *public_key)
{
	(void)allowed;
	(void)public_key;
	return NULL;
}

void __wrap_random_bytes(void *data, size_t size)
{
	dice_fill(&sim->bytes, data, size);
}

// The doors for people are not simulated: the story calls what is behind them.

enum status department_http_open(struct department *department)
{
	(void)department;
	return STATUS_OK;
}

enum status aggregator_http_open(struct aggregator *aggregator)
{
	(void)aggregator;
	return STATUS_OK;
}

void department_drop_tasks(struct department *department)
{
	(void)department;
}

void http_server_quiesce(struct http_server *server)
{
	(void)server;
}

void http_server_close(struct http_server **server)
{
	*server = NULL;
}
