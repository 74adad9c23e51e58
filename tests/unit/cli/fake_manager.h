/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manager.h without processes and files: domains in memory, commands to them recorded, so that the
 * verbs can be tested as what they are, a translation between words.
 */
#ifndef TERRACE_TESTS_FAKE_MANAGER_H
#define TERRACE_TESTS_FAKE_MANAGER_H

#include <stdbool.h>

/* No domains, no commands. */
void fake_reset(void);
/* Defines it; id >= 0: it also runs. */
void fake_domain_add(const char *xml, int id, bool persistent);
/* What "info" answers; text is JSON. */
void fake_info(const char *json);
/* Every command from now on fails with this text; NULL: none. */
void fake_failure(const char *text);
/* "numatune {"nodeset": "1"}" of the last command that was not "info"; "" when there was none. */
const char *fake_last_command(void);
/* The definition's XML as it is now. */
const char *fake_definition(const char *name);
/* Flags of the last start; -1: none. */
int fake_start_flags(void);

#endif
