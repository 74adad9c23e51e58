/* SPDX-License-Identifier: Apache-2.0 */
/* The invariants of a plan: see plan_check() in plan.h. Written apart from the builder on purpose:
 * it recomputes nothing the way the builder does. */
#include <errno.h>
#include <inttypes.h>

#include "plan/plan.h"

static int broken(struct err *err, const char *what, uint64_t where)
{
	return err_set(err, ERR_HOST, -EINVAL, "plan", "%s (at 0x%" PRIx64 ")", what, where);
}

static bool in_hole(const struct plan *plan, struct range r)
{
	struct range below_4g = { PLAN_ECAM_START, PLAN_HIGH_START - PLAN_ECAM_START };

	return range_overlaps(r, below_4g) || range_overlaps(r, plan->devices) ||
	       range_overlaps(r, plan->mmio64);
}

static int check_region(const struct plan *plan, const struct vm_spec *spec, size_t i,
			struct err *err)
{
	const struct plan_region *region = &plan->regions[i];
	struct range r = { region->gpa, region->size_bytes };
	struct range whole;

	if (!region->size_bytes ||
	    !is_aligned(region->gpa | region->size_bytes | region->offset_bytes, PLAN_PAGE_BYTES))
		return broken(err, "a region is empty or not page aligned", region->gpa);
	if (in_hole(plan, r))
		return broken(err, "a region is in a hole", region->gpa);
	if (i && plan->regions[i - 1].gpa + plan->regions[i - 1].size_bytes > region->gpa)
		return broken(err, "regions overlap or are not sorted", region->gpa);
	if (region->backend >= spec->n_backends)
		return broken(err, "a region has no backend", region->gpa);
	whole = (struct range){ 0, spec->backends[region->backend].size_bytes };
	if (!range_contains(whole, region->offset_bytes, region->size_bytes))
		return broken(err, "a region leaves its backend", region->gpa);
	if (region->cell != PLAN_NO_CELL && region->cell >= plan->n_cells)
		return broken(err, "a region has no cell", region->gpa);
	for (size_t j = 0; j < i; j++) {
		const struct plan_region *other = &plan->regions[j];
		struct range a = { other->offset_bytes, other->size_bytes };
		struct range b = { region->offset_bytes, region->size_bytes };

		if (other->backend == region->backend && range_overlaps(a, b))
			return broken(err, "two regions share bytes of a backend", region->gpa);
	}
	return 0;
}

static int check_sums(const struct plan *plan, const struct vm_spec *spec, struct err *err)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < plan->n_regions; i++)
		sum += plan->regions[i].size_bytes;
	if (sum != spec->ram_bytes || plan->ram_low_bytes + plan->ram_high_bytes != sum)
		return broken(err, "the regions do not add up to the RAM", sum);
	if (plan->n_cells != spec->n_cells)
		return broken(err, "the number of cells differs", plan->n_cells);
	for (size_t c = 0; c < plan->n_cells; c++) {
		sum = 0;
		for (size_t i = 0; i < plan->n_regions; i++)
			if (plan->regions[i].cell == c)
				sum += plan->regions[i].size_bytes;
		if (sum != plan->cells[c].size_bytes || sum != spec->cells[c].mem_bytes)
			return broken(err, "the regions do not add up to a cell", c);
	}
	return 0;
}

static int check_windows(const struct plan *plan, const struct vm_spec *spec, struct err *err)
{
	uint64_t high_end = PLAN_HIGH_START + plan->ram_high_bytes;
	uint64_t devices_end = plan->devices.start + plan->devices.size_bytes;

	if (range_overlaps(plan->ecam, plan->mmio32) ||
	    plan->mmio32.start + plan->mmio32.size_bytes > UINT64_C(0xfec00000))
		return broken(err, "the windows below 4 GiB overlap", plan->mmio32.start);
	if (!is_aligned(plan->devices.start | plan->mmio64.start, GIB))
		return broken(err, "a window is not aligned to 1 GiB", plan->devices.start);
	if (plan->devices.start < high_end || plan->mmio64.start < devices_end)
		return broken(err, "the windows above 4 GiB overlap", plan->devices.start);
	if (spec->maxmem_bytes > spec->ram_bytes &&
	    plan->devices.size_bytes < spec->maxmem_bytes - spec->ram_bytes)
		return broken(err, "maxmem does not fit the window", plan->devices.start);
	if (plan->mmio64.size_bytes < PLAN_MMIO64_BYTES_MIN)
		return broken(err, "the 64-bit PCI window is too small", plan->mmio64.start);
	if (plan->phys_bits && plan->phys_bits < PLAN_PHYS_BITS_MAX &&
	    plan->mmio64.start + plan->mmio64.size_bytes > UINT64_C(1) << plan->phys_bits)
		return broken(err, "the map leaves the address space", plan->mmio64.start);
	return 0;
}

