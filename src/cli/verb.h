/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of verbs of terrace(1): parsing, help, shell completion and the manual page come from
 * it. One file per verb, or per group of verbs that share their code.
 *
 * Names, arguments and output are virsh's where virsh has the verb; --json everywhere.
 *
 * Threads: the program has one.
 */
#ifndef TERRACE_CLI_VERB_H
#define TERRACE_CLI_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

enum verb_arg_kind {
	VERB_FLAG,	 /* --config */
	VERB_OPTION,	 /* --nodeset SET */
	VERB_POSITIONAL, /* DOMAIN; also accepted as --domain DOMAIN */
	VERB_REST,	 /* all that is left */
};

enum verb_value { /* for completion */
		  VERB_TEXT,
		  VERB_DOMAIN, /* name, id or UUID of any domain */
		  VERB_DOMAIN_RUNNING,
		  VERB_DOMAIN_STOPPED,
		  VERB_FILE,
		  VERB_CHOICE, /* one of choices */
		  VERB_VERB,   /* name of a verb */
};

struct verb_arg {
	enum verb_arg_kind kind;
	const char *name; /* "nodeset", without dashes */
	char letter;	  /* 0: none */
	enum verb_value value;
	const char *const *choices;
	bool required;
	const char *placeholder; /* "SET" */
	const char *help;
};

struct verb_call; /* what was given */

struct verb {
	const char *name;
	const char *group;	     /* "Domain", "Placement", "Host", "Program" */
	const char *summary;	     /* one line, no full stop */
	const char *description;     /* for the manual: paragraphs, or NULL */
	const struct verb_arg *args; /* ends with name NULL */
	/* Prints to stdout; returns 0 or a negative errno with err, which the caller reports. */
	int (*run)(const struct verb_call *call, struct err *err);
};

/* All verbs, by group and name; verb_table.c. */
extern const struct verb *const verbs[];
const struct verb *verb_find(const char *name);

bool verb_flag(const struct verb_call *call, const char *name);
/* NULL when not given. */
const char *verb_text(const struct verb_call *call, const char *name);
/* What VERB_REST took. */
size_t verb_rest(const struct verb_call *call, const char *const **ret_texts);
/* --json, which every verb has. */
bool verb_json(const struct verb_call *call);

/* The program; returns the exit status: 0, 1 after an error, 2 for a wrong command line. */
int cli_main(int argc, char *argv[]);

#endif
