/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers the option table as a whole: each row and each property has a help text, is in the manual
 * page below its option, and occurs in a golden case; names are unique.
 *
 * usage: test_cmdline_table MANUAL GOLDEN_FOLDER
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "cmdline/option.h"

static const char *manual_path, *golden_path;

static char *load(const char *path)
{
	AUTO_STRBUF text = STRBUF_INIT;
	FILE *file = fopen(path, "re");
	char block[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add(&text, block, n);
	fclose(file);
	return strbuf_take(&text);
}

/* ------------------------------------------------------------------ rows */

static void rows_are_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < cmdline_n_options; i++) {
		const struct cmdline_option *option = &cmdline_options[i];

		assert_non_null(option->name);
		assert_non_null(option->help);
		assert_non_null(option->read);
		assert_true(option->help[0]);
		assert_true(option->group < CMDLINE_GROUP_COUNT);
		assert_true(option->phase < CMDLINE_PHASE_COUNT);
		/* A list needs an argument, several tables need a key that chooses. */
		assert_true(!option->props || option->arg);
		assert_true(!option->props || !option->props[1] || option->type_key);
		/* The first row with a name must be the only one. */
		assert_ptr_equal(cmdline_option_find(option->name), option);
		if (option->alias)
			assert_ptr_equal(cmdline_option_find(option->alias), option);
	}
}

static void check_properties(const struct cmdline_props *props)
{
	assert_non_null(props->name);
	for (size_t i = 0; i < props->n_rows; i++) {
		const struct cmdline_prop *prop = &props->rows[i];
		bool named = prop->type == PROP_ENUM || prop->type == PROP_FIXED;
		bool stored = prop->type != PROP_FIXED && prop->type != PROP_ANY;

		assert_non_null(prop->help);
		assert_true(prop->help[0]);
		assert_true(named == (prop->names != NULL));
		assert_true(stored == (prop->width != 0));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(prop->name, props->rows[j].name);
	}
}

static void properties_are_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < cmdline_n_options; i++)
		for (size_t j = 0; cmdline_options[i].props && cmdline_options[i].props[j]; j++)
			check_properties(cmdline_options[i].props[j]);
}

/* ------------------------------------------------------------------ manual page */

/* The part of the manual that a line beginning with "*-name*" opens, up to the next such line. */
static char *section(const char *manual, const char *name)
{
	AUTO_STRBUF key = STRBUF_INIT;
	const char *start = NULL, *end;

	strbuf_addf(&key, "*-%s*", name);
	for (const char *p = strstr(manual, key.text); p && !start; p = strstr(p + 1, key.text)) {
		const char *line = p;

		while (line > manual && line[-1] != '\n')
			line--;
		/* "*-vga*" may stand behind others in a heading. */
		if (line[0] == '*' && line[1] == '-')
			start = line;
	}
	if (!start)
		return NULL;
	end = strstr(start + 1, "\n*-");
	return strndup(start, end ? (size_t)(end - start) : strlen(start));
}

static unsigned int undocumented(const struct cmdline_option *option, const char *text)
{
	unsigned int missing = 0;

	for (size_t i = 0; option->props && option->props[i]; i++) {
		for (size_t j = 0; j < option->props[i]->n_rows; j++) {
			AUTO_STRBUF key = STRBUF_INIT;

			strbuf_addf(&key, "*%s=", option->props[i]->rows[j].name);
			if (strstr(text, key.text))
				continue;
			missing++;
			print_error("manual, -%s: %s is missing\n", option->name, key.text);
		}
	}
	return missing;
}

static void the_manual_has_every_row(void **state)
{
	autofree char *manual = load(manual_path);
	unsigned int missing = 0;

	(void)state;
	for (size_t i = 0; i < cmdline_n_options; i++) {
		autofree char *text = section(manual, cmdline_options[i].name);

		if (!text) {
			missing++;
			print_error("manual: -%s is missing\n", cmdline_options[i].name);
			continue;
		}
		missing += undocumented(&cmdline_options[i], text);
	}
	assert_int_equal(missing, 0);
}

