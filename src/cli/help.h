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
/* "numatune <domain> [--mode MODE] ..." */
void help_synopsis(const struct verb *verb, struct strbuf *out);

/* -EINVAL "unknown command: 'x'" with the nearest one. */
int help_unknown_verb(const char *name, struct err *err);

#endif
