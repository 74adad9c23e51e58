/* SPDX-License-Identifier: Apache-2.0 */
/* -numa: node, dist, cpu, hmat-lb, hmat-cache. See option.h; the rules are in src/spec. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cmdline/option.h"
#include "spec/build.h"

/* The cell's fields as the option spells them. */
struct numa_node {
	uint32_t nodeid;
	struct idset cpus;
	uint64_t mem_bytes;
	char *memdev;
	uint32_t initiator;
};

#define NOT_GIVEN UINT32_MAX

static const struct cmdline_prop node_rows[] = {
	{ "nodeid", PROP_UINT, PROP_FIELD(numa_node, nodeid), .flags = PROP_ALWAYS,
	  .help = "number of the cell (default: how many there are)" },
	{ "cpus", PROP_IDSET, PROP_FIELD(numa_node, cpus), .help = "its vCPUs" },
	{ "mem", PROP_SIZE, PROP_FIELD(numa_node, mem_bytes), .flags = PROP_MIB,
	  .help = "its memory; a plain number is MiB (legacy, memdev is better)" },
	{ "memdev", PROP_STRING, PROP_FIELD(numa_node, memdev), .help = "its memory backend" },
	{ "initiator", PROP_UINT, PROP_FIELD(numa_node, initiator),
	  .help = "nearest cell with vCPUs, for the HMAT" },
};

struct numa_dist {
	uint16_t src, dst;
	uint8_t val;
};

static const struct cmdline_prop dist_rows[] = {
	{ "src", PROP_UINT, PROP_FIELD(numa_dist, src), .flags = PROP_REQUIRED | PROP_ALWAYS,
	  .help = "from this cell" },
	{ "dst", PROP_UINT, PROP_FIELD(numa_dist, dst), .flags = PROP_REQUIRED | PROP_ALWAYS,
	  .help = "to this cell" },
	{ "val", PROP_UINT, PROP_FIELD(numa_dist, val), .flags = PROP_REQUIRED | PROP_ALWAYS,
	  .help = "distance: 10 is local, 255 unreachable" },
};

struct numa_cpu {
	uint32_t node_id, socket_id, die_id, core_id, thread_id;
};

static const char *const zero_only[] = { "0", NULL };

static const struct cmdline_prop cpu_rows[] = {
	{ "node-id", PROP_UINT, PROP_FIELD(numa_cpu, node_id), .help = "cell that gets the vCPUs" },
	{ "socket-id", PROP_UINT, PROP_FIELD(numa_cpu, socket_id), .help = "vCPUs of this socket" },
	{ "die-id", PROP_UINT, PROP_FIELD(numa_cpu, die_id), .help = "vCPUs of this die" },
	{ "module-id", PROP_FIXED, .names = zero_only, .help = "there is one module in a die" },
	{ "core-id", PROP_UINT, PROP_FIELD(numa_cpu, core_id), .help = "vCPUs of this core" },
	{ "thread-id", PROP_UINT, PROP_FIELD(numa_cpu, thread_id), .help = "vCPUs of this thread" },
};

static const char *const hierarchies[] = { "memory", "first-level", "second-level", "third-level",
					   NULL };
static const char *const data_types[] = { "access-latency",   "read-latency",	"write-latency",
					  "access-bandwidth", "read-bandwidth", "write-bandwidth",
					  NULL };

struct numa_hmat_lb {
	uint16_t initiator, target;
	enum spec_hmat_hierarchy hierarchy;
	enum spec_hmat_data_type data_type;
	uint64_t latency, bandwidth;
};

