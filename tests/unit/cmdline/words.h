/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines in tests: one string, cut at blanks. */
#ifndef TERRACE_TESTS_CMDLINE_WORDS_H
#define TERRACE_TESTS_CMDLINE_WORDS_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "cmdline/cmdline.h"

#define WORDS_MAX 128

static inline int parse_words(const char *line, struct vm_spec **ret_spec,
			      struct cmdline_action *ret_action, struct err *err)
{
	static char program[] = "terrace-vmm";
	autofree char *copy = strdup(line);
	char *argv[WORDS_MAX] = { program };
	char *rest = NULL;
	int argc = 1;

	assert_non_null(copy);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(argc < WORDS_MAX);
		argv[argc++] = word;
	}
	return cmdline_parse(argc, argv, ret_spec, ret_action, err);
}

/* A line that must be accepted and mean a machine. */
static inline struct vm_spec *parse_good(const char *line)
{
	struct cmdline_action action = CMDLINE_ACTION_INIT;
	struct vm_spec *spec = NULL;
	struct err err = ERR_INIT;

	if (parse_words(line, &spec, &action, &err) < 0)
		fail_msg("%s: %s", err.subject, err.message);
	assert_non_null(spec);
	cmdline_action_fini(&action);
	return spec;
}

/* The printed line, words joined with blanks. */
static inline char *print_line(const struct vm_spec *spec)
{
	AUTO_CMDLINE_ARGV(argv);
	AUTO_STRBUF line = STRBUF_INIT;

	assert_int_equal(cmdline_print(spec, &argv, NULL), 0);
	for (int i = 0; i < argv.argc; i++)
		strbuf_addf(&line, "%s%s", i ? " " : "", argv.argv[i]);
	return strbuf_take(&line);
}

#endif
