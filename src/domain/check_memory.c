/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of sizes, <memoryBacking> and <memtune>: see check.h. */
#include <inttypes.h>

#include "base/util.h"
#include "domain/check.h"

static int64_t kib(int64_t bytes)
{
	return bytes / (int64_t)KIB;
}

/* Sum of cells and of memory devices. */
static int sum_parts(const struct xml_source *source, const struct domain_spec *domain,
		     uint64_t *ret_cells, uint64_t *ret_devices, struct err *err)
{
	const struct domain_numa *numa = &domain->cpu.numa;
	const struct domain_devices *devices = &domain->devices;
	uint64_t cells = 0, sum;
	bool fits = true;

	for (size_t i = 0; fits && i < numa->n_cells; i++)
		fits = checked_add(cells, (uint64_t)numa->cells[i].memory_bytes.value, &cells);
	sum = cells;
	for (size_t i = 0; fits && i < devices->n_memories; i++)
		fits = checked_add(sum, (uint64_t)devices->memories[i].target.size_bytes.value,
				   &sum);
	if (!fits || sum > INT64_MAX)
		return xml_fail(source, xml_find(source, "memory"), err,
				"numerical overflow: the sum of cells and memory devices is too "
				"large");
	*ret_cells = cells;
	*ret_devices = sum - cells;
	return 0;
}

/*
 * <memory> is everything. With cells it follows from them (what is written is replaced); without,
 * the devices are inside it. <currentMemory> of 0 or above it means all.
 */
static int complete_sizes(const struct xml_source *source, struct domain_spec *domain,
			  struct err *err)
{
	struct domain_number *total = &domain->memory.size_bytes;
	struct domain_number *current = &domain->current_memory_bytes;
	uint64_t cells = 0, devices = 0;
	int ret = sum_parts(source, domain, &cells, &devices, err);

	if (ret < 0)
		return ret;
	if (cells)
		*total = (struct domain_number){ true, (int64_t)(cells + devices) };
	if (!total->value)
		return xml_fail(source, xml_find(source, "memory"), err,
				"XML error: Memory size must be specified via <memory> or in the "
				"<numa> configuration");
	if ((int64_t)devices >= total->value)
		return xml_fail(source, xml_find(source, "memory"), err,
				"unsupported configuration: Total size of memory devices exceeds "
				"the total memory size");
	domain->memory.given = true;
	if (!current->given || !current->value || current->value > total->value)
		*current = (struct domain_number){ true, total->value };
	return 0;
}

static int check_max(const struct xml_source *source, const struct domain_spec *domain,
		     struct err *err)
{
	const struct domain_max_memory *max = &domain->max_memory;

	if (max->given && max->size_bytes.value < domain->memory.size_bytes.value)
		return xml_fail(source, xml_find(source, "maxMemory"), err,
				"XML error: maximum memory size must be equal or greater than the "
				"actual memory size");
	return 0;
}

/* ---- <memoryBacking> ---- */

static const xmlNode *at_page(const struct xml_source *source, size_t i)
{
	return xml_find(source, "memoryBacking/hugepages/page[%zu]", i + 1);
}

static int check_page_pair(const struct xml_source *source, const struct domain_page *a,
			   const struct domain_page *b, size_t i, struct err *err)
{
	if (!a->nodeset.given && !b->nodeset.given)
		return xml_fail(source, at_page(source, i), err,
				"two master hugepages detected: %" PRId64 " and %" PRId64,
				kib(a->size_bytes.value), kib(b->size_bytes.value));
	if (idset_intersects(&a->nodeset.ids, &b->nodeset.ids))
		return xml_fail(source, at_page(source, i), err,
				"nodeset attribute of hugepages of sizes %" PRId64 " and %" PRId64
				" intersect",
				kib(a->size_bytes.value), kib(b->size_bytes.value));
	return 0;
}

static int check_page(const struct xml_source *source, const struct domain_spec *domain, size_t i,
		      struct err *err)
{
	const struct domain_page *pages = domain->memory_backing.hugepages.pages;
	/* "0" names the whole machine where there is no cell. */
	int n_cells = MAX((int)domain->cpu.numa.n_cells, 1);

	if (!pages[i].size_bytes.value)
		return xml_fail(source, at_page(source, i), err, "hugepage size can't be zero");
	for (size_t j = 0; j < i; j++) {
		int ret = check_page_pair(source, &pages[j], &pages[i], i, err);

		if (ret < 0)
			return ret;
	}
	if (pages[i].nodeset.given && idset_last(&pages[i].nodeset.ids) >= n_cells)
		return xml_fail(source, at_page(source, i), err,
				"unsupported configuration: hugepages: node %d not found",
				idset_next(&pages[i].nodeset.ids, (unsigned int)n_cells));
	return 0;
}

static int check_backing(const struct xml_source *source, const struct domain_spec *domain,
			 struct err *err)
{
	const struct domain_memory_backing *backing = &domain->memory_backing;
	const struct domain_allocation *allocation = &backing->allocation;

	for (size_t i = 0; i < backing->hugepages.n_pages; i++) {
		int ret = check_page(source, domain, i, err);

		if (ret < 0)
			return ret;
	}
	if (backing->hugepages.given && allocation->mode == DOMAIN_ONDEMAND)
		return xml_fail(source, xml_find(source, "memoryBacking/hugepages"), err,
				"unsupported configuration: hugepages are not allowed with memory "
				"allocation ondemand");
	if (backing->hugepages.given && backing->source.type == DOMAIN_MEMORY_ANONYMOUS)
		return xml_fail(source, xml_find(source, "memoryBacking/hugepages"), err,
				"unsupported configuration: hugepages are not allowed with "
				"anonymous memory source");
	return 0;
}

/* ---- <memtune> ---- */

/* Limits at or above "unlimited" are none. */
static void complete_limit(struct domain_number *limit)
{
	if (limit->value >= DOMAIN_MEMTUNE_UNLIMITED_BYTES)
		*limit = (struct domain_number){ 0 };
}

static int check_memtune(const struct xml_source *source, struct domain_spec *domain,
			 struct err *err)
{
	struct domain_memtune *tune = &domain->memtune;

	complete_limit(&tune->hard_limit_bytes);
	complete_limit(&tune->soft_limit_bytes);
	complete_limit(&tune->swap_hard_limit_bytes);
	if (tune->swap_hard_limit_bytes.given &&
	    (!tune->hard_limit_bytes.given ||
	     tune->hard_limit_bytes.value > tune->swap_hard_limit_bytes.value))
		return xml_fail(source, xml_find(source, "memtune/swap_hard_limit"), err,
				"invalid argument: memory hard_limit tunable value must be lower "
				"than or equal to swap_hard_limit");
	if (tune->min_guarantee_bytes.given && tune->hard_limit_bytes.given &&
	    tune->min_guarantee_bytes.value > tune->hard_limit_bytes.value)
		return xml_fail(source, xml_find(source, "memtune/min_guarantee"), err,
				"unsupported configuration: min_guarantee (%" PRId64 " KiB) must "
				"be lower than or equal to hard_limit (%" PRId64 " KiB)",
				kib(tune->min_guarantee_bytes.value),
				kib(tune->hard_limit_bytes.value));
	return 0;
}

int check_memory(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	int ret = complete_sizes(source, domain, err);

	if (!ret)
		ret = check_max(source, domain, err);
	if (!ret)
		ret = check_backing(source, domain, err);
	return ret ? ret : check_memtune(source, domain, err);
}
