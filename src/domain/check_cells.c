/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of <cpu><numa>: cells, distances, and what HMAT tells of them: see check.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "domain/check.h"
#include "spec/spec.h"

static const xmlNode *at_cell(const struct xml_source *source, size_t i)
{
	return xml_find(source, "cpu/numa/cell[%zu]", i + 1);
}

/* Without an id, a cell has the number of its place. */
static int complete_ids(const struct xml_source *source, struct domain_numa *numa, struct err *err)
{
	struct idset seen = IDSET_EMPTY;

	for (size_t i = 0; i < numa->n_cells; i++) {
		struct domain_number *id = &numa->cells[i].id;

		if (!id->given)
			*id = (struct domain_number){ true, (int64_t)i };
		if (id->value >= (int64_t)numa->n_cells)
			return xml_fail(source, at_cell(source, i), err,
					"XML error: Exactly one 'cell' element per guest NUMA cell "
					"allowed, non-contiguous ranges or ranges not starting "
					"from 0 are not allowed");
		if (idset_has(&seen, (unsigned int)id->value))
			return xml_fail(source, at_cell(source, i), err,
					"XML error: Duplicate NUMA cell info for cell id "
					"'%" PRId64 "'",
					id->value);
		idset_add(&seen, (unsigned int)id->value);
	}
	return 0;
}

/* vCPUs that no cell names belong to cell 0, as libvirt has it. */
static int complete_cpus(const struct xml_source *source, struct domain_spec *domain,
			 struct err *err)
{
	struct domain_numa *numa = &domain->cpu.numa;
	struct idset named = IDSET_EMPTY, rest = IDSET_EMPTY;

	for (size_t i = 0; i < numa->n_cells; i++) {
		const struct idset *cpus = &numa->cells[i].cpus.ids;

		/* Who it is only matters when there is one. */
		for (size_t j = 0; j < i && idset_intersects(cpus, &named); j++)
			if (idset_intersects(cpus, &numa->cells[j].cpus.ids))
				return xml_fail(source, at_cell(source, i), err,
						"unsupported configuration: NUMA cells %" PRId64
						" and %" PRId64 " have overlapping vCPU ids",
						numa->cells[j].id.value, numa->cells[i].id.value);
		if (idset_last(cpus) >= domain->vcpu.count.value)
			return xml_fail(source, at_cell(source, i), err,
					"unsupported configuration: Number of CPUs in <numa> "
					"exceeds the <vcpu> count");
		idset_union(&named, cpus);
	}
	for (unsigned int vcpu = 0; vcpu < domain->vcpu.count.value; vcpu++)
		if (!idset_has(&named, vcpu))
			idset_add(&rest, vcpu);
	for (size_t i = 0; i < numa->n_cells && !idset_is_empty(&rest); i++) {
		if (numa->cells[i].id.value)
			continue;
		numa->cells[i].cpus.given = true;
		idset_union(&numa->cells[i].cpus.ids, &rest);
	}
	return 0;
}

static const xmlNode *at_sibling(const struct xml_source *source, size_t i, size_t s)
{
	return xml_find(source, "cpu/numa/cell[%zu]/distances/sibling[%zu]", i + 1, s + 1);
}

static int check_sibling(const struct xml_source *source, const struct domain_numa *numa, size_t i,
			 size_t s, struct idset *seen, struct err *err)
{
	const struct domain_sibling *sibling = &numa->cells[i].distances.siblings[s];
	int64_t cell = numa->cells[i].id.value, id = sibling->id.value,
		value = sibling->value.value;

	if (id >= (int64_t)numa->n_cells)
		return xml_fail(source, at_sibling(source, i, s), err,
				"XML error: 'sibling_id %" PRId64 "' does not refer to a valid "
				"cell within NUMA 'cell id %" PRId64 "'",
				id, cell);
	if (value < 10 || value > 255 || (value == 10) != (id == cell))
		return xml_fail(source, at_sibling(source, i, s), err,
				"XML error: 'value %" PRId64 "' is invalid for 'sibling id "
				"%" PRId64 "' under NUMA 'cell id %" PRId64 "'",
				value, id, cell);
	if (idset_has(seen, (unsigned int)id))
		return xml_fail(source, at_sibling(source, i, s), err,
				"XML error: duplicate 'sibling id %" PRId64 "' under NUMA 'cell "
				"id %" PRId64 "'",
				id, cell);
	idset_add(seen, (unsigned int)id);
	return 0;
}

