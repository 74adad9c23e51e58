/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that are made of the table of verbs are current: the manual page's part VERBS and the
 * shell completion. With TERRACE_GOLDEN_UPDATE=1 they are rewritten instead.
 *
 * usage: test_cli_generated SOURCE_ROOT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cli/help.h"

#define MANUAL	   "docs/terrace.1.scd"
#define COMPLETION "data/completion/terrace.bash"

static const char *root;

static FILE *open_file(const char *name, const char *mode)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, mode);
	if (!file)
		fail_msg("%s cannot be opened", path);
	return file;
}

static char *load(const char *name)
{
	FILE *file = open_file(name, "r");
	AUTO_STRBUF text = STRBUF_INIT;
	char chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(&text, chunk, n);
	fclose(file);
	return strbuf_take(&text);
}

static void store(const char *name, const char *text)
{
	FILE *file = open_file(name, "w");

	fputs(text, file);
	fclose(file);
}

static bool updating(void)
{
	const char *update = getenv("TERRACE_GOLDEN_UPDATE");

	return update && strcmp(update, "1") == 0;
}

static void the_completion_is_current(void **state)
{
	AUTO_STRBUF made = STRBUF_INIT;

	(void)state;
	help_completion_bash(&made);
	if (updating())
		store(COMPLETION, strbuf_text(&made));
	else {
		autofree char *kept = load(COMPLETION);

		assert_string_equal(kept, strbuf_text(&made));
	}
}

/* From its heading to the next of that level. */
static void the_manual_has_every_verb_and_option(void **state)
{
	autofree char *kept = load(MANUAL);
	AUTO_STRBUF made = STRBUF_INIT, whole = STRBUF_INIT;
	char *start = strstr(kept, "# VERBS\n"), *end;

	(void)state;
	assert_non_null(start);
	end = strstr(start, "\n# ");
	assert_non_null(end);
	end++;
	help_manual(&made);
	strbuf_add(&whole, kept, (size_t)(start - kept));
	strbuf_add_text(&whole, strbuf_text(&made));
	strbuf_add_text(&whole, end);
	if (updating())
		store(MANUAL, strbuf_text(&whole));
	else
		assert_string_equal(kept, strbuf_text(&whole));
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_completion_is_current),
		cmocka_unit_test(the_manual_has_every_verb_and_option),
	};

	if (argc != 2)
		return 2;
	root = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
