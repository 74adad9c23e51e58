/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latencies, bandwidths and memory side caches of cells. Rules and texts: QEMU 10.0, "-numa
 * hmat-lb" and "-numa hmat-cache"; encoding: ACPI 6.4, 5.2.27.4 (entries are 16 bit, 0xffff means
 * unreachable). See build.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/util.h"
#include "spec/build.h"

#define ENTRY_MAX 65534u

bool spec_hmat_is_bandwidth(enum spec_hmat_data_type type)
{
	return type >= SPEC_HMAT_ACCESS_BANDWIDTH;
}

static bool same_table(const struct spec_hmat_lb *lb, enum spec_hmat_hierarchy hierarchy,
		       enum spec_hmat_data_type type)
{
	return lb->hierarchy == hierarchy && lb->data_type == type;
}

/* Base unit after one more value, by the rule of the type. base 0: none yet. */
static uint64_t narrow_base(uint64_t base, uint64_t value, bool bandwidth)
{
	if (!value)
		return base;
	if (bandwidth) {
		uint64_t lowest = value & (~value + 1);

		return base ? MIN(base, lowest) : lowest;
	}
	if (!base)
		base = UINT64_C(10000000000000000000); /* 10^19: the largest power below 2^64 */
	while (value % base)
		base /= 10;
	return base;
}

/* Base unit and largest value of a table with one more value in it. */
static uint64_t table_base(const struct vm_spec *spec, const struct spec_hmat_lb *more,
			   uint64_t *ret_max)
{
	bool bandwidth = spec_hmat_is_bandwidth(more->data_type);
	uint64_t base = narrow_base(0, more->value, bandwidth), max = more->value;

	for (size_t i = 0; i < spec->n_hmat_lb; i++) {
		const struct spec_hmat_lb *lb = &spec->hmat_lb[i];

		if (!same_table(lb, more->hierarchy, more->data_type))
			continue;
		base = narrow_base(base, lb->value, bandwidth);
		max = MAX(max, lb->value);
	}
	*ret_max = max;
	return base ? base : 1;
}

uint64_t spec_hmat_base_unit(const struct vm_spec *spec, enum spec_hmat_hierarchy hierarchy,
			     enum spec_hmat_data_type type)
{
	struct spec_hmat_lb none = { .hierarchy = hierarchy, .data_type = type };
	uint64_t max;

	return table_base(spec, &none, &max);
}

static int check_hmat_on(const struct vm_spec *spec, struct err *err)
{
	if (spec->machine.hmat)
		return 0;
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, enable it "
		       "with -machine hmat=on before using any of hmat specific options");
}

/* QEMU lets an id equal to the number of nodes pass the first test of each pair; so its texts. */
static int check_pair(const struct vm_spec *spec, const struct spec_hmat_lb *lb, struct err *err)
{
	if (lb->initiator > spec->n_cells)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid initiator=%u, it should be less than %zu", lb->initiator,
			       spec->n_cells);
	if (lb->initiator >= SPEC_CELL_MAX || idset_is_empty(&spec->cells[lb->initiator].cpus))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid initiator=%u, it isn't an initiator proximity domain",
			       lb->initiator);
	if (lb->target > spec->n_cells)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid target=%u, it should be less than %zu", lb->target,
			       spec->n_cells);
	if (lb->target >= SPEC_CELL_MAX || !spec->cells[lb->target].present)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "The target=%u should point to an existing node", lb->target);
	return 0;
}

