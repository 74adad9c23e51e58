/* SPDX-License-Identifier: Apache-2.0 */
/* nodeinfo, freecell, freepages, nodememstats: this machine, in virsh's words. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/size.h"
#include "base/util.h"
#include "cli/host_root.h"
#include "cli/output.h"
#include "host/cpus.h"
#include "host/sysfs.h"

#define BASE_PAGE_BYTES 4096u

/* ---- nodeinfo -------------------------------------------------------------------------------- */

struct shape {
	size_t cpus, cells, sockets, cores, threads;
};

/* Is there none of the same socket (and core) before the CPU in the list? */
static bool is_first(const struct host_cpu *const *list, size_t i, bool of_core)
{
	for (size_t j = 0; j < i; j++)
		if (list[j]->socket == list[i]->socket &&
		    (!of_core || (list[j]->die == list[i]->die && list[j]->core == list[i]->core)))
			return false;
	return true;
}

/* The CPUs of one node: the most that was seen counts. */
static void add_node_shape(const struct host_cpu *const *list, size_t n, struct shape *shape)
{
	size_t sockets = 0;

	for (size_t i = 0; i < n; i++) {
		size_t cores = 0;

		shape->threads = MAX(shape->threads, (size_t)idset_count(&list[i]->siblings));
		if (!is_first(list, i, false))
			continue;
		sockets++;
		for (size_t j = i; j < n; j++)
			cores += list[j]->socket == list[i]->socket && is_first(list, j, true);
		shape->cores = MAX(shape->cores, cores);
	}
	shape->sockets = MAX(shape->sockets, sockets);
}

/*
 * As libvirt: sockets are those of a node, and when the product is not the number of CPUs (nodes
 * without CPUs, CPUs that are offline), it says one socket of as many cores.
 */
static int host_shape(const struct host_facts *facts, const struct host_cpus *cpus,
		      struct shape *ret_shape, struct err *err)
{
	struct shape shape = { .cpus = cpus->n, .cells = facts->n_nodes };
	autofree const struct host_cpu **list = calloc(cpus->n + 1, sizeof(*list));

	if (!list)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "CPUs of the host");
	for (size_t n = 0; n < facts->n_nodes; n++) {
		size_t count = 0;

		for (size_t i = 0; i < cpus->n; i++)
			if (idset_has(&facts->node[n].cpus, cpus->cpus[i].id))
				list[count++] = &cpus->cpus[i];
		add_node_shape(list, count, &shape);
	}
	if (shape.cells * shape.sockets * shape.cores * shape.threads != shape.cpus)
		shape = (struct shape){ shape.cpus, 1, 1, shape.cpus, 1 };
	*ret_shape = shape;
	return 0;
}

static uint64_t total_memory_kib(const struct host_facts *facts)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < facts->n_nodes; i++)
		sum += facts->node[i].memory_bytes;
	return sum / KIB;
}

static int run_nodeinfo(const struct verb_call *call, struct err *err)
{
	AUTO(host_facts) facts = NULL;
	AUTO(host_cpus) cpus = NULL;
	autoclose int root_fd = -1;
	struct utsname names;
	struct shape shape = { 0 };
	struct json *object;
	int ret = host_root_facts(call, &root_fd, &facts, err);

	if (!ret)
		ret = host_cpus_read(root_fd, &facts->online_cpus, &cpus, err);
	if (!ret)
		ret = host_shape(facts, cpus, &shape, err);
	if (ret < 0)
		return ret;
	uname(&names);
	if (!verb_json(call)) {
		printf("%-20s %s\n%-20s %zu\n%-20s %u MHz\n%-20s %zu\n%-20s %zu\n%-20s %zu\n"
		       "%-20s %zu\n%-20s %" PRIu64 " KiB\n",
		       "CPU model:", names.machine, "CPU(s):", shape.cpus,
		       "CPU frequency:", host_cpu_mhz(root_fd), "CPU socket(s):", shape.sockets,
		       "Core(s) per socket:", shape.cores, "Thread(s) per core:", shape.threads,
		       "NUMA cell(s):", shape.cells, "Memory size:", total_memory_kib(facts));
		return 0;
	}
	object = json_new_object();
	json_set_string(object, "model", names.machine);
	json_set_u64(object, "cpus", shape.cpus);
	json_set_u64(object, "mhz", host_cpu_mhz(root_fd));
	json_set_u64(object, "sockets", shape.sockets);
	json_set_u64(object, "cores", shape.cores);
	json_set_u64(object, "threads", shape.threads);
	json_set_u64(object, "cells", shape.cells);
	json_set_u64(object, "memory-kib", total_memory_kib(facts));
	return output_json(object, err);
}

/* ---- freecell -------------------------------------------------------------------------------- */

static int print_free_json(const struct host_facts *facts, const struct host_node *only,
			   struct err *err)
{
	struct json *object = json_new_object(), *cells = json_new_array();
	uint64_t sum = 0;