static int check_distances(const struct xml_source *source, const struct domain_numa *numa,
			   struct err *err)
{
	for (size_t i = 0; i < numa->n_cells; i++) {
		struct idset seen = IDSET_EMPTY;

		for (size_t s = 0; s < numa->cells[i].distances.n_siblings; s++) {
			int ret = check_sibling(source, numa, i, s, &seen, err);

			if (ret < 0)
				return ret;
		}
	}
	return 0;
}

int check_cells(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	struct domain_numa *numa = &domain->cpu.numa;
	int ret;

	if (!numa->given)
		return 0;
	if (!numa->n_cells)
		return xml_fail(source, xml_find(source, "cpu/numa"), err,
				"unsupported configuration: NUMA topology defined without NUMA "
				"cells");
	if (numa->n_cells > SPEC_CELL_MAX)
		return xml_fail(source, at_cell(source, SPEC_CELL_MAX), err,
				"unsupported configuration: more than %u NUMA cells",
				SPEC_CELL_MAX);
	ret = complete_ids(source, numa, err);
	if (!ret)
		ret = complete_cpus(source, domain, err);
	return ret ? ret : check_distances(source, numa, err);
}

/* ---- HMAT ---- */

static const struct domain_cell *cell_by_id(const struct domain_numa *numa, int64_t id)
{
	for (size_t i = 0; i < numa->n_cells; i++)
		if (numa->cells[i].id.value == id)
			return &numa->cells[i];
	return NULL;
}

static const xmlNode *at_cache(const struct xml_source *source, size_t i, size_t c)
{
	return xml_find(source, "cpu/numa/cell[%zu]/cache[%zu]", i + 1, c + 1);
}

static int check_caches(const struct xml_source *source, const struct domain_numa *numa, size_t i,
			struct err *err)
{
	const struct domain_cell *cell = &numa->cells[i];

	for (size_t c = 0; c < cell->n_caches; c++) {
		int64_t level = cell->caches[c].level.value;

		if (!level)
			return xml_fail(source, at_cache(source, i, c), err,
					"XML error: Invalid value for attribute 'level' in element "
					"'cache': '0'. Expected non-zero value");
		if (level > 3)
			return xml_fail(source, at_cache(source, i, c), err,
					"XML error: Ain't nobody heard of that much cache level");
		for (size_t d = 0; d < c; d++)
			if (cell->caches[d].level.value == level)
				return xml_fail(source, at_cache(source, i, c), err,
						"XML error: Cache level '%" PRId64
						"' already defined",
						level);
	}
	return 0;
}

static bool has_cache(const struct domain_cell *cell, int64_t level)
{
	for (size_t c = 0; c < cell->n_caches; c++)
		if (cell->caches[c].level.value == level)
			return true;
	return false;
}

static bool links_meet(const struct domain_link *a, const struct domain_link *b)
{
	return a->cache.value == b->cache.value && a->type == b->type;
}

static const xmlNode *at_link(const struct xml_source *source, const char *name, size_t i)
{
	return xml_find(source, "cpu/numa/interconnects/%s[%zu]", name, i + 1);
}

