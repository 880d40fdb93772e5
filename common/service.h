// SPDX-License-Identifier: Apache-2.0
// service: every daemon starts, runs and stops by this one recipe.
//
//   onecity-<name> SETTINGS_FILE | --help | --version
//
// Exit codes: 0 after TERM or INT; 1 it failed while running; 2 it could not start: usage,
// settings, catalogue.
#ifndef COMMON_SERVICE_H
#define COMMON_SERVICE_H

#include "loop.h"
#include "settings.h"

#define ONECITY_VERSION "0.1.0"

// Each settings struct begins with this, and its table with SERVICE_SETTINGS.
struct service_settings {
	char *log_level;
};
#define SERVICE_SETTINGS                                                                         \
	{                                                                                        \
		"log_level", SETTING_TEXT, offsetof(struct service_settings, log_level), "info", \
		    0, 0, "error, warn, info or debug"                                           \
	}

struct service {
	const char *name;
	const struct setting *settings;
	size_t setting_count;
	size_t settings_size;
	// On STATUS_OK *state belongs to the recipe. settings live until close.
	enum status (*open)(void **state, struct loop *loop, const void *settings);
	// TERM: take nothing new, finish what is under way, then loop_stop(). After 10 s it is
	// stopped anyway.
	void (*drain)(void *state);
	// HUP: read lists again; may be NULL.
	void (*reload)(void *state);
	void (*close)(void **state);
};

int service_main(int argument_count, char **arguments, const struct service *service);

// From anywhere on the loop: something happened after which this process must not go on. Logs,
// stops the loop; the exit code will be 1.
void service_die(struct loop *loop, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