static const struct cmdline_prop hmat_lb_rows[] = {
	{ "initiator", PROP_UINT, PROP_FIELD(numa_hmat_lb, initiator),
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "cell whose vCPUs access" },
	{ "target", PROP_UINT, PROP_FIELD(numa_hmat_lb, target),
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "cell whose memory is accessed" },
	{ "hierarchy", PROP_ENUM, PROP_FIELD(numa_hmat_lb, hierarchy), .names = hierarchies,
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "memory or a level of its cache" },
	{ "data-type", PROP_ENUM, PROP_FIELD(numa_hmat_lb, data_type), .names = data_types,
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "what the value says" },
	{ "latency", PROP_UINT, PROP_FIELD(numa_hmat_lb, latency), .help = "nanoseconds" },
	{ "bandwidth", PROP_SIZE, PROP_FIELD(numa_hmat_lb, bandwidth),
	  .help = "bytes per second, a multiple of 1M" },
};

static const char *const associativities[] = { "none", "direct", "complex", NULL };
static const char *const write_policies[] = { "none", "write-back", "write-through", NULL };

static const struct cmdline_prop hmat_cache_rows[] = {
	{ "node-id", PROP_UINT, PROP_FIELD(spec_hmat_cache, cell),
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "cell whose memory is cached" },
	{ "size", PROP_SIZE, PROP_FIELD(spec_hmat_cache, size_bytes),
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "bytes of the cache" },
	{ "level", PROP_UINT, PROP_FIELD(spec_hmat_cache, level),
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "1 to 3" },
	{ "associativity", PROP_ENUM, PROP_FIELD(spec_hmat_cache, associativity),
	  .names = associativities, .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "associativity" },
	{ "policy", PROP_ENUM, PROP_FIELD(spec_hmat_cache, policy), .names = write_policies,
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "write policy" },
	{ "line", PROP_UINT, PROP_FIELD(spec_hmat_cache, line_bytes),
	  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "bytes of a line" },
};

#define NUMA_PROPS(object, label, table, text)                                                     \
	static const struct cmdline_props object = {                                               \
		.name = label, .help = text, .rows = table, .n_rows = ARRAY_SIZE(table)            \
	}
NUMA_PROPS(node_props, "node", node_rows, "a cell");
NUMA_PROPS(dist_props, "dist", dist_rows, "a distance between two cells");
NUMA_PROPS(cpu_props, "cpu", cpu_rows, "gives vCPUs to a cell by their place");
NUMA_PROPS(hmat_lb_props, "hmat-lb", hmat_lb_rows, "a latency or bandwidth");
NUMA_PROPS(hmat_cache_props, "hmat-cache", hmat_cache_rows, "a memory side cache");

const struct cmdline_props *const cmdline_numa_props[] = {
	&node_props, &dist_props, &cpu_props, &hmat_lb_props, &hmat_cache_props, NULL,
};

/* ------------------------------------------------------------------ reading */

static int read_node(struct vm_spec *spec, const struct keyval *list, struct err *err)
{
	struct numa_node node = { .nodeid = (uint32_t)spec->n_cells, .initiator = NOT_GIVEN };
	struct spec_cell cell = { .initiator = -1 };
	int ret = cmdline_props_read(&node_props, list, &node, err);

	cell.cpus = node.cpus;
	cell.memdev = node.memdev;
	cell.mem_bytes = node.mem_bytes;
	if (node.initiator != NOT_GIVEN)
		cell.initiator = (int)MIN(node.initiator, (uint32_t)INT32_MAX);
	if (ret == 0)
		ret = spec_cell_add(spec, node.nodeid, &cell, err);
	free(cell.memdev);
	return ret;
}

static int read_dist(struct vm_spec *spec, const struct keyval *list, struct err *err)
{
	struct numa_dist dist = { 0 };
	int ret = cmdline_props_read(&dist_props, list, &dist, err);
	struct spec_distance distance = { .src = dist.src, .dst = dist.dst, .value = dist.val };

	return ret < 0 ? ret : spec_distance_add(spec, &distance, err);
}

static bool matches(uint32_t wanted, uint32_t id)
{
	return wanted == NOT_GIVEN || wanted == id;
}

