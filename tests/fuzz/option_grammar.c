/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmdline/cmdline.h: one argument per line. A command line that is accepted is printed, the printed
 * one is accepted as well, and printing that gives the same again. Errors are one line and name
 * something.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "cmdline/cmdline.h"

#define ARGUMENTS_MAX 256

/* Cuts text (terminated) into lines; returns how many arguments there are with the program. */
static int split(char *text, char **argv)
{
	static char program[] = "terrace-vmm";
	int argc = 0;

	argv[argc++] = program;
	for (char *line = text; line && argc < ARGUMENTS_MAX; argc++) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		argv[argc] = line;
		line = end;
	}
	return argc;
}

static bool same(const struct cmdline_argv *a, const struct cmdline_argv *b)
{
	if (a->argc != b->argc)
		return false;
	for (int i = 0; i < a->argc; i++)
		if (strcmp(a->argv[i], b->argv[i]))
			return false;
	return true;
}

/* Parses words and prints what came of it into *ret_printed; false when there is no spec. */
static bool parse_and_print(int argc, char *const *argv, struct cmdline_argv *ret_printed)
{
	struct cmdline_action action = CMDLINE_ACTION_INIT;
	AUTO(vm_spec) spec = NULL;
	struct err err = ERR_INIT;
	int ret = cmdline_parse(argc, argv, &spec, &action, &err);

	if (ret < 0) {
		FUZZ_CHECK(!spec && !action.text);
		FUZZ_CHECK(err.code == ret && err.message[0]);
		FUZZ_CHECK(err.subject[0] || ret == -ENOMEM);
		return false;
	}
	FUZZ_CHECK((action.kind == CMDLINE_TEXT) == !spec);
	FUZZ_CHECK((action.kind == CMDLINE_TEXT) == !!action.text);
	cmdline_action_fini(&action);
	if (!spec)
		return false;
	FUZZ_CHECK(cmdline_print(spec, ret_printed, NULL) == 0);
	return true;
}

static void check_fixpoint(const struct cmdline_argv *printed)
{
	char **argv = calloc((size_t)printed->argc + 1, sizeof(*argv));
	AUTO_CMDLINE_ARGV(again);
	static char program[] = "terrace-vmm";

	FUZZ_CHECK(argv);
	argv[0] = program;
	memcpy(argv + 1, printed->argv, (size_t)printed->argc * sizeof(*argv));
	FUZZ_CHECK(parse_and_print(printed->argc + 1, argv, &again));
	FUZZ_CHECK(same(printed, &again));
	free(argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[ARGUMENTS_MAX], *text = malloc(size + 1);
	AUTO_CMDLINE_ARGV(printed);

	FUZZ_CHECK(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (parse_and_print(split(text, argv), argv, &printed))
		check_fixpoint(&printed);
	free(text);
	return 0;
}
