/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities: the host's topology as virsh's XML, or as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/util.h"
#include "cli/host_root.h"
#include "cli/output.h"
#include "host/cpus.h"

struct host {
	struct host_facts *facts;
	struct host_cpus *cpus;
	struct host_node_access *access; /* as facts->node */
	struct utsname names;
};

/* Base pages that are no huge pages, as libvirt counts them. */
static uint64_t base_pages(const struct host_node *node)
{
	uint64_t bytes = node->memory_bytes;

	for (size_t i = 0; i < node->n_pools; i++) {
		uint64_t pool = node->pools[i].page_bytes * node->pools[i].total_pages;

		bytes -= MIN(bytes, pool);
	}
	return bytes / 4096;
}

/* ---- XML ------------------------------------------------------------------------------------- */

static void add_pages_xml(const struct host_node *node, struct strbuf *out)
{
	strbuf_addf(out, "          <pages unit='KiB' size='4'>%" PRIu64 "</pages>\n",
		    base_pages(node));
	for (size_t i = 0; i < node->n_pools; i++)
		strbuf_addf(out,
			    "          <pages unit='KiB' size='%" PRIu64 "'>%" PRIu64 "</pages>\n",
			    node->pools[i].page_bytes / KIB, node->pools[i].total_pages);
}

static void add_distances_xml(const struct host_facts *facts, size_t at, struct strbuf *out)
{
	if (!facts->distances)
		return;
	strbuf_add_text(out, "          <distances>\n");
	for (size_t i = 0; i < facts->n_nodes; i++)
		strbuf_addf(out, "            <sibling id='%u' value='%u'/>\n", facts->node[i].id,
			    facts->distances[at * facts->n_nodes + i]);
	strbuf_add_text(out, "          </distances>\n");
}

static void add_cpu_xml(const struct host_cpu *cpu, struct strbuf *out)
{
	char siblings[512];

	idset_format(&cpu->siblings, siblings, sizeof(siblings));
	strbuf_addf(out, "            <cpu id='%u' socket_id='%" PRIu64 "' die_id='%" PRIu64 "'",
		    cpu->id, cpu->socket, cpu->die);
	if (cpu->has_cluster)
		strbuf_addf(out, " cluster_id='%" PRIu64 "'", cpu->cluster);
	strbuf_addf(out, " core_id='%" PRIu64 "' siblings='%s'/>\n", cpu->core, siblings);
}

static void add_cell_xml(const struct host *host, size_t at, struct strbuf *out)
{
	const struct host_node *node = &host->facts->node[at];
	AUTO_STRBUF cpus = STRBUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < host->cpus->n; i++) {
		if (!idset_has(&node->cpus, host->cpus->cpus[i].id))
			continue;
		add_cpu_xml(&host->cpus->cpus[i], &cpus);
		n++;
	}
	strbuf_addf(out,
		    "        <cell id='%u'>\n"
		    "          <memory unit='KiB'>%" PRIu64 "</memory>\n",
		    node->id, node->memory_bytes / KIB);
	add_pages_xml(node, out);
	add_distances_xml(host->facts, at, out);
	strbuf_addf(out, "          <cpus num='%zu'>\n%s          </cpus>\n        </cell>\n", n,
		    strbuf_text(&cpus));
	out->failed |= cpus.failed;
}

struct link_row {
	bool bandwidth;
	const char *type;
	uint64_t value;
};

/* What is not said is not shown. */
static size_t link_rows(const struct host_node_access *access, struct link_row rows[4])
{
	const struct link_row all[] = {
		{ false, "read", access->read_latency_ns },
		{ false, "write", access->write_latency_ns },
		{ true, "read", access->read_bandwidth_mib * 1024 },
		{ true, "write", access->write_bandwidth_mib * 1024 },
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].value)
			rows[n++] = all[i];
	return n;
}

