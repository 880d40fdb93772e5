// SPDX-License-Identifier: Apache-2.0
// rejects: the parts of onecity rejects: one function each, as in commands.h.
#ifndef ONECITY_REJECTS_H
#define ONECITY_REJECTS_H

#include "base.h"

int rejects_list(int argc, char **argv);
int rejects_show(int argc, char **argv);
int rejects_redrive(int argc, char **argv);
int rejects_dismiss(int argc, char **argv);

// The number of a row in quarantine. False: none.
bool reject_id_parse(const char *text, int64_t *id);

#define OPTION_KIND(target)                                                            \
	{                                                                              \
		"kind", 'k', OPTION_TEXT, (target), 0, 0, "KIND", "rows of this kind", \
		    "该类别的数据行"                                            \
	}
#define OPTION_CODE(target)                                              \
	{                                                                \
		"code", 'c', OPTION_TEXT, (target), 0, 0, "CODE",        \
		    "rows refused for this reason, such as check_digit", \
		    "因该原因被拒的数据行，如 check_digit"   \
	}

#endif
