// SPDX-License-Identifier: Apache-2.0
// department: the daemon that every department runs.
#include "department.h"

#include "clock.h"
#include "department_parts.h"
#include "log.h"

enum {
	HEARTBEAT_MS = 1000,
	REPLAY_RETRY_MS = 5,
	LINGER_MS = 500
};

#define TEXT(name, type, fallback, description)                                          \
	{                                                                                \
#name, type, offsetof(struct department_settings, name), fallback, 0, 0, \
		    description                                                          \
	}
#define NUMBER(name, fallback, minimum, maximum, description)                                 \
	{                                                                                     \
#name, SETTING_INTEGER, offsetof(struct department_settings, name), fallback, \
		    minimum, maximum, description                                             \
	}

static const struct setting settings_table[] = {
	SERVICE_SETTINGS,
	TEXT(proto, SETTING_PATH, NULL, "folder of the catalogues and code lists"),
	TEXT(data, SETTING_PATH, NULL, "folder of the journal; this daemon's alone"),
	TEXT(http, SETTING_TEXT, NULL, "where rows are taken: 127.0.0.1:PORT or unix:/PATH"),
	TEXT(token, SETTING_PATH, NULL, "file with the bearer token, mode 0600"),
	TEXT(publish, SETTING_TEXT, NULL, "ZeroMQ endpoint to publish on, as tcp://127.0.0.1:PORT"),
	TEXT(replay, SETTING_TEXT, NULL, "ZeroMQ endpoint to replay on"),
	TEXT(key, SETTING_PATH, NULL, "this department's CURVE key, NAME.key_secret"),
	TEXT(allowed, SETTING_PATH, NULL, "list of the keys that may follow this department"),
	TEXT(
	    pseudonym, SETTING_PATH, NULL, "file with the city's secret for pseudonyms, mode 0600"),
	NUMBER(map_gib, "64", 1, 4096, "most that the journal may grow to, in GiB"),
	NUMBER(disk_reserve_mib, "256", 1, 1048576,
	    "free disk space in MiB below which nothing new is taken"),
	NUMBER(body_mib, "16", 1, 256, "largest body of a request, in MiB"),
	TEXT(watch, SETTING_PATH, "",
	    "folder into which files are put to be taken in; empty: none is watched"),
	NUMBER(watch_stable_s, "5", 0, 3600,
	    "a file in there is complete once it has not changed for so long"),
	{ "enable", SETTING_LIST, offsetof(struct department_settings, enable), "", 0, 0,
	    "a kind of record that is off by default and taken here; one line each" },
};

bool department_takes(const struct department *department, const struct kind *kind)
{
	const struct setting_list *enabled = &department->settings->enable;
	for (size_t i = 0; i < enabled->count; i++)
		if (strcmp(enabled->values[i], kind->name) == 0)
			return true;
	return !kind->off_by_default;
}

static enum status check_enabled(const struct department *department)
{
	const struct setting_list *enabled = &department->settings->enable;
	for (size_t i = 0; i < enabled->count; i++)
		if (catalogue_kind_named(department->catalogue, enabled->values[i]) == NULL)
			return fail(STATUS_NOT_FOUND,
			    "enable = %s: this department has no such kind", enabled->values[i]);
	return STATUS_OK;
}

static bool admit(const char *public_key, void *context)
{
	struct department *department = context;
	return allowed_find(&department->allowed, public_key) != NULL;
}

static enum status send_to_bus(struct bytes peer, struct bytes message, void *context)
{
	struct department *department = context;
	struct bus_socket *socket = peer.size > 0 ? department->replaying : department->publishing;
	return bus_send(socket, peer, bytes_of_text(department->catalogue->name), message);
}

static void ensure_readable(struct department *department, enum status status)
{
	if (status != STATUS_OK)
		service_die(department->loop, "%s", status_reason());
}

static void committed(void *context)
{
	struct department *department = context;
	ensure_readable(department, publisher_publish(department->publisher, clock_wall_ms()));
	journal_release(department->journal);
}

static void go_on_replaying(void *context)
{
	struct department *department = context;
	ensure_readable(department, publisher_work(department->publisher, clock_wall_ms()));
	enum publisher_work work = publisher_has_work(department->publisher);
	if (work != PUBLISHER_IDLE)
		loop_timer_again(
		    department->replay_work, work == PUBLISHER_READY ? 0 : REPLAY_RETRY_MS);
}

static void replay_asked(struct bytes peer, struct bytes topic, struct bytes message, void *context)
{
	struct department *department = context;
	(void)topic;
	if (publisher_request(department->publisher, peer, message) != STATUS_OK)
		log_warn("a replay request was not understood: %s", status_reason());
	else
		loop_timer_again(department->replay_work, 0);
}

static void beat(void *context)
{
	struct department *department = context;
	struct input inputs[BATCH_INPUTS_MAX];
	size_t count = intake_inputs(department->intake, inputs);
	ensure_readable(
	    department, publisher_heartbeat(department->publisher, clock_wall_ms(), inputs, count));
}

