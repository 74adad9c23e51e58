/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of a host: what its kernel does with memory. See health.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/strbuf.h"
#include "base/util.h"
#include "host/health_internal.h"
#include "host/sysfs.h"

static bool has_several_nodes(const struct health_context *context)
{
	return context->facts && idset_count(&context->facts->memory_nodes) > 1;
}

static bool has_tiers(const struct health_context *context)
{
	return context->tiering.n_tiers > 1;
}

static void check_tiers(const struct health_context *context, struct host_health_point *point)
{
	AUTO_STRBUF text = STRBUF_INIT;
	char nodes[256];

	for (size_t i = 0; i < context->tiering.n_tiers; i++) {
		idset_format(&context->tiering.tiers[i].nodes, nodes, sizeof(nodes));
		strbuf_addf(&text, "%s%s", i ? ", slower: nodes " : "nodes ", nodes);
	}
	health_ok(point, "%s", has_tiers(context) ? strbuf_text(&text) : "one tier of memory");
}

static void check_balancing(const struct health_context *context, struct host_health_point *point)
{
	char text[16];

	health_file(context, "proc/sys/kernel/numa_balancing", text, sizeof(text));
	if (!*text) {
		health_ok(point, "this kernel has none");
	} else if (has_tiers(context) && *text != '2' && *text != '3') {
		health_warning(point,
			       "kernel.numa_balancing is %s: nothing is promoted from slow "
			       "nodes back to fast ones (tiering='yes', restrictive)",
			       text);
		health_remedy(point, "sudo sysctl kernel.numa_balancing=2");
	} else if (*text == '0') {
		health_ok(point, "off: pages stay on the node where they were first touched");
	} else if (!has_several_nodes(context)) {
		health_ok(point, "nothing to do on one node");
	} else {
		health_ok(point,
			  "kernel.numa_balancing is %s: pages of cells without a policy "
			  "follow their users, inside the cpuset",
			  text);
		health_remedy(point, "sudo sysctl kernel.numa_balancing=0 where pages shall stay");
	}
}

/*
 * Seen: 7.3 keeps to cpusets, 6.12 does not when the one who reclaims is outside of the group; no
 * kernel keeps to policies (mbind).
 */
static void check_demotion(const struct health_context *context, struct host_health_point *point)
{
	static const char off[] = "echo 0 | sudo tee /sys/kernel/mm/numa/demotion_enabled";

	if (!has_tiers(context)) {
		health_ok(point, "one tier of memory: nothing is demoted");
	} else if (!context->tiering.demotion_enabled) {
		health_ok(point, "off: memory stays on the fast nodes until it is swapped out");
		health_remedy(point, "echo 1 | sudo tee /sys/kernel/mm/numa/demotion_enabled, for "
				     "restrictive domains over fast and slow nodes");
	} else if (!host_kernel_is(&context->tiering, 7, 3)) {
		health_warning(point,
			       "on, and kernel %s demotes without regard to policies and%s "
			       "cpusets: under pressure pages of strict and restrictive cells "
			       "go to slow nodes outside of their nodeset",
			       context->release,
			       host_kernel_is(&context->tiering, 6, 13) ? " perhaps" : "");
		health_remedy(point, "%s, or Linux 7.3 or newer", off);
	} else if (!context->cgroups.cpuset || context->cgroups.version != 2) {
		health_warning(point,
			       "on; this kernel keeps to cpusets of cgroup v2, which cannot "
			       "be used here, and no kernel keeps to policies: under pressure "
			       "pages of strict cells go to slow nodes");
		health_remedy(point, "%s, or mend 'controllers'", off);
	} else {
		health_ok(point, "on, and kept inside each domain's cpuset (policies alone would "
				 "not hold it back)");
	}
}

