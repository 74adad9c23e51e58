/* SPDX-License-Identifier: Apache-2.0 */
/* HMAT revision 2: ACPI 6.4 section 5.2.27. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/tables.h"
#include "base/cleanup.h"
#include "base/idset.h"

enum {
	HMAT_REVISION = 2,
	HMAT_PROXIMITY = 0,
	HMAT_LOCALITY = 1,
	HMAT_CACHE = 2,
	HMAT_INITIATOR_VALID = 1 << 0,
};

#define STEPS_MAX 65534u /* 0xffff says unreachable (ACPI 6.4 section 5.2.27.4) */
#define PS_PER_NS 1000u

static bool is_latency(uint8_t data_type)
{
	return data_type <= ACPI_HMAT_WRITE_LATENCY;
}

static bool is_wanted(const struct acpi_hmat_lb *entry, uint8_t hierarchy, uint8_t data_type)
{
	return entry->hierarchy == hierarchy && entry->data_type == data_type;
}

/* The step that one value alone would like: it divides the value and has QEMU's form. */
static uint64_t natural_divisor(uint64_t value, bool latency)
{
	uint64_t divisor = 1;

	if (!latency)
		return UINT64_C(1) << __builtin_ctzll(value);
	for (; value % 10 == 0; value /= 10)
		divisor *= 10;
	return divisor;
}

/* Pairs of initiator and target that have been met. */
struct pair_set {
	uint64_t words[ACPI_CELL_MAX * ACPI_CELL_MAX / 64];
};

/* Was it there before? */
static bool pair_add(struct pair_set *set, unsigned int initiator, unsigned int target)
{
	unsigned int bit = initiator * ACPI_CELL_MAX + target;
	uint64_t mask = UINT64_C(1) << bit % 64;
	bool known = set->words[bit / 64] & mask;

	set->words[bit / 64] |= mask;
	return known;
}

static int check_entry(const struct acpi_hmat_lb *entry, struct pair_set *seen, struct err *err)
{
	bool latency = is_latency(entry->data_type);

	if (entry->initiator >= ACPI_CELL_MAX || entry->target >= ACPI_CELL_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "initiator=%u or target=%u is not below %u", entry->initiator,
			       entry->target, ACPI_CELL_MAX);
	if (!latency && !is_aligned(entry->value, MIB))
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "Bandwidth %llu between initiator=%u and target=%u should be 1MB "
			       "aligned",
			       (unsigned long long)entry->value, entry->initiator, entry->target);
	if (pair_add(seen, entry->initiator, entry->target))
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "Duplicate configuration of the %s for initiator=%u and target=%u",
			       latency ? "latency" : "bandwidth", entry->initiator, entry->target);
	return 0;
}

static int err_too_far(const struct acpi_hmat_lb *entry, struct err *err)
{
	bool latency = is_latency(entry->data_type);

	return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
		       "%s %llu between initiator=%u and target=%u should not differ from "
		       "previously entered %svalues on more than %u",
		       latency ? "Latency" : "Bandwidth", (unsigned long long)entry->value,
		       entry->initiator, entry->target, latency ? "min or max " : "", STEPS_MAX);
}

int acpi_hmat_encode(const struct acpi_hmat_lb *entries, size_t n_entries, uint8_t hierarchy,
		     uint8_t data_type, struct acpi_hmat_scale *ret_scale, struct err *err)
{
	bool latency = is_latency(data_type);
	uint64_t divisor = UINT64_MAX, largest = 0, base_unit;
	struct pair_set seen = { 0 };
	int r;

	for (size_t i = 0; i < n_entries; i++) {
		uint64_t value = entries[i].value;

		if (!is_wanted(&entries[i], hierarchy, data_type))
			continue;
		r = check_entry(&entries[i], &seen, err);
		if (r < 0)
			return r;
		if (!value)
			continue;
		divisor = MIN(divisor, natural_divisor(value, latency));
		largest = MAX(largest, value);
		if (largest / divisor > STEPS_MAX)
			return err_too_far(&entries[i], err);
	}
	if (!largest)
		divisor = latency ? 1 : MIB;
	if (latency && !checked_mul(divisor, PS_PER_NS, &base_unit))
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "latency %llu ns is too large for a table in picoseconds",
			       (unsigned long long)largest);
	if (!latency)
		base_unit = divisor / MIB;
	*ret_scale = (struct acpi_hmat_scale){ .divisor = divisor, .base_unit = base_unit };
	return 0;
}

/* Cells whose memory the SRAT lists: guests reject a type 0 structure for any other one (Linux
 * hmat_parse_proximity_domain, which then drops the whole table). */
static struct idset memory_cells(const struct acpi_config *config)
{
	struct idset cells = IDSET_EMPTY;

	for (size_t i = 0; i < config->n_memory; i++)
		if (config->memory[i].flags & ACPI_MEMORY_ENABLED)
			idset_add(&cells, config->memory[i].cell);
	return cells;
}

static struct idset cpu_cells(const struct acpi_config *config)
{
	struct idset cells = IDSET_EMPTY;

	for (size_t i = 0; i < config->n_cpus; i++)
		idset_add(&cells, config->cpus[i].cell);
	return cells;
}

static void put_type(struct acpi_buf *buf, uint16_t type, uint32_t length)
{
	acpi_buf_u16(buf, type);
	acpi_buf_u16(buf, 0);
	acpi_buf_u32(buf, length);
}

