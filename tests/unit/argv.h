/* SPDX-License-Identifier: Apache-2.0 */
/* Specs for tests from a command line of plain words. */
#ifndef TERRACE_TESTS_ARGV_H
#define TERRACE_TESTS_ARGV_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "spec/spec.h"

#define ARGV_WORDS_MAX 4096

/*
 * words are separated by blanks and newlines; no quoting; '#' starts a comment. NULL: err says why.
 */
static inline struct vm_spec *argv_spec(const char *words, struct err *err)
{
	static char *argv[ARGV_WORDS_MAX];
	struct cmdline_action action = CMDLINE_ACTION_INIT;
	struct vm_spec *spec = NULL;
	char *copy = strdup(words), *rest = NULL;
	int argc = 0;

	for (char *hash = copy; (hash = strchr(hash, '#'));)
		while (*hash && *hash != '\n')
			*hash++ = ' ';
	argv[argc++] = strdup("terrace-vmm");
	for (char *word = strtok_r(copy, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
		if (argc == ARGV_WORDS_MAX)
			abort();
		argv[argc++] = strdup(word);
	}
	if (cmdline_parse(argc, argv, &spec, &action, err) < 0)
		spec = NULL;
	cmdline_action_fini(&action);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	free(copy);
	return spec;
}

#endif
