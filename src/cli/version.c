// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "cli/output.h"
#include "cli/verb.h"

static int run(const struct verb_call *call, struct err *err)
{
	struct json *object;

	if (!verb_json(call)) {
		printf("terrace %s\n", TERRACE_VERSION);
		return 0;
	}
	object = json_new_object();
	json_set_string(object, "program", "terrace");
	json_set_string(object, "version", TERRACE_VERSION);
	return output_json(object, err);
}

static const struct verb_arg args[] = { { 0 } };

extern const struct verb verb_version;
const struct verb verb_version = {
	.name = "version",
	.group = "Program",
	.summary = "show the version of this program",
	.args = args,
	.run = run,
};
