/* SPDX-License-Identifier: Apache-2.0 */
/* plan: what would be done for a domain, on this host or on one that is only described. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/target.h"
#include "cli/xml_file.h"
#include "domain/domain.h"
#include "host/topology.h"
#include "manager/emulator.h"
#include "plan/placement.h"

/* A file if there is one of that name, else a domain. */
static int read_domain(const struct verb_call *call, struct domain_spec **ret_domain,
		       struct err *err)
{
	const char *what = verb_text(call, "domain");
	AUTO_TARGET(target);
	int ret;

	if (!strcmp(what, "-") || strchr(what, '/') || access(what, F_OK) == 0)
		return xml_file_domain(what, verb_flag(call, "lax"), false, ret_domain, err);
	ret = target_open(call, &target, err);
	if (ret < 0)
		return ret;
	return target_spec(&target, target.domain.persistent ? TARGET_CONFIG : TARGET_LIVE,
			   ret_domain, err);
}

/*
 * What the emulator cannot do is said where it would run: on this host. For another one, and where
 * there is no such program, the plan is that of one that can everything.
 */
static int find_emulator(const struct domain_spec *domain, bool here,
			 struct emulator **ret_emulator, struct err *err)
{
	autofree char *path = NULL;
	int ret;

	if (!here || emulator_find(domain, &path, NULL) < 0)
		return 0;
	ret = emulator_probe(path, NULL, ret_emulator, err);
	return ret;
}

static int run(const struct verb_call *call, struct err *err)
{
	const char *host = verb_text(call, "host");
	AUTO(domain_spec) domain = NULL;
	AUTO(host_facts) facts = NULL;
	AUTO(emulator) emulator = NULL;
	AUTO(placement) placement = NULL;
	AUTO_STRBUF out = STRBUF_INIT;
	struct placement_emulator can;
	int ret = read_domain(call, &domain, err);

	if (!ret)
		ret = host_topology_find(host, &facts, err);
	if (!ret)
		ret = find_emulator(domain, !host, &emulator, err);
	if (ret < 0)
		return ret;
	can = emulator_placement(emulator ? emulator : emulator_any());
	ret = placement_build(domain, facts, &can, &placement, err);
	if (ret < 0)
		return ret;
	if (verb_json(call))
		return output_json(placement_json(placement, domain, facts), err);
	placement_format(placement, domain, facts, &out);
	if (out.failed)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "plan");
	fputs(strbuf_text(&out), stdout);
	return 0;
}

static const struct verb_arg args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "domain",
	  .value = VERB_DOMAIN,
	  .required = true,
	  .placeholder = "FILE|DOMAIN",
	  .help = "domain XML (- is the standard input), or a domain's name, id or UUID" },
	{ .kind = VERB_OPTION,
	  .name = "host",
	  .value = VERB_FILE,
	  .placeholder = "HOST",
	  .help = "instead of this machine: an hwloc XML file, an hwloc synthetic topology, or a "
		  "directory with a captured tree of /sys and /proc files" },
	{ .kind = VERB_FLAG,
	  .name = "lax",
	  .help = "warn about elements that are not known instead of refusing them" },
	{ 0 },
};

extern const struct verb verb_plan;
const struct verb verb_plan = {
	.name = "plan",
	.group = "Placement",
	.summary = "show where a domain's memory and threads would go, and why",
	.description =
		"Cells and memory devices with their nodes, policy and what keeps them there; "
		"threads with their CPUs and nodes; nodes with what is wanted of them; and notes: "
		"what does not fit, what is far, what the kernel will not keep, and how "
		"placement='auto' was decided. Nothing is started or changed.",
	.args = args,
	.run = run,
};
