// SPDX-License-Identifier: Apache-2.0
/* define, undefine. */
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/output.h"
#include "cli/target.h"
#include "cli/xml_file.h"
#include "domain/domain.h"

static int run_define(const struct verb_call *call, struct err *err)
{
	const char *file = verb_text(call, "file");
	AUTO(domain_spec) spec = NULL;
	AUTO_TARGET(target);
	int ret = xml_file_domain(file, verb_flag(call, "lax"), verb_flag(call, "validate"), &spec,
				  err);

	if (ret == 0)
		ret = manager_new(&target.manager, err);
	if (ret == 0)
		ret = manager_define(target.manager, spec, &target.domain, err);
	if (ret < 0)
		return target_failed(err, "Failed to define domain from %s", file);
	if (verb_json(call))
		return output_json(target_domain_json(&target.domain), err);
	printf("Domain '%s' defined from %s\n", target.domain.name, file);
	return 0;
}

static int run_undefine(const struct verb_call *call, struct err *err)
{
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret < 0)
		return ret;
	ret = manager_undefine(target.manager, &target.domain, err);
	if (ret < 0)
		return target_failed(err, "Failed to undefine domain '%s'", target.domain.name);
	target.domain.persistent = false;
	return target_done(call, &target, "has been undefined", err);
}

static const struct verb_arg define_args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "file",
	  .value = VERB_FILE,
	  .required = true,
	  .placeholder = "FILE",
	  .help = "domain XML; - is the standard input" },
	{ .kind = VERB_FLAG, .name = "validate", .help = "check the XML against the schema first" },
	{ .kind = VERB_FLAG,
	  .name = "lax",
	  .help = "warn about elements that are not known, and keep them" },
	{ 0 },
};

static const struct verb_arg undefine_args[] = { TARGET_ARG(VERB_DOMAIN), { 0 } };

extern const struct verb verb_define, verb_undefine;

const struct verb verb_define = {
	.name = "define",
	.group = "Domain",
	.summary = "define a domain from an XML file, or change its definition",
	.description = "A domain that runs goes on as it is; the definition counts from its next "
		       "start on.",
	.args = define_args,
	.run = run_define,
};

const struct verb verb_undefine = {
	.name = "undefine",
	.group = "Domain",
	.summary = "remove the definition of a domain",
	.description = "A domain that runs goes on, and is gone when it ends.",
	.args = undefine_args,
	.run = run_undefine,
};
