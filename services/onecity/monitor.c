// SPDX-License-Identifier: Apache-2.0
// monitor: onecity monitor: a link that lets a browser on this machine into the monitor, once.
#include "commands.h"

#include "call.h"
#include "options.h"
#include "say.h"

enum {
	ASK_TIMEOUT_MS = 5000
};

// The code stands behind "#": a browser sends it to nobody.
static int print_link(const struct service_place *monitor)
{
	const struct question question = { .service = monitor,
		.method = "POST",
		.path = "/v1/session/code",
		.timeout_ms = ASK_TIMEOUT_MS };
	struct answer answer;
	int exit_code = EXIT_SUCCESS;
	enum status status = question_ask(&question, &answer);
	if (status != STATUS_OK) {
		exit_code = give_up_with(status);
	} else if (!answer_is_success(&answer)) {
		exit_code = answer_give_up(monitor, &answer);
	} else {
		printf("http://%s/#code=%s\n", monitor->address,
		    member_text(answer_root(&answer), "code"));
		tell(say("good once, and for a minute", "仅可使用一次，一分钟内有效"));
	}
	answer_deinit(&answer);
	return exit_code;
}

static int show(const char *data)
{
	struct place place;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	const struct service_place *monitor = place_find(&place, "monitor");
	int exit_code =
	    monitor != NULL
		? print_link(monitor)
		: give_up(say("there is no monitor in %s", "%s 中没有监控服务"), place.directory);
	place_deinit(&place);
	return exit_code;
}

int command_monitor(int argc, char **argv)
{
	const char *data = NULL;
	const struct option_row rows[] = { OPTION_DATA(&data) };
	const struct usage usage = {
		.command = "monitor",
		.operands = "",
		.english =
		    "Prints a link by which a browser on this machine gets into the monitor: "
		    "the live stream,\n"
		    "sources, gaps and refused rows. It is good once, and for a minute.",
		.chinese = "输出监控页面的链接，供本机浏览器打开：实时事件流、数据来源、缺口与被拒"
			   "数据行。\n"
			   "链接仅可使用一次，一分钟内有效。",
		.exits_english = "0 printed; 1 the monitor does not answer",
		.exits_chinese = "0 已输出；1 监控服务无应答",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	return show(data);
}