/* Every vCPU whose place agrees with the ids that were given. */
static struct idset matching_vcpus(const struct spec_smp *smp, const struct numa_cpu *cpu)
{
	struct idset vcpus = IDSET_EMPTY;

	for (unsigned int vcpu = 0; vcpu < smp->maxcpus; vcpu++) {
		struct spec_vcpu_place place = spec_vcpu_place(smp, vcpu);

		if (matches(cpu->socket_id, place.socket) && matches(cpu->die_id, place.die) &&
		    matches(cpu->core_id, place.core) && matches(cpu->thread_id, place.thread))
			idset_add(&vcpus, vcpu);
	}
	return vcpus;
}

static int read_cpu(struct vm_spec *spec, const struct keyval *list, struct err *err)
{
	struct numa_cpu cpu = { NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN };
	struct idset vcpus;
	int ret;

	if (keyval_has(list, "cluster-id"))
		return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL, "cluster-id is not supported");
	ret = cmdline_props_read(&cpu_props, list, &cpu, err);
	if (ret < 0)
		return ret;
	if (cpu.node_id == NOT_GIVEN)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Missing mandatory node-id property");
	if (cpu.node_id >= SPEC_CELL_MAX || !spec->cells[cpu.node_id].present)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid node-id=%u, NUMA node must be defined with -numa "
			       "node,nodeid=ID before it's used with -numa cpu,node-id=ID",
			       cpu.node_id);
	vcpus = matching_vcpus(&spec->smp, &cpu);
	if (idset_is_empty(&vcpus))
		return err_set(err, ERR_USER, -EINVAL, NULL, "no match found");
	return spec_cell_cpus_add(spec, cpu.node_id, &vcpus, err);
}

static int read_hmat_lb(struct vm_spec *spec, const struct keyval *list, struct err *err)
{
	struct numa_hmat_lb lb = { 0 };
	struct spec_hmat_lb row;
	bool bandwidth;
	int ret = cmdline_props_read(&hmat_lb_props, list, &lb, err);

	if (ret < 0)
		return ret;
	bandwidth = spec_hmat_is_bandwidth(lb.data_type);
	if (keyval_has(list, bandwidth ? "latency" : "bandwidth"))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid option '%s' since the data type is %s",
			       bandwidth ? "latency" : "bandwidth",
			       bandwidth ? "bandwidth" : "latency");
	if (!keyval_has(list, bandwidth ? "bandwidth" : "latency"))
		return err_set(err, ERR_USER, -EINVAL, NULL, "Missing '%s' option",
			       bandwidth ? "bandwidth" : "latency");
	row = (struct spec_hmat_lb){
		.initiator = lb.initiator,
		.target = lb.target,
		.hierarchy = lb.hierarchy,
		.data_type = lb.data_type,
		.value = bandwidth ? lb.bandwidth : lb.latency,
	};
	return spec_hmat_lb_add(spec, &row, err);
}

static int read_hmat_cache(struct vm_spec *spec, const struct keyval *list, struct err *err)
{
	struct spec_hmat_cache cache = { 0 };
	int ret = cmdline_props_read(&hmat_cache_props, list, &cache, err);

	return ret < 0 ? ret : spec_hmat_cache_add(spec, &cache, err);
}

int cmdline_read_numa(struct cmdline_parser *parser, const struct cmdline_option *option,
		      const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	struct vm_spec *spec = parser->spec;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret < 0)
		return ret;
	if (props == &node_props)
		return read_node(spec, &list, err);
	if (props == &dist_props)
		return read_dist(spec, &list, err);
	if (props == &cpu_props)
		return read_cpu(spec, &list, err);
	if (props == &hmat_lb_props)
		return read_hmat_lb(spec, &list, err);
	return read_hmat_cache(spec, &list, err);
}

