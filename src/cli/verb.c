// SPDX-License-Identifier: Apache-2.0
#include "cli/verb.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/output.h"
#include "cli/verb_parse.h"

#define EXIT_USAGE 2

static int fail(const struct err *err, int status)
{
	output_error(err);
	return status;
}

static int run_verb(const struct verb *verb, int n_words, char *words[])
{
	struct err err = ERR_INIT;
	AUTO(verb_call) call = NULL;
	AUTO_STRBUF help = STRBUF_INIT;
	int ret;

	if (verb_parse(verb, n_words, words, &call, &err) < 0)
		return fail(&err, EXIT_USAGE);
	if (verb_wants_help(call)) {
		help_verb(verb, &help);
		fputs(strbuf_text(&help), stdout);
		ret = 0;
	} else {
		ret = verb->run(call, &err);
	}
	if (ret == 0)
		ret = output_flush(&err);
	return ret < 0 ? fail(&err, EXIT_FAILURE) : EXIT_SUCCESS;
}

/* What people type before they know that there are verbs. */
static const char *verb_name_of(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return "help";
	if (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0 || strcmp(word, "-V") == 0)
		return "version";
	return word;
}

int cli_main(int argc, char *argv[])
{
	const struct verb *verb;
	struct err err = ERR_INIT;
	AUTO_STRBUF overview = STRBUF_INIT;

	/* "terrace list | head" ends with EPIPE at the flush, which is no error. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		help_overview(&overview);
		fputs(strbuf_text(&overview), stderr);
		return EXIT_USAGE;
	}
	verb = verb_find(verb_name_of(argv[1]));
	if (!verb) {
		help_unknown_verb(argv[1], &err);
		return fail(&err, EXIT_USAGE);
	}
	return run_verb(verb, argc - 2, argv + 2);
}
