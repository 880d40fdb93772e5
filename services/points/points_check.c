// SPDX-License-Identifier: Apache-2.0
// points_check: onecity-points check: all that is wrong with rule tables.
#include "verbs.h"

#include "language.h"
#include "terminal.h"

enum {
	PATH_SIZE = 4096
};

// Tables that hold, to be held against each other.
struct checking {
	const struct catalogue_set *catalogues;
	struct rules **good;
	size_t good_count;
	bool all_good;
};

static void print_errors(const struct rules_errors *errors)
{
	struct buffer text = { 0 };
	rules_errors_write(errors, language_is_chinese(), &text);
	print_clean(stdout, buffer_bytes(&text));
	buffer_deinit(&text);
}

static void check_file(struct checking *checking, const char *path)
{
	struct rules *rules = NULL;
	struct rules_errors errors;
	if (rules_read(&rules, checking->catalogues, path, &errors) == STATUS_OK)
		checking->good[checking->good_count++] = rules;
	else
		checking->all_good = false;
	print_errors(&errors);
	rules_errors_deinit(&errors);
}

static void check_together(struct checking *checking)
{
	struct rules_errors errors = { 0 };
	if (!rules_agree(
		(const struct rules *const *)checking->good, checking->good_count, &errors))
		checking->all_good = false;
	print_errors(&errors);
	rules_errors_deinit(&errors);
}

static void print_good(const struct rules *rules)
{
	struct buffer text = { 0 };
	buffer_printf(&text,
	    say("%s is right: %zu items, %zu programmes. %s\n",
		"%s 无误：%zu 个项目，%zu 个积分方案。%s\n"),
	    rules_id(rules), rules_item_count(rules), rules_programme_count(rules),
	    say_title(rules_label(rules)));
	print_clean(stdout, buffer_bytes(&text));
	buffer_deinit(&text);
}

int verb_check(int argc, char **argv)
{
	char directory[PATH_SIZE];
	struct catalogue_set *catalogues = NULL;
	if (argc < 2) {
		give_up(say("check TABLE... is expected", "应为 check 规则表..."));
		return EXIT_USAGE;
	}
	if (catalogue_directory(directory, sizeof directory) != STATUS_OK ||
	    catalogue_set_read(&catalogues, directory) != STATUS_OK)
		return give_up("%s", status_reason());
	struct checking checking = { .catalogues = catalogues, .all_good = true };
	checking.good = allocate((size_t)argc * sizeof(struct rules *));
	for (int i = 1; i < argc; i++)
		check_file(&checking, argv[i]);
	check_together(&checking);
	for (size_t i = 0; i < checking.good_count; i++) {
		print_good(checking.good[i]);
		rules_free(&checking.good[i]);
	}
	free(checking.good);
	catalogue_set_free(&catalogues);
	return checking.all_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
