// SPDX-License-Identifier: Apache-2.0
// profiles: the one door through which people read a profile.
#include "profiles.h"

#include "clock.h"

static const struct setting settings_table[] = {
	SERVICE_SETTINGS,
	{ "proto", SETTING_PATH, offsetof(struct profiles_settings, proto), NULL, 0, 0,
	    "folder of the catalogues" },
	{ "http", SETTING_TEXT, offsetof(struct profiles_settings, http), NULL, 0, 0,
	    "where it can be asked: 127.0.0.1:PORT or unix:/PATH" },
	{ "token", SETTING_PATH, offsetof(struct profiles_settings, token), NULL, 0, 0,
	    "file with the bearer token, mode 0600" },
	{ "redis", SETTING_TEXT, offsetof(struct profiles_settings, redis), NULL, 0, 0,
	    "unix:/PATH or HOST:PORT" },
	{ "pseudonym", SETTING_PATH, offsetof(struct profiles_settings, pseudonym), NULL, 0, 0,
	    "file with the city's secret, mode 0600" },
};

// --- the service ---------------------------------------------------------------------------------

static enum status profiles_open(void **state, struct loop *loop, const void *settings)
{
	struct profiles *profiles = allocate(sizeof *profiles);
	*state = profiles;
	profiles->settings = settings;
	profiles->loop = loop;
	profiles->started_ms = clock_wall_ms();
	enum status status = catalogue_set_read(&profiles->catalogues, profiles->settings->proto);
	if (status == STATUS_OK)
		status = pseudonym_open(&profiles->pseudonym, profiles->settings->pseudonym);
	if (status != STATUS_OK)
		return status;
	status = readings_open(
	    &profiles->readings, loop, profiles->settings->redis, profiles->catalogues);
	if (status == STATUS_OK)
		status = profiles_http_open(profiles);
	return status;
}

static void stop_when_answered(void *context)
{
	struct profiles *profiles = context;
	if (readings_waiting(profiles->readings) == 0)
		loop_stop(profiles->loop);
}

static void profiles_drain(void *state)
{
	struct profiles *profiles = state;
	http_server_quiesce(profiles->http);
	profiles->leaving = loop_timer_open(profiles->loop, 0, 10, stop_when_answered, profiles);
}

// The readings first: whoever still waits is told so.
static void profiles_close(void **state)
{
	struct profiles *profiles = *state;
	loop_timer_close(&profiles->leaving);
	readings_close(&profiles->readings);
	http_server_close(&profiles->http);
	pseudonym_close(&profiles->pseudonym);
	catalogue_set_free(&profiles->catalogues);
	free(profiles);
	*state = NULL;
}

int main(int argument_count, char **arguments)
{
	const struct service service = {
		.name = "profiles",
		.settings = settings_table,
		.setting_count = COUNT_OF(settings_table),
		.settings_size = sizeof(struct profiles_settings),
		.open = profiles_open,
		.drain = profiles_drain,
		.close = profiles_close,
	};
	return service_main(argument_count, arguments, &service);
}
