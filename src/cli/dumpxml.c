// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/output.h"
#include "cli/target.h"

static int run(const struct verb_call *call, struct err *err)
{
	AUTO_TARGET(target);
	autofree char *xml = NULL;
	struct json *object;
	int ret = target_open(call, &target, err);

	if (ret == 0)
		ret = manager_xml(target.manager, &target.domain, verb_flag(call, "inactive"), &xml,
				  err);
	if (ret < 0)
		return ret;
	if (!verb_json(call)) {
		printf("%s%s", xml, xml[0] && xml[strlen(xml) - 1] == '\n' ? "" : "\n");
		return 0;
	}
	object = target_domain_json(&target.domain);
	json_set_string(object, "xml", xml);
	return output_json(object, err);
}

static const struct verb_arg args[] = {
	TARGET_ARG(VERB_DOMAIN),
	{ .kind = VERB_FLAG, .name = "inactive", .help = "the definition, not the running domain" },
	{ 0 },
};

extern const struct verb verb_dumpxml;
const struct verb verb_dumpxml = {
	.name = "dumpxml",
	.group = "Domain",
	.summary = "print the XML of a domain",
	.args = args,
	.run = run,
};