static int check_link(const struct xml_source *source, const struct domain_numa *numa,
		      const char *name, size_t i, const struct domain_link *link, struct err *err)
{
	const struct domain_cell *initiator = cell_by_id(numa, link->initiator.value);
	const struct domain_cell *target = cell_by_id(numa, link->target.value);

	if (!initiator)
		return xml_fail(source, at_link(source, name, i), err,
				"XML error: 'initiator' refers to a non-existent NUMA node");
	if (!target)
		return xml_fail(source, at_link(source, name, i), err,
				"XML error: 'target' refers to a non-existent NUMA node");
	if (idset_is_empty(&initiator->cpus.ids))
		return xml_fail(source, at_link(source, name, i), err,
				"XML error: NUMA nodes without CPUs can't be initiator");
	if (link->cache.value && !has_cache(target, link->cache.value))
		return xml_fail(source, at_link(source, name, i), err,
				"XML error: 'cache' refers to a non-existent NUMA node cache");
	return 0;
}

static int check_links(const struct xml_source *source, const struct domain_numa *numa,
		       const char *name, const struct domain_link *links, size_t n_links,
		       const char *duplicate, struct err *err)
{
	for (size_t i = 0; i < n_links; i++) {
		const struct domain_link *a = &links[i];
		int ret = check_link(source, numa, name, i, a, err);

		if (ret < 0)
			return ret;
		for (const struct domain_link *b = links; b < a; b++) {
			if (!links_meet(a, b))
				continue;
			if (a->initiator.value == b->initiator.value &&
			    a->target.value == b->target.value)
				return xml_fail(source, at_link(source, name, i), err,
						"XML error: %s", duplicate);
			if (a->initiator.value == b->target.value &&
			    a->target.value == b->initiator.value)
				return xml_fail(source, at_link(source, name, i), err,
						"XML error: Link already defined");
		}
	}
	return 0;
}

int check_hmat(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	const struct domain_numa *numa = &domain->cpu.numa;
	const struct domain_interconnects *links = &numa->interconnects;
	int ret = 0;

	for (size_t i = 0; !ret && i < numa->n_cells; i++)
		ret = check_caches(source, numa, i, err);
	if (!ret)
		ret = check_links(source, numa, "latency", links->latencies, links->n_latencies,
				  "Duplicate info for NUMA latencies", err);
	if (!ret)
		ret = check_links(source, numa, "bandwidth", links->bandwidths, links->n_bandwidths,
				  "Duplicate info for NUMA bandwidth", err);
	return ret;
}

/* ---- order ---- */

static int by_id(const void *a, const void *b)
{
	const struct domain_cell *x = a, *y = b;

	return (x->id.value > y->id.value) - (x->id.value < y->id.value);
}

#define CELL_PLACE "/domain[1]/cpu[1]/numa[1]/cell["

/* A place below cell NUMBER (by place) moves to where the cell with that id will be. */
static int move_place(char **place, const int64_t *ids, size_t n_cells)
{
	AUTO_STRBUF moved = STRBUF_INIT;
	size_t number = 0;
	const char *p;

	if (strncmp(*place, CELL_PLACE, strlen(CELL_PLACE)))
		return 0;
	for (p = *place + strlen(CELL_PLACE); *p >= '0' && *p <= '9'; p++)
		number = number * 10 + (size_t)(*p - '0');
	if (!number || number > n_cells)
		return 0;
	strbuf_addf(&moved, CELL_PLACE "%" PRId64 "%s", ids[number - 1] + 1, p);
	if (moved.failed)
		return -ENOMEM;
	free(*place);
	*place = strbuf_take(&moved);
	return 0;
}

int check_cells_sort(struct domain_spec *domain, struct err *err)
{
	struct domain_numa *numa = &domain->cpu.numa;
	int64_t ids[SPEC_CELL_MAX];

	for (size_t i = 0; i < numa->n_cells; i++)
		ids[i] = numa->cells[i].id.value;
	for (size_t i = 0; i < domain->n_kept; i++)
		if (move_place(&domain->kept[i].place, ids, numa->n_cells) < 0)
			return err_set(err, ERR_HOST, -ENOMEM, domain->name, "out of memory");
	if (numa->n_cells)
		qsort(numa->cells, numa->n_cells, sizeof(*numa->cells), by_id);
	return 0;
}