static int check_value(const struct vm_spec *spec, const struct spec_hmat_lb *lb, struct err *err)
{
	bool bandwidth = spec_hmat_is_bandwidth(lb->data_type);
	uint64_t max, base;

	if (bandwidth && !is_aligned(lb->value, MIB))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Bandwidth %" PRIu64
			       " between initiator=%u and target=%u should be 1MB aligned",
			       lb->value, lb->initiator, lb->target);
	for (size_t i = 0; i < spec->n_hmat_lb; i++) {
		const struct spec_hmat_lb *old = &spec->hmat_lb[i];

		if (same_table(old, lb->hierarchy, lb->data_type) &&
		    old->initiator == lb->initiator && old->target == lb->target)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Duplicate configuration of the %s for initiator=%u and "
				       "target=%u",
				       bandwidth ? "bandwidth" : "latency", lb->initiator,
				       lb->target);
	}
	base = table_base(spec, lb, &max);
	if (max / base > ENTRY_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "%s %" PRIu64
			       " between initiator=%u and target=%u should not differ from "
			       "previously entered %svalues on more than %u",
			       bandwidth ? "Bandwidth" : "Latency", lb->value, lb->initiator,
			       lb->target, bandwidth ? "" : "min or max ", ENTRY_MAX);
	return 0;
}

int spec_hmat_lb_add(struct vm_spec *spec, const struct spec_hmat_lb *lb, struct err *err)
{
	struct spec_hmat_lb *rows;
	int ret = check_hmat_on(spec, err);

	if (ret < 0)
		return ret;
	ret = check_pair(spec, lb, err);
	if (ret < 0)
		return ret;
	ret = check_value(spec, lb, err);
	if (ret < 0)
		return ret;
	rows = reallocarray(spec->hmat_lb, spec->n_hmat_lb + 1, sizeof(*rows));
	if (!rows)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	spec->hmat_lb = rows;
	rows[spec->n_hmat_lb++] = *lb;
	return 0;
}

/* ------------------------------------------------------------------ memory side caches */

static const struct spec_hmat_cache *cache_find(const struct vm_spec *spec, unsigned int cell,
						unsigned int level)
{
	for (size_t i = 0; i < spec->n_hmat_caches; i++)
		if (spec->hmat_caches[i].cell == cell && spec->hmat_caches[i].level == level)
			return &spec->hmat_caches[i];
	return NULL;
}

static bool has_latency_and_bandwidth(const struct vm_spec *spec, unsigned int target)
{
	bool latency = false, bandwidth = false;

	for (size_t i = 0; i < spec->n_hmat_lb; i++) {
		if (spec->hmat_lb[i].target != target)
			continue;
		if (spec_hmat_is_bandwidth(spec->hmat_lb[i].data_type))
			bandwidth = true;
		else
			latency = true;
	}
	return latency && bandwidth;
}

static int check_cache(const struct vm_spec *spec, const struct spec_hmat_cache *cache,
		       struct err *err)
{
	const struct spec_hmat_cache *below;

	if (cache->cell >= spec->n_cells)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid node-id=%u, it should be less than %zu", cache->cell,
			       spec->n_cells);
	if (!has_latency_and_bandwidth(spec, cache->cell))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "The latency and bandwidth information of node-id=%u should be "
			       "provided before memory side cache attributes",
			       cache->cell);
	if (cache->level < 1 || cache->level > 3)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid level=%u, it should be larger than 0 and less than or "
			       "equal to 3",
			       cache->level);
	if (cache_find(spec, cache->cell, cache->level))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Duplicate configuration of the side cache for node-id=%u and "
			       "level=%u",
			       cache->cell, cache->level);
	if (cache->level == 1)
		return 0;
	below = cache_find(spec, cache->cell, cache->level - 1u);
	if (!below)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Cache level=%u shall be defined first", cache->level - 1u);
	if (cache->size_bytes <= below->size_bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid size=%" PRIu64
			       ", the size of level=%u should be larger than the size(%" PRIu64
			       ") of level=%u",
			       cache->size_bytes, cache->level, below->size_bytes, below->level);
	return 0;
}

int spec_hmat_cache_add(struct vm_spec *spec, const struct spec_hmat_cache *cache, struct err *err)
{
	struct spec_hmat_cache *rows;
	int ret = check_hmat_on(spec, err);

	if (ret < 0)
		return ret;
	ret = check_cache(spec, cache, err);
	if (ret < 0)
		return ret;
	rows = reallocarray(spec->hmat_caches, spec->n_hmat_caches + 1, sizeof(*rows));
	if (!rows)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	spec->hmat_caches = rows;
	rows[spec->n_hmat_caches++] = *cache;
	return 0;
}