static void check_pools(const struct health_context *context, struct host_health_point *point)
{
	AUTO_STRBUF text = STRBUF_INIT;
	char size[24];

	for (size_t i = 0; context->facts && i < context->facts->n_nodes; i++) {
		const struct host_node *node = &context->facts->node[i];

		for (size_t j = 0; j < node->n_pools; j++) {
			const struct host_pool *pool = &node->pools[j];

			if (pool->total_pages)
				strbuf_addf(&text,
					    "%snode %u: %" PRIu64 " of %" PRIu64
					    " pages of %s free",
					    text.length ? "; " : "", node->id, pool->free_pages,
					    pool->total_pages,
					    size_format(pool->page_bytes, size, sizeof(size)));
		}
	}
	if (text.length) {
		health_ok(point, "%s", strbuf_text(&text));
		return;
	}
	health_ok(point, "no huge pages are reserved; only <hugepages> needs them");
	health_remedy(point, "echo 512 | sudo tee "
			     "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/"
			     "nr_hugepages");
}

static void check_thp(const struct health_context *context, struct host_health_point *point)
{
	char text[64];

	health_file(context, "sys/kernel/mm/transparent_hugepage/enabled", text, sizeof(text));
	if (!*text) {
		health_warning(point, "this kernel has no transparent huge pages: guest memory is "
				      "in pages of 4 KiB unless <hugepages> is given");
	} else if (strstr(text, "[never]")) {
		health_warning(point, "never: guest memory is in pages of 4 KiB unless <hugepages> "
				      "is given");
		health_remedy(point, "echo madvise | sudo tee "
				     "/sys/kernel/mm/transparent_hugepage/enabled");
	} else {
		health_ok(point, "%s", strstr(text, "[always]") ? "always" : "madvise");
	}
}

static void check_swap(const struct health_context *context, struct host_health_point *point)
{
	char text[8192], size[24];
	uint64_t bytes = 0;

	health_file(context, "proc/meminfo", text, sizeof(text));
	host_meminfo_find(text, "SwapTotal", &bytes);
	if (!bytes)
		health_ok(point, "none: memory that does not fit ends in the OOM killer");
	else
		health_ok(point,
			  "%s: guest memory that is not locked or protected can be swapped "
			  "out",
			  size_format(bytes, size, sizeof(size)));
}

static void check_overcommit(const struct health_context *context, struct host_health_point *point)
{
	char text[16];

	health_file(context, "proc/sys/vm/overcommit_memory", text, sizeof(text));
	if (*text != '2') {
		health_ok(point, "vm.overcommit_memory is %s", *text ? text : "unknown");
		return;
	}
	health_warning(point, "vm.overcommit_memory is 2: all memory that a guest may ever have "
			      "(maxMemory too) counts against the limit at its start");
	health_remedy(point, "sudo sysctl vm.overcommit_memory=0");
}

static void check_ksm(const struct health_context *context, struct host_health_point *point)
{
	char run[16], across[16];

	health_file(context, "sys/kernel/mm/ksm/run", run, sizeof(run));
	health_file(context, "sys/kernel/mm/ksm/merge_across_nodes", across, sizeof(across));
	if (*run != '1') {
		health_ok(point, "off");
	} else if (*across == '1' && has_several_nodes(context)) {
		health_warning(point, "on, and it merges equal pages of different nodes: pages "
				      "leave the nodes of their cells");
		health_remedy(point, "echo 2 | sudo tee /sys/kernel/mm/ksm/run; echo 0 | sudo tee "
				     "/sys/kernel/mm/ksm/merge_across_nodes; echo 1 | sudo tee "
				     "/sys/kernel/mm/ksm/run");
	} else {
		health_ok(point, "on, each node by itself");
	}
}

const struct health_check health_memory_checks[] = {
	{ "numa-balancing", check_balancing },
	{ "memory-tiers", check_tiers },
	{ "demotion", check_demotion },
	{ "huge-pages", check_pools },
	{ "transparent-huge-pages", check_thp },
	{ "swap", check_swap },
	{ "overcommit", check_overcommit },
	{ "ksm", check_ksm },
	{ NULL, NULL },
};