	for (size_t i = 0; i < facts->n_nodes; i++) {
		struct json *cell;

		if (only && &facts->node[i] != only)
			continue;
		cell = json_new_object();
		json_set_u64(cell, "cell", facts->node[i].id);
		json_set_u64(cell, "free-kib", facts->node[i].free_bytes / KIB);
		json_append(cells, cell);
		sum += facts->node[i].free_bytes;
	}
	json_set(object, "cells", cells);
	json_set_u64(object, "total-kib", sum / KIB);
	return output_json(object, err);
}

static int run_freecell(const struct verb_call *call, struct err *err)
{
	AUTO(host_facts) facts = NULL;
	autoclose int root_fd = -1;
	const struct host_node *node = NULL;
	bool all = verb_flag(call, "all");
	uint64_t sum = 0;
	int ret = host_root_facts(call, &root_fd, &facts, err);

	if (!ret && all && verb_text(call, "cellno"))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Options --all and --cellno are mutually exclusive");
	if (!ret && verb_text(call, "cellno"))
		ret = host_root_node(call, "cellno", facts, &node, err);
	if (ret < 0)
		return ret;
	if (verb_json(call))
		return print_free_json(facts, node, err);
	for (size_t i = 0; i < facts->n_nodes; i++) {
		if (all)
			printf("%5u: %10" PRIu64 " KiB\n", facts->node[i].id,
			       facts->node[i].free_bytes / KIB);
		sum += facts->node[i].free_bytes;
	}
	if (node)
		printf("%u: %" PRIu64 " KiB\n", node->id, node->free_bytes / KIB);
	else if (all)
		printf("--------------------\n%5s: %10" PRIu64 " KiB\n", "Total", sum / KIB);
	else
		printf("Total: %" PRIu64 " KiB\n", sum / KIB);
	return 0;
}

/* ---- freepages ------------------------------------------------------------------------------- */

/* "2048", "2M", "2MiB", "1G": KiB without a unit. */
static int read_page_size(const char *text, uint64_t *ret_bytes, struct err *err)
{
	char number[32];
	size_t length = strlen(text);

	if (length > 2 && length < sizeof(number) && !strcmp(text + length - 2, "iB"))
		length -= 2;
	snprintf(number, sizeof(number), "%.*s", (int)length, text);
	if (size_parse(number, KIB, ret_bytes) < 0 || !*ret_bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Scaled numeric value '%s' for <--pagesize> option is malformed or "
			       "out of range",
			       text);
	return 0;
}

static bool page_count(const struct host_node *node, uint64_t page_bytes, uint64_t *ret_count)
{
	const struct host_pool *pool = host_node_pool(node, page_bytes);

	if (page_bytes == BASE_PAGE_BYTES)
		*ret_count = node->free_bytes / BASE_PAGE_BYTES;
	else if (pool)
		*ret_count = pool->free_pages;
	return pool || page_bytes == BASE_PAGE_BYTES;
}

/* page_bytes 0: every size that the node has, the smallest first. */
static int list_pages(const struct host_node *node, uint64_t page_bytes, struct json *json,
		      struct err *err)
{
	uint64_t sizes[HOST_POOL_MAX + 1] = { page_bytes ? page_bytes : BASE_PAGE_BYTES };
	size_t n = 1;

	for (size_t i = 0; !page_bytes && i < node->n_pools; i++)
		sizes[n++] = node->pools[i].page_bytes;
	for (size_t i = 0; i < n; i++) {
		struct json *row;
		uint64_t count;

		if (!page_count(node, sizes[i], &count))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "operation failed: page size %" PRIu64 " is not available "
				       "on node %u",
				       sizes[i] / KIB, node->id);
		if (!json) {
			printf("%" PRIu64 "KiB: %" PRIu64 "\n", sizes[i] / KIB, count);
			continue;
		}
		row = json_new_object();
		json_set_u64(row, "cell", node->id);
		json_set_u64(row, "page-kib", sizes[i] / KIB);
		json_set_u64(row, "free", count);
		json_append(json, row);
	}
	return 0;
}

static int list_all_pages(const struct host_facts *facts, uint64_t page_bytes, struct json *json,
			  struct err *err)
{
	for (size_t i = 0; i < facts->n_nodes; i++) {
		int ret;

		if (!json)
			printf("Node %u:\n", facts->node[i].id);
		ret = list_pages(&facts->node[i], page_bytes, json, err);
		if (ret < 0)
			return ret;
		if (!json)
			putchar('\n');
	}
	return 0;
}