static void add_links_xml(const struct host *host, struct strbuf *out)
{
	AUTO_STRBUF links = STRBUF_INIT;

	for (size_t i = 0; i < host->facts->n_nodes; i++) {
		const struct idset *from = &host->access[i].initiators;
		struct link_row rows[4];
		size_t n = link_rows(&host->access[i], rows);

		for (int id = idset_next(from, 0); id >= 0;
		     id = idset_next(from, (unsigned int)id + 1))
			for (size_t r = 0; r < n; r++)
				strbuf_addf(&links,
					    "        <%s initiator='%d' target='%u' type='%s' "
					    "value='%" PRIu64 "'%s/>\n",
					    rows[r].bandwidth ? "bandwidth" : "latency", id,
					    host->facts->node[i].id, rows[r].type, rows[r].value,
					    rows[r].bandwidth ? " unit='KiB'" : "");
	}
	if (links.length)
		strbuf_addf(out, "      <interconnects>\n%s      </interconnects>\n",
			    strbuf_text(&links));
	out->failed |= links.failed;
}

static void add_page_sizes_xml(const struct host_facts *facts, struct strbuf *out)
{
	strbuf_add_text(out, "      <pages unit='KiB' size='4'/>\n");
	for (size_t i = 0; facts->n_nodes && i < facts->node[0].n_pools; i++)
		strbuf_addf(out, "      <pages unit='KiB' size='%" PRIu64 "'/>\n",
			    facts->node[0].pools[i].page_bytes / KIB);
}

static void format_xml(const struct host *host, struct strbuf *out)
{
	strbuf_addf(out, "<capabilities>\n\n  <host>\n    <cpu>\n      <arch>%s</arch>\n",
		    host->names.machine);
	add_page_sizes_xml(host->facts, out);
	strbuf_addf(out, "    </cpu>\n    <topology>\n      <cells num='%zu'>\n",
		    host->facts->n_nodes);
	for (size_t i = 0; i < host->facts->n_nodes; i++)
		add_cell_xml(host, i, out);
	strbuf_add_text(out, "      </cells>\n");
	add_links_xml(host, out);
	strbuf_add_text(out, "    </topology>\n  </host>\n\n"
			     "  <guest>\n    <os_type>hvm</os_type>\n    <arch name='x86_64'>\n"
			     "      <wordsize>64</wordsize>\n      <domain type='kvm'/>\n"
			     "      <domain type='qemu'/>\n    </arch>\n  </guest>\n\n"
			     "</capabilities>\n");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static struct json *pages_json(const struct host_node *node)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i <= node->n_pools; i++) {
		struct json *row = json_new_object();

		json_set_u64(row, "page-kib", i ? node->pools[i - 1].page_bytes / KIB : 4);
		json_set_u64(row, "count", i ? node->pools[i - 1].total_pages : base_pages(node));
		json_append(array, row);
	}
	return array;
}

static struct json *cpus_json(const struct host *host, const struct host_node *node)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < host->cpus->n; i++) {
		const struct host_cpu *cpu = &host->cpus->cpus[i];
		struct json *row;
		char siblings[512];

		if (!idset_has(&node->cpus, cpu->id))
			continue;
		row = json_new_object();
		idset_format(&cpu->siblings, siblings, sizeof(siblings));
		json_set_u64(row, "cpu", cpu->id);
		json_set_u64(row, "socket", cpu->socket);
		json_set_u64(row, "die", cpu->die);
		if (cpu->has_cluster)
			json_set_u64(row, "cluster", cpu->cluster);
		json_set_u64(row, "core", cpu->core);
		json_set_string(row, "siblings", siblings);
		json_append(array, row);
	}
	return array;
}

static struct json *access_json(const struct host_node_access *access)
{
	struct json *object = json_new_object();
	char nodes[512];

	idset_format(&access->initiators, nodes, sizeof(nodes));
	json_set_string(object, "initiators", nodes);
	json_set_u64(object, "read-latency-ns", access->read_latency_ns);
	json_set_u64(object, "write-latency-ns", access->write_latency_ns);
	json_set_u64(object, "read-bandwidth-mib", access->read_bandwidth_mib);
	json_set_u64(object, "write-bandwidth-mib", access->write_bandwidth_mib);
	return object;
}