/* Every option that the manual describes exists: a renamed one must not stay behind. */
static void the_manual_has_no_other_option(void **state)
{
	autofree char *manual = load(manual_path);

	(void)state;
	for (char *p = strstr(manual, "\n*-"); p; p = strstr(p + 1, "\n*-")) {
		char *name = p + 3, *end = strchr(name, '*');
		autofree char *copy = NULL;

		assert_non_null(end);
		copy = strndup(name, (size_t)(end - name));
		if (!cmdline_option_find(copy))
			print_error("manual: -%s is not an option\n", copy);
		assert_non_null(cmdline_option_find(copy));
	}
}

/* ------------------------------------------------------------------ golden cases */

/* What occurs in the cases, as lines "-numa", "-numa node,cpus", "-device pc-dimm". */
static void note_list(struct strbuf *seen, const struct cmdline_option *option, const char *arg)
{
	const struct cmdline_props *props = NULL;
	AUTO_KEYVAL(list);

	if (option->choices)
		strbuf_addf(seen, "-%s %.*s\n", option->name, (int)strcspn(arg, ","), arg);
	if (!option->props || cmdline_option_list(option, arg, &props, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.n_pairs; i++)
		strbuf_addf(seen, "-%s %s,%s\n", option->name, props->name, list.pairs[i].key);
}

static void note_case(struct strbuf *seen, const char *path)
{
	autofree char *text = load(path);
	const struct cmdline_option *option = NULL;
	char *rest = text;

	for (char *line; (line = strsep(&rest, "\n"));) {
		if (option && option->arg) {
			note_list(seen, option, line);
			option = NULL;
			continue;
		}
		option = line[0] == '-' ? cmdline_option_find(line + 1 + (line[1] == '-')) : NULL;
		if (option)
			strbuf_addf(seen, "-%s\n", option->name);
		if (option && option->alias && !strcmp(line + 1, option->alias))
			strbuf_addf(seen, "-%s\n", option->alias);
	}
}

static char *read_cases(void)
{
	AUTO_STRBUF seen = STRBUF_INIT;
	DIR *dir = opendir(golden_path);
	unsigned int n_cases = 0;
	struct dirent *entry;

	assert_non_null(dir);
	strbuf_add_text(&seen, "\n");
	while ((entry = readdir(dir))) {
		AUTO_STRBUF path = STRBUF_INIT;

		if (entry->d_name[0] == '.')
			continue;
		strbuf_addf(&path, "%s/%s/argv", golden_path, entry->d_name);
		note_case(&seen, path.text);
		n_cases++;
	}
	closedir(dir);
	assert_true(n_cases > 100);
	return strbuf_take(&seen);
}

static unsigned int unseen(const char *seen, const char *option, const char *props,
			   const char *separator, const char *name)
{
	AUTO_STRBUF line = STRBUF_INIT;

	strbuf_addf(&line, "\n-%s%s%s%s%s\n", option, props ? " " : "", props ? props : "",
		    separator, name);
	if (strstr(seen, line.text))
		return 0;
	print_error("no golden case has: %s", line.text + 1);
	return 1;
}

static void every_row_is_in_a_golden_case(void **state)
{
	autofree char *seen = read_cases();
	unsigned int missing = 0;

	(void)state;
	for (size_t i = 0; i < cmdline_n_options; i++) {
		const struct cmdline_option *option = &cmdline_options[i];

		missing += unseen(seen, option->name, NULL, "", "");
		if (option->alias)
			missing += unseen(seen, option->alias, NULL, "", "");
		for (size_t j = 0; option->props && option->props[j]; j++)
			for (size_t k = 0; k < option->props[j]->n_rows; k++)
				missing += unseen(seen, option->name, option->props[j]->name, ",",
						  option->props[j]->rows[k].name);
		for (size_t j = 0; !option->props && option->choices && option->choices[j].name;
		     j++)
			missing += unseen(seen, option->name, option->choices[j].name, "", "");
	}
	assert_int_equal(missing, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(properties_are_complete),
		cmocka_unit_test(the_manual_has_every_row),
		cmocka_unit_test(the_manual_has_no_other_option),
		cmocka_unit_test(every_row_is_in_a_golden_case),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s MANUAL GOLDEN_FOLDER\n", argv[0]);
		return 2;
	}
	manual_path = argv[1];
	golden_path = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