static enum status open_state(struct department *department, intake_decide *decide)
{
	static const char *const tables[QUARANTINE_TABLES] = { QUARANTINE_TABLE_NAMES };
	const struct department_settings *settings = department->settings;
	struct database_options options = {
		.directory = settings->data,
		.tables = tables,
		.table_count = COUNT_OF(tables),
		.map_bytes_max = (uint64_t)settings->map_gib << 30,
		.reserve_bytes = (uint64_t)settings->disk_reserve_mib << 20,
	};
	enum status status = database_open(&department->database, &options);
	if (status == STATUS_OK)
		status = journal_open(&department->journal, department->database);
	if (status != STATUS_OK)
		return status;
	struct intake_options intake = { department->catalogue, department->pseudonym, decide,
		department->database, department->journal };
	status = intake_open(&department->intake, &intake);
	if (status != STATUS_OK)
		return status;
	department->committer = committer_new(
	    department->loop, department->database, department->journal, committed, department);
	department->publisher = publisher_new(
	    department->journal, department->catalogue->number, send_to_bus, department);
	return STATUS_OK;
}

static bool takes_kind(const struct kind *kind, void *context)
{
	return department_takes(context, kind);
}

static enum status open_watch(struct department *department)
{
	const struct department_settings *settings = department->settings;
	struct watch_options options = {
		.directory = settings->watch,
		.stable_ms = settings->watch_stable_s * 1000,
		.loop = department->loop,
		.database = department->database,
		.committer = department->committer,
		.journal = department->journal,
		.intake = department->intake,
		.pseudonym = department->pseudonym,
		.catalogue = department->catalogue,
		.takes = takes_kind,
		.context = department,
	};
	return settings->watch[0] != 0 ? watch_open(&department->watch, &options) : STATUS_OK;
}

static enum status open_bus(struct department *department)
{
	const struct department_settings *settings = department->settings;
	struct certificate certificate;
	enum status status = certificate_read_secret(&certificate, settings->key);
	if (status != STATUS_OK)
		return status;
	status = bus_open(&department->bus, department->loop, certificate.public_key,
	    certificate.secret_key, admit, department);
	certificate_wipe(&certificate);
	if (status == STATUS_OK)
		status =
		    bus_publish_open(&department->publishing, department->bus, settings->publish);
	if (status == STATUS_OK)
		status = bus_answer_open(&department->replaying, department->bus, settings->replay,
		    replay_asked, department);
	return status;
}

static enum status read_lists(struct department *department, const char *name)
{
	const struct department_settings *settings = department->settings;
	enum status status = catalogue_set_read(&department->catalogues, settings->proto);
	if (status != STATUS_OK)
		return status;
	department->catalogue = catalogue_set_named(department->catalogues, name);
	if (department->catalogue == NULL)
		return fail(
		    STATUS_NOT_FOUND, "%s/records/%s.json is missing", settings->proto, name);
	status = check_enabled(department);
	if (status == STATUS_OK)
		status = pseudonym_open(&department->pseudonym, settings->pseudonym);
	if (status == STATUS_OK)
		status = allowed_read(&department->allowed, settings->allowed);
	return status;
}

static void department_close(void **state)
{
	struct department *department = *state;
	http_server_close(&department->http);
	loop_timer_close(&department->heartbeat);
	loop_timer_close(&department->replay_work);
	bus_close(&department->bus, LINGER_MS);
	committer_free(&department->committer);
	department_drop_tasks(department);
	watch_close(&department->watch);
	publisher_free(&department->publisher);
	intake_close(&department->intake);
	journal_close(&department->journal);
	database_close(&department->database);
	pseudonym_close(&department->pseudonym);
	allowed_deinit(&department->allowed);
	catalogue_set_free(&department->catalogues);
	free(department);
	*state = NULL;
}

static const char *department_name; // one department a process: given to department_main
static intake_decide *department_decide;

static enum status department_open(void **state, struct loop *loop, const void *settings)
{
	struct department *department = allocate(sizeof *department);
	*state = department;
	department->settings = settings;
	department->loop = loop;
	department->started_ms = clock_wall_ms();
	enum status status = read_lists(department, department_name);
	if (status == STATUS_OK)
		status = open_state(department, department_decide);
	if (status == STATUS_OK)
		status = open_bus(department);
	if (status == STATUS_OK)
		status = open_watch(department);
	if (status != STATUS_OK)
		return status;
	department->replay_work = loop_timer_open(loop, 0, 0, go_on_replaying, department);
	department->heartbeat = loop_timer_open(loop, 0, HEARTBEAT_MS, beat, department);
	return department_http_open(department);
}

static void stop(bool durable, void *context)
{
	struct department *department = context;
	(void)durable; // if not, it is stopping anyway
	loop_stop(department->loop);
}

// A file in the watched folder is not waited for: it is still there at the next start.
void department_stop_when_idle(struct department *department)
{
	if (department->tasks == NULL)
		committer_wait(department->committer, stop, department);
}

static void department_drain(void *state)
{
	struct department *department = state;
	department->draining = true;
	http_server_quiesce(department->http);
	if (department->watch != NULL)
		watch_quiesce(department->watch);
	department_stop_when_idle(department);
}

// The list is swapped only if the new one can be read.
static void department_reload(void *state)
{
	struct department *department = state;
	struct allowed fresh;
	if (allowed_read(&fresh, department->settings->allowed) != STATUS_OK) {
		log_error("the list of those who may follow stays as it was: %s", status_reason());
		return;
	}
	allowed_deinit(&department->allowed);
	department->allowed = fresh;
	log_info("%zu keys may follow", fresh.count);
}

int department_main(int argument_count, char **arguments, const char *name, intake_decide *decide)
{
	department_name = name;
	department_decide = decide;
	const struct service service = {
		.name = name,
		.settings = settings_table,
		.setting_count = COUNT_OF(settings_table),
		.settings_size = sizeof(struct department_settings),
		.open = department_open,
		.drain = department_drain,
		.reload = department_reload,
		.close = department_close,
	};
	return service_main(argument_count, arguments, &service);
}