static struct json *cell_json(const struct host *host, size_t at)
{
	const struct host_facts *facts = host->facts;
	const struct host_node *node = &facts->node[at];
	struct json *object = json_new_object(), *distances = json_new_array();

	json_set_u64(object, "cell", node->id);
	json_set_u64(object, "memory-kib", node->memory_bytes / KIB);
	json_set(object, "pages", pages_json(node));
	for (size_t i = 0; facts->distances && i < facts->n_nodes; i++) {
		struct json *row = json_new_object();

		json_set_u64(row, "cell", facts->node[i].id);
		json_set_u64(row, "value", facts->distances[at * facts->n_nodes + i]);
		json_append(distances, row);
	}
	json_set(object, "distances", distances);
	json_set(object, "cpus", cpus_json(host, node));
	if (!idset_is_empty(&host->access[at].initiators))
		json_set(object, "nearest", access_json(&host->access[at]));
	return object;
}

static struct json *tiers_json(const struct host_tiering *tiering)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < tiering->n_tiers; i++) {
		struct json *row = json_new_object();
		char nodes[512];

		idset_format(&tiering->tiers[i].nodes, nodes, sizeof(nodes));
		json_set_u64(row, "tier", tiering->tiers[i].id);
		json_set_string(row, "cells", nodes);
		json_append(array, row);
	}
	return array;
}

static struct json *host_json(const struct host *host)
{
	const struct host_tiering *tiering = &host->facts->tiering;
	struct json *object = json_new_object(), *cells = json_new_array();

	json_set_string(object, "arch", host->names.machine);
	for (size_t i = 0; i < host->facts->n_nodes; i++)
		json_append(cells, cell_json(host, i));
	json_set(object, "cells", cells);
	json_set(object, "tiers", tiers_json(tiering));
	json_set(object, "kernel",
		 tiering->kernel_major
			 ? json_new_stringf("%u.%u", tiering->kernel_major, tiering->kernel_minor)
			 : json_new_null());
	json_set_bool(object, "demotion-enabled", tiering->demotion_enabled);
	json_set_u64(object, "numa-balancing", tiering->numa_balancing);
	return object;
}

/* ---- the verb -------------------------------------------------------------------------------- */

static int print_host(const struct verb_call *call, const struct host *host, struct err *err)
{
	AUTO_STRBUF out = STRBUF_INIT;

	if (verb_json(call))
		return output_json(host_json(host), err);
	format_xml(host, &out);
	if (out.failed)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "capabilities");
	fputs(strbuf_text(&out), stdout);
	return 0;
}

static int run(const struct verb_call *call, struct err *err)
{
	AUTO(host_facts) facts = NULL;
	AUTO(host_cpus) cpus = NULL;
	autofree struct host_node_access *access = NULL;
	autoclose int root_fd = -1;
	struct host host;
	int ret = host_root_facts(call, &root_fd, &facts, err);

	if (!ret)
		ret = host_cpus_read(root_fd, &facts->online_cpus, &cpus, err);
	if (ret < 0)
		return ret;
	access = calloc(facts->n_nodes + 1, sizeof(*access));
	if (!access)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "capabilities");
	for (size_t i = 0; i < facts->n_nodes; i++)
		host_node_access_read(root_fd, facts->node[i].id, &facts->nodes, &access[i]);
	host = (struct host){ .facts = facts, .cpus = cpus, .access = access };
	uname(&host.names);
	return print_host(call, &host, err);
}

static const struct verb_arg args[] = { HOST_ROOT_ARG, { 0 } };

extern const struct verb verb_capabilities;
const struct verb verb_capabilities = {
	.name = "capabilities",
	.group = "Host",
	.summary = "show the host's topology as XML",
	.description = "With --json also the kernel, its memory tiers, and whether it demotes and "
		       "promotes.",
	.args = args,
	.run = run,
};