static void put_proximity(struct acpi_buf *buf, uint32_t cell, int initiator)
{
	bool valid = initiator != ACPI_NO_CELL;

	put_type(buf, HMAT_PROXIMITY, 40);
	acpi_buf_u16(buf, valid ? HMAT_INITIATOR_VALID : 0);
	acpi_buf_u16(buf, 0);
	acpi_buf_u32(buf, valid ? (uint32_t)initiator : 0);
	acpi_buf_u32(buf, cell);
	acpi_buf_zeros(buf, 4 + 8 + 8);
}

/* Where the entries of an initiator's row start: initiators are numbered without gaps. */
static size_t row_of(const struct idset *initiators, unsigned int cell)
{
	size_t row = 0;

	for (int i = idset_next(initiators, 0); i >= 0 && (unsigned int)i < cell;
	     i = idset_next(initiators, (unsigned int)i + 1))
		row++;
	return row;
}

/* s initiators (cells with CPUs) by t targets (all cells); what was not given is 0. */
static int put_locality(struct acpi_buf *buf, const struct acpi_config *config,
			const struct idset *initiators, uint8_t hierarchy, uint8_t data_type,
			struct err *err)
{
	size_t s = idset_count(initiators), t = config->n_cells;
	struct acpi_hmat_scale scale;
	autofree uint16_t *steps = calloc(s * t, sizeof(*steps));
	int r;

	if (!steps)
		return err_set(err, ERR_HOST, -ENOMEM, "HMAT", "out of memory");
	r = acpi_hmat_encode(config->hmat_lb, config->n_hmat_lb, hierarchy, data_type, &scale, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < config->n_hmat_lb; i++) {
		const struct acpi_hmat_lb *lb = &config->hmat_lb[i];

		if (is_wanted(lb, hierarchy, data_type))
			steps[row_of(initiators, lb->initiator) * t + lb->target] =
				(uint16_t)(lb->value / scale.divisor);
	}

	put_type(buf, HMAT_LOCALITY, (uint32_t)(32 + 4 * s + 4 * t + 2 * s * t));
	acpi_buf_u8(buf, hierarchy);
	acpi_buf_u8(buf, data_type);
	acpi_buf_u16(buf, 0); /* minimum transfer size, reserved */
	acpi_buf_u32(buf, (uint32_t)s);
	acpi_buf_u32(buf, (uint32_t)t);
	acpi_buf_u32(buf, 0);
	acpi_buf_u64(buf, scale.base_unit);
	for (int i = idset_next(initiators, 0); i >= 0; i = idset_next(initiators, i + 1u))
		acpi_buf_u32(buf, (uint32_t)i);
	for (uint32_t i = 0; i < t; i++)
		acpi_buf_u32(buf, i);
	for (size_t i = 0; i < s * t; i++)
		acpi_buf_u16(buf, steps[i]);
	return 0;
}

static bool is_given(const struct acpi_config *config, uint8_t hierarchy, uint8_t data_type)
{
	for (size_t i = 0; i < config->n_hmat_lb; i++)
		if (is_wanted(&config->hmat_lb[i], hierarchy, data_type))
			return true;
	return false;
}

static uint32_t count_levels(const struct acpi_config *config, uint16_t cell)
{
	uint32_t n = 0;

	for (size_t i = 0; i < config->n_hmat_caches; i++)
		n += config->hmat_caches[i].cell == cell;
	return n;
}

/* Cache Attributes: total levels, level, associativity, policy in four bits each; line size. */
static void put_cache(struct acpi_buf *buf, const struct acpi_hmat_cache *cache, uint32_t levels)
{
	put_type(buf, HMAT_CACHE, 32);
	acpi_buf_u32(buf, cache->cell);
	acpi_buf_u32(buf, 0);
	acpi_buf_u64(buf, cache->size_bytes);
	acpi_buf_u32(buf,
		     levels | (uint32_t)cache->level << 4 | (uint32_t)cache->associativity << 8 |
			     (uint32_t)cache->policy << 12 | (uint32_t)cache->line_bytes << 16);
	acpi_buf_u16(buf, 0);
	acpi_buf_u16(buf, 0); /* SMBIOS handles */
}

/* In the order of the cells, as the proximity structures, and of the levels. */
static void put_caches(struct acpi_buf *buf, const struct acpi_config *config)
{
	for (uint16_t cell = 0; cell < config->n_cells; cell++) {
		uint32_t levels = count_levels(config, cell);

		for (uint8_t level = 1; level <= ACPI_HMAT_LEVEL_MAX; level++)
			for (size_t i = 0; i < config->n_hmat_caches; i++)
				if (config->hmat_caches[i].cell == cell &&
				    config->hmat_caches[i].level == level)
					put_cache(buf, &config->hmat_caches[i], levels);
	}
}

int acpi_hmat_add(struct acpi_builder *builder, const struct acpi_config *config, struct err *err)
{
	struct acpi_buf *buf = &builder->buf;
	struct idset targets = memory_cells(config), initiators = cpu_cells(config);
	int r;

	acpi_builder_begin(builder, "HMAT", HMAT_REVISION);
	acpi_buf_u32(buf, 0);
	for (int i = idset_next(&targets, 0); i >= 0; i = idset_next(&targets, i + 1u))
		put_proximity(buf, (uint32_t)i, config->cells[i].initiator);
	for (uint8_t h = 0; h < ACPI_HMAT_HIERARCHY_COUNT; h++) {
		for (uint8_t d = 0; d < ACPI_HMAT_DATA_TYPE_COUNT; d++) {
			if (!is_given(config, h, d))
				continue;
			r = put_locality(buf, config, &initiators, h, d, err);
			if (r < 0)
				return r;
		}
	}
	put_caches(buf, config);
	acpi_builder_end(builder);
	return 0;
}