static int run_freepages(const struct verb_call *call, struct err *err)
{
	AUTO(host_facts) facts = NULL;
	autoclose int root_fd = -1;
	AUTO(json) json = verb_json(call) ? json_new_array() : NULL;
	const struct host_node *node = NULL;
	const char *size = verb_text(call, "pagesize");
	uint64_t page_bytes = 0;
	int ret = 0;

	if (verb_flag(call, "all") == (verb_text(call, "cellno") != NULL))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       verb_flag(call, "all")
				       ? "Options --all and --cellno are mutually exclusive"
				       : "missing cellno argument (--cellno N, or --all)");
	if (size)
		ret = read_page_size(size, &page_bytes, err);
	if (!ret)
		ret = host_root_facts(call, &root_fd, &facts, err);
	if (!ret && verb_text(call, "cellno"))
		ret = host_root_node(call, "cellno", facts, &node, err);
	if (!ret)
		ret = node ? list_pages(node, page_bytes, json, err)
			   : list_all_pages(facts, page_bytes, json, err);
	if (ret < 0)
		return ret;
	return json ? output_json(TAKE_PTR(json), err) : 0;
}

/* ---- nodememstats ---------------------------------------------------------------------------- */

struct stat_row {
	const char *name;
	uint64_t bytes;
};

static int read_whole_stats(int root_fd, struct stat_row rows[4], struct err *err)
{
	static const struct {
		const char *name, *key;
	} keys[] = {
		{ "total", "MemTotal" },
		{ "free", "MemFree" },
		{ "buffers", "Buffers" },
		{ "cached", "Cached" },
	};
	char text[8192];
	int ret = host_sysfs_read(root_fd, "proc/meminfo", text, sizeof(text), err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		rows[i] = (struct stat_row){ .name = keys[i].name };
		host_meminfo_find(text, keys[i].key, &rows[i].bytes);
	}
	return (int)ARRAY_SIZE(keys);
}

static int run_nodememstats(const struct verb_call *call, struct err *err)
{
	AUTO(host_facts) facts = NULL;
	autoclose int root_fd = -1;
	const struct host_node *node = NULL;
	struct stat_row rows[4] = { 0 };
	int n = 2, ret = host_root_facts(call, &root_fd, &facts, err);
	struct json *object;

	if (!ret && verb_text(call, "cell")) {
		ret = host_root_node(call, "cell", facts, &node, err);
		if (ret < 0)
			return ret;
		rows[0] = (struct stat_row){ "total", node->memory_bytes };
		rows[1] = (struct stat_row){ "free", node->free_bytes };
	} else if (!ret) {
		ret = n = read_whole_stats(root_fd, rows, err);
	}
	if (ret < 0)
		return ret;
	if (!verb_json(call)) {
		for (int i = 0; i < n; i++)
			printf("%-7s: %20" PRIu64 " KiB\n", rows[i].name, rows[i].bytes / KIB);
		return 0;
	}
	object = json_new_object();
	if (node)
		json_set_u64(object, "cell", node->id);
	for (int i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s-kib", rows[i].name);
		json_set_u64(object, name, rows[i].bytes / KIB);
	}
	return output_json(object, err);
}

/* ---- rows of the table ----------------------------------------------------------------------- */

static const struct verb_arg nodeinfo_args[] = { HOST_ROOT_ARG, { 0 } };

static const struct verb_arg freecell_args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "cellno",
	  .placeholder = "NODE",
	  .help = "one host node; without it, the sum of all" },
	{ .kind = VERB_FLAG, .name = "all", .help = "each node, and the sum" },
	HOST_ROOT_ARG,
	{ 0 },
};

static const struct verb_arg freepages_args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "cellno",
	  .placeholder = "NODE",
	  .help = "one host node" },
	{ .kind = VERB_POSITIONAL,
	  .name = "pagesize",
	  .placeholder = "SIZE",
	  .help = "pages of this size only; KiB without a unit" },
	{ .kind = VERB_FLAG, .name = "all", .help = "every node" },
	HOST_ROOT_ARG,
	{ 0 },
};

static const struct verb_arg nodememstats_args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "cell",
	  .placeholder = "NODE",
	  .help = "one host node; without it, the whole machine" },
	HOST_ROOT_ARG,
	{ 0 },
};

extern const struct verb verb_nodeinfo, verb_freecell, verb_freepages, verb_nodememstats;

const struct verb verb_nodeinfo = {
	.name = "nodeinfo",
	.group = "Host",
	.summary = "show CPUs and memory of the host",
	.description = "As virsh: sockets are those of one node, and where nodes, sockets, cores "
		       "and threads do not multiply to the number of CPUs (a node has none), one "
		       "cell with one socket is shown. \"capabilities\" has the true topology.",
	.args = nodeinfo_args,
	.run = run_nodeinfo,
};

const struct verb verb_freecell = {
	.name = "freecell",
	.group = "Host",
	.summary = "show unused memory of host nodes",
	.args = freecell_args,
	.run = run_freecell,
};

const struct verb verb_freepages = {
	.name = "freepages",
	.group = "Host",
	.summary = "show unused pages of host nodes, by page size",
	.args = freepages_args,
	.run = run_freepages,
};

const struct verb verb_nodememstats = {
	.name = "nodememstats",
	.group = "Host",
	.summary = "show memory of the host, or of one node",
	.args = nodememstats_args,
	.run = run_nodememstats,
};
