/* SPDX-License-Identifier: Apache-2.0 */
/* A placement as text, for "terrace plan": memory, threads and nodes as tables, then the notes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "plan/placement_internal.h"
#include "plan/text_table.h"

static const char *set_text(const struct idset *set, char *buf, size_t buf_size)
{
	size_t used = idset_format(set, buf, buf_size);

	/* A list of odd CPUs may be long: the table stays readable, JSON has it all. */
	if (used >= 40)
		snprintf(buf + 37, 4, "...");
	return buf;
}
#define SET_TEXT(set) set_text(set, (char[64]){ 0 }, 64)

const char *placement_enforcer_name(enum placement_enforcer enforcer)
{
	static const char *const names[] = {
		[PLACEMENT_ANYWHERE] = "none",
		[PLACEMENT_POLICY] = "policy",
		[PLACEMENT_CPUSET] = "cpuset",
	};

	return names[enforcer];
}

static const char *device_name(const struct domain_memory_device *device)
{
	static const char *const names[] = {
		[DOMAIN_MEMORY_DIMM] = "dimm",
		[DOMAIN_MEMORY_NVDIMM] = "nvdimm",
		[DOMAIN_MEMORY_VIRTIO_MEM] = "virtio-mem",
		[DOMAIN_MEMORY_VIRTIO_PMEM] = "virtio-pmem",
	};

	return names[device->model];
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void add_memory_row(struct text_table *table, const struct placement *placement,
			   const struct placement_memory *memory)
{
	const char *enforcer = placement_enforcer_name(memory->enforcer);

	text_table_add(table, SIZE_TEXT(memory->size_bytes));
	if (memory->enforcer == PLACEMENT_ANYWHERE)
		text_table_add(table, "any");
	else
		text_table_add(table, SET_TEXT(&memory->nodes));
	text_table_addf(table, "%s%s%s", placement_mode_name(memory->mode),
			memory->migratable ? ", migratable" : "",
			memory->tiering ? ", tiering" : "");
	text_table_addf(table, "%s%s", spec_policy_name(memory->policy),
			memory->numa_balancing ? " + numa-balancing" : "");
	if (memory->enforcer == PLACEMENT_POLICY && !idset_is_empty(&placement->domain_mems))
		text_table_addf(table, "%s, cpuset", enforcer);
	else
		text_table_add(table, enforcer);
	text_table_add(table, memory->page_bytes ? SIZE_TEXT(memory->page_bytes) : "base");
	text_table_add(table, memory->populate ? "at start" : "when touched");
}

static void format_memory(const struct placement *placement, const struct domain_spec *domain,
			  struct strbuf *out)
{
	static const char *const titles[] = { "MEMORY", "VCPUS",   "SIZE",  "NODES",	"MODE",
					      "POLICY", "KEPT BY", "PAGES", "POPULATED" };
	autofree struct idset *vcpus = calloc(placement->n_cells, sizeof(*vcpus));
	AUTO_TEXT_TABLE table;

	text_table_init(&table, ARRAY_SIZE(titles), "<<><<<<><");
	if (!vcpus) {
		out->failed = true;
		return;
	}
	for (unsigned int i = 0; i < placement->n_vcpus; i++)
		idset_add(&vcpus[placement->vcpu_cells[i]], i);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		text_table_add(&table, titles[i]);
	for (size_t i = 0; i < placement->n_cells; i++) {
		if (placement->has_cells)
			text_table_addf(&table, "cell %zu", i);
		else
			text_table_add(&table, "all");
		text_table_add(&table, SET_TEXT(&vcpus[i]));
		add_memory_row(&table, placement, &placement->cells[i]);
	}
	for (size_t i = 0; i < placement->n_devices; i++) {
		text_table_addf(&table, "%s %zu, cell %" PRIu32,
				device_name(&domain->devices.memories[i]), i + 1,
				placement->devices[i].cell);
		text_table_add(&table, "");
		add_memory_row(&table, placement, &placement->devices[i]);
	}
	text_table_format(&table, out);
}

/* ---- threads --------------------------------------------------------------------------------- */

static void add_thread_row(struct text_table *table, const struct idset *cpus, bool pinned,
			   const struct idset *mems)
{
	text_table_add(table, SET_TEXT(cpus));
	text_table_add(table, pinned ? SET_TEXT(cpus) : "");
	text_table_add(table, SET_TEXT(mems));
}

static bool same_vcpu(const struct placement *placement, size_t a, size_t b)
{
	return placement->vcpu_pinned[a] == placement->vcpu_pinned[b] &&
	       placement->vcpu_cells[a] == placement->vcpu_cells[b] &&
	       idset_equal(&placement->vcpu_cpus[a], &placement->vcpu_cpus[b]) &&
	       idset_equal(&placement->vcpu_mems[a], &placement->vcpu_mems[b]);
}

/* Neighbours that are alike share a row. */
static void add_vcpu_rows(struct text_table *table, const struct placement *placement)
{
	for (size_t first = 0, last; first < placement->n_vcpus; first = last + 1) {
		last = first;
		while (last + 1 < placement->n_vcpus && same_vcpu(placement, first, last + 1))
			last++;
		if (first == last)
			text_table_addf(table, "vCPU %zu", first);
		else
			text_table_addf(table, "vCPUs %zu-%zu", first, last);
		add_thread_row(table, &placement->vcpu_cpus[first], placement->vcpu_pinned[first],
			       &placement->vcpu_mems[first]);
	}
}

static void format_threads(const struct placement *placement, struct strbuf *out)
{
	AUTO_TEXT_TABLE table;

	text_table_init(&table, 4, "<<<<");
	text_table_add(&table, "THREADS");
	text_table_add(&table, "AFFINITY");
	text_table_add(&table, "CPUSET.CPUS");
	text_table_add(&table, "CPUSET.MEMS");
	if (!idset_is_empty(&placement->domain_mems)) {
		text_table_add(&table, "whole domain");
		add_thread_row(&table, &IDSET_EMPTY, false, &placement->domain_mems);
	}
	text_table_add(&table, "emulator");
	add_thread_row(&table, &placement->emulator_cpus, placement->emulator_pinned,
		       &placement->emulator_mems);
	add_vcpu_rows(&table, placement);
	for (size_t i = 0; i < placement->n_iothreads; i++) {
		text_table_addf(&table, "I/O thread %" PRIu32, placement->iothread_ids[i]);
		add_thread_row(&table, &placement->iothread_cpus[i], placement->iothread_pinned[i],
			       &placement->emulator_mems);
	}
	text_table_format(&table, out);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

/* The share of an interleaved piece, or all of one that may be on this node alone. */
static uint64_t only_here(const struct placement_memory *memory, unsigned int node)
{
	unsigned int count = idset_count(&memory->nodes);

	if (!idset_has(&memory->nodes, node))
		return 0;
	if (memory->policy == SPEC_POLICY_INTERLEAVE)
		return memory->start_bytes / count;
	return count == 1 ? memory->start_bytes : 0;
}

static uint64_t maybe_here(const struct placement_memory *memory, unsigned int node)
{
	if (!idset_has(&memory->nodes, node) || only_here(memory, node))
		return 0;
	return memory->start_bytes;
}

void placement_wanted_on(const struct placement *placement, unsigned int node, uint64_t *ret_only,
			 uint64_t *ret_maybe)
{
	*ret_only = *ret_maybe = 0;
	for (size_t i = 0; i < placement->n_cells; i++) {
		*ret_only += only_here(&placement->cells[i], node);
		*ret_maybe += maybe_here(&placement->cells[i], node);
	}
	for (size_t i = 0; i < placement->n_devices; i++) {
		*ret_only += only_here(&placement->devices[i], node);
		*ret_maybe += maybe_here(&placement->devices[i], node);
	}
}

static void add_pools(struct text_table *table, const struct host_facts *facts,
		      const struct host_node *node)
{
	AUTO_STRBUF text = STRBUF_INIT;

	for (size_t p = 0; p < node->n_pools; p++) {
		const struct host_pool *pool = &node->pools[p];

		if (!pool->total_pages)
			continue;
		strbuf_addf(&text, "%s%" PRIu64, text.length ? ", " : "",
			    facts->has_free ? pool->free_pages : pool->total_pages);
		if (facts->has_free)
			strbuf_addf(&text, "/%" PRIu64, pool->total_pages);
		strbuf_addf(&text, " x %s", SIZE_TEXT(pool->page_bytes));
	}
	text_table_add(table, strbuf_text(&text));
}

static void format_nodes(const struct placement *placement, const struct host_facts *facts,
			 struct strbuf *out)
{
	static const char *const titles[] = { "NODE",	     "CPUS",	   "MEMORY",	"AVAILABLE",
					      "WANTED HERE", "MAYBE HERE", "HUGE PAGES" };
	AUTO_TEXT_TABLE table;

	text_table_init(&table, ARRAY_SIZE(titles), "<<>>>><");
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		text_table_add(&table, titles[i]);
	for (size_t i = 0; i < facts->n_nodes; i++) {
		const struct host_node *node = &facts->node[i];
		uint64_t only, maybe;

		placement_wanted_on(placement, node->id, &only, &maybe);
		text_table_addf(&table, "%u", node->id);
		text_table_add(&table, SET_TEXT(&node->cpus));
		text_table_add(&table, SIZE_TEXT(node->memory_bytes));
		text_table_add(&table, facts->has_free ? SIZE_TEXT(node->available_bytes) : "");
		text_table_add(&table, only ? SIZE_TEXT(only) : "");
		text_table_add(&table, maybe ? SIZE_TEXT(maybe) : "");
		add_pools(&table, facts, node);
	}
	text_table_format(&table, out);
}

void placement_format(const struct placement *placement, const struct domain_spec *domain,
		      const struct host_facts *facts, struct strbuf *out)
{
	format_memory(placement, domain, out);
	strbuf_add_char(out, '\n');
	format_threads(placement, out);
	if (facts && facts->n_nodes) {
		strbuf_add_char(out, '\n');
		format_nodes(placement, facts, out);
	}
	if (placement->n_notes)
		strbuf_add_text(out, "\nNotes:\n");
	for (size_t i = 0; i < placement->n_notes; i++)
		strbuf_addf(out, "* %s\n", placement->notes[i]);
}
