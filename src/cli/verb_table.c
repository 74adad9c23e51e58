// SPDX-License-Identifier: Apache-2.0
/* Every verb of terrace(1), by group and name. A new one: its extern line, its row. */
#include <stddef.h>
#include <string.h>

#include "cli/verb.h"

/* Host */
extern const struct verb verb_doctor;
/* Program */
extern const struct verb verb_help;
extern const struct verb verb_version;

const struct verb *const verbs[] = {
	/* Host */
	&verb_doctor,
	/* Program */
	&verb_help,
	&verb_version,
	NULL,
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}