unsigned int cmdline_numa_vcpus(const char *arg)
{
	struct idset all = IDSET_EMPTY, cpus;
	AUTO_KEYVAL(list);

	if (keyval_parse(arg, "type", &list, NULL) < 0)
		return 0;
	for (size_t i = 0; i < list.n_pairs; i++)
		if (!strcmp(list.pairs[i].key, "cpus") && list.pairs[i].value &&
		    idset_parse(list.pairs[i].value, SPEC_VCPU_MAX, &cpus, NULL) == 0)
			idset_union(&all, &cpus);
	return (unsigned int)(idset_last(&all) + 1);
}

/* ------------------------------------------------------------------ printing */

static int print_row(const struct cmdline_option *option, const struct cmdline_props *props,
		     const void *object, const void *defaults, struct cmdline_argv *argv)
{
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_add_text(&text, props->name);
	cmdline_props_print(props, object, defaults, &text);
	return cmdline_argv_add_text(argv, option->name, &text);
}

static int print_nodes(const struct vm_spec *spec, const struct cmdline_option *option,
		       struct cmdline_argv *argv)
{
	static const struct numa_node defaults = { .initiator = NOT_GIVEN };
	int ret = 0;

	for (unsigned int i = 0; i < SPEC_CELL_MAX && ret == 0; i++) {
		const struct spec_cell *cell = &spec->cells[i];
		struct numa_node node = {
			.nodeid = i,
			.cpus = cell->cpus,
			.memdev = cell->memdev,
			.mem_bytes = cell->memdev ? 0 : cell->mem_bytes,
			.initiator = NOT_GIVEN,
		};

		if (!cell->present || cell->implicit)
			continue;
		/* A cell with vCPUs is its own initiator: nobody says so. */
		if (cell->initiator >= 0 && cell->initiator != (int)i)
			node.initiator = (uint32_t)cell->initiator;
		ret = print_row(option, &node_props, &node, &defaults, argv);
	}
	return ret;
}

static int print_dists(const struct vm_spec *spec, const struct cmdline_option *option,
		       struct cmdline_argv *argv)
{
	static const struct numa_dist defaults;
	int ret = 0;

	for (size_t i = 0; i < spec->n_distances && ret == 0; i++) {
		const struct spec_distance *distance = &spec->distances[i];
		struct numa_dist dist = { distance->src, distance->dst, distance->value };

		ret = print_row(option, &dist_props, &dist, &defaults, argv);
	}
	return ret;
}

static int print_hmat_lbs(const struct vm_spec *spec, const struct cmdline_option *option,
			  struct cmdline_argv *argv)
{
	int ret = 0;

	for (size_t i = 0; i < spec->n_hmat_lb && ret == 0; i++) {
		const struct spec_hmat_lb *row = &spec->hmat_lb[i];
		bool bandwidth = spec_hmat_is_bandwidth(row->data_type);
		struct numa_hmat_lb lb = {
			.initiator = row->initiator,
			.target = row->target,
			.hierarchy = row->hierarchy,
			.data_type = row->data_type,
			.latency = bandwidth ? 0 : row->value,
			.bandwidth = bandwidth ? row->value : 0,
		};
		/* A value of 0 must be printed too: make exactly one of them differ. */
		struct numa_hmat_lb defaults = {
			.latency = bandwidth ? 0 : ~row->value,
			.bandwidth = bandwidth ? ~row->value : 0,
		};

		ret = print_row(option, &hmat_lb_props, &lb, &defaults, argv);
	}
	return ret;
}

int cmdline_print_numa(const struct vm_spec *spec, const struct cmdline_option *option,
		       struct cmdline_argv *argv)
{
	static const struct spec_hmat_cache no_cache;
	int ret = print_nodes(spec, option, argv);

	if (ret == 0)
		ret = print_dists(spec, option, argv);
	if (ret == 0)
		ret = print_hmat_lbs(spec, option, argv);
	for (size_t i = 0; i < spec->n_hmat_caches && ret == 0; i++)
		ret = print_row(option, &hmat_cache_props, &spec->hmat_caches[i], &no_cache, argv);
	return ret;
}
