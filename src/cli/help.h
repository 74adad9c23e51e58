/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts made from the table of verbs: overview, one verb, and the generated parts of the manual
 * page and of the shell completion. Pure.
 */
#ifndef TERRACE_CLI_HELP_H
#define TERRACE_CLI_HELP_H

#include "base/strbuf.h"
#include "cli/verb.h"

void help_overview(struct strbuf *out);
void help_verb(const struct verb *verb, struct strbuf *out);
/* "numatune DOMAIN [MODE] [SET] [--cell N] ..." */
void help_synopsis(const struct verb *verb, struct strbuf *out);
/* The part VERBS of docs/terrace.1.scd, in scdoc(5)'s language. */
void help_manual(struct strbuf *out);
/* data/completion/terrace.bash. */
void help_completion_bash(struct strbuf *out);

/* -EINVAL "unknown command: 'x'" with the nearest one. */
int help_unknown_verb(const char *name, struct err *err);

#endif