static int check_slots(const struct plan *plan, struct err *err)
{
	if (plan->n_slots != plan->n_regions)
		return broken(err, "not one slot for each region", plan->n_slots);
	for (size_t i = 0; i < plan->n_slots; i++)
		if (plan->slots[i].id != i || plan->slots[i].region != i)
			return broken(err, "slots are not numbered by region", i);
	return 0;
}

static int check_vcpus(const struct plan *plan, const struct vm_spec *spec, struct err *err)
{
	if (plan->n_vcpus != spec->smp.maxcpus)
		return broken(err, "not one vCPU for each possible one", plan->n_vcpus);
	for (size_t i = 0; i < plan->n_vcpus; i++) {
		const struct plan_vcpu *vcpu = &plan->vcpus[i];

		if (vcpu->index != i || vcpu->present != (i < spec->smp.cpus))
			return broken(err, "a vCPU is out of order", i);
		if (i && vcpu->apic_id <= plan->vcpus[i - 1].apic_id)
			return broken(err, "APIC ids do not ascend", i);
		if (plan->n_cells ? vcpu->cell >= plan->n_cells : vcpu->cell)
			return broken(err, "a vCPU has no cell", i);
	}
	return 0;
}

/* Every byte of RAM but the legacy hole is in an affinity entry of its cell. */
static int check_affinities(const struct plan *plan, struct err *err)
{
	uint64_t sum = 0, ram = 0;

	if (!plan->n_cells && !plan->devices.size_bytes)
		return plan->n_affinities ? broken(err, "an SRAT that nobody needs", 0) : 0;
	for (size_t i = 0; i < plan->n_regions; i++) {
		const struct plan_region *region = &plan->regions[i];
		uint64_t end = region->gpa + region->size_bytes;
		uint64_t hole_from = MAX(region->gpa, PLAN_LEGACY_START);
		uint64_t hole_to = MIN(end, PLAN_LEGACY_END);

		ram += region->size_bytes - (hole_from < hole_to ? hole_to - hole_from : 0);
	}
	for (size_t i = 0; i < plan->n_affinities; i++) {
		const struct plan_affinity *entry = &plan->affinities[i];
		struct range r = { entry->gpa, entry->size_bytes };

		if (entry->hotplug) {
			if (i + 1 != plan->n_affinities || entry->gpa != plan->devices.start ||
			    entry->size_bytes != plan->devices.size_bytes)
				return broken(err, "a wrong hotplug entry", entry->gpa);
			continue;
		}
		for (size_t j = 0; j < i; j++) {
			struct range other = { plan->affinities[j].gpa,
					       plan->affinities[j].size_bytes };

			if (range_overlaps(r, other))
				return broken(err, "affinity entries overlap", entry->gpa);
		}
		sum += entry->size_bytes;
	}
	if (sum != ram)
		return broken(err, "the affinity entries do not cover the RAM", sum);
	return 0;
}

int plan_check(const struct plan *plan, const struct vm_spec *spec, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; i < plan->n_regions && ret == 0; i++)
		ret = check_region(plan, spec, i, err);
	if (ret == 0)
		ret = check_sums(plan, spec, err);
	if (ret == 0)
		ret = check_windows(plan, spec, err);
	if (ret == 0)
		ret = check_slots(plan, err);
	if (ret == 0)
		ret = check_vcpus(plan, spec, err);
	if (ret == 0)
		ret = check_affinities(plan, err);
	return ret;
}
