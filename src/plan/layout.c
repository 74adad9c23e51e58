/* SPDX-License-Identifier: Apache-2.0 */
/* The guest memory map: see layout.h. */
#include "plan/layout.h"

#include <errno.h>
#include <inttypes.h>

/* End of the window that starts at the next GiB behind end; false on overflow. */
static bool window_after(uint64_t end, uint64_t size_bytes, struct range *ret_window)
{
	struct range window = { .size_bytes = size_bytes };
	uint64_t window_end;

	if (!checked_align_up(end, GIB, &window.start) ||
	    !checked_add(window.start, size_bytes, &window_end))
		return false;
	*ret_window = window;
	return true;
}

static uint64_t range_end(struct range r)
{
	return r.start + r.size_bytes;
}

/*
 * maxmem - RAM, and a GiB for each slot: devices may want 1 GiB alignment, which costs up to one.
 */
static bool devices_bytes(uint64_t ram_bytes, uint64_t maxmem_bytes, uint32_t memory_slots,
			  uint64_t *ret_bytes)
{
	uint64_t slack;

	if (maxmem_bytes <= ram_bytes) {
		*ret_bytes = 0;
		return true;
	}
	return checked_mul(memory_slots, GIB, &slack) &&
	       checked_add(maxmem_bytes - ram_bytes, slack, ret_bytes);
}

static int too_large(uint64_t limit, uint64_t last, unsigned int phys_bits, struct err *err)
{
	return err_set(err, ERR_USER, -ERANGE, "-m",
		       "Address space limit 0x%" PRIx64 " < 0x%" PRIx64 " phys-bits too low (%u)",
		       limit, last, phys_bits);
}

/*
 * AMD's HyperTransport range at 0xfd00000000 is not stepped over: it matters to devices that are
 * passed through, by the host's IOMMU, and there are none.
 */
static int fill_high(struct plan *plan, uint64_t window_bytes, unsigned int phys_bits,
		     struct err *err)
{
	unsigned int bits = phys_bits ? MIN(phys_bits, PLAN_PHYS_BITS_MAX) : PLAN_PHYS_BITS_MAX;
	uint64_t limit = UINT64_C(1) << bits;
	uint64_t high_end;

	if (!checked_add(PLAN_HIGH_START, plan->ram_high_bytes, &high_end) ||
	    !window_after(high_end, window_bytes, &plan->devices) ||
	    !window_after(range_end(plan->devices), PLAN_MMIO64_BYTES_MIN, &plan->mmio64))
		return too_large(limit - 1, UINT64_MAX, bits, err);
	if (range_end(plan->mmio64) > limit)
		return too_large(limit - 1, range_end(plan->mmio64) - 1, bits, err);
	plan->mmio64.size_bytes = MIN(PLAN_MMIO64_BYTES, limit - plan->mmio64.start);
	return 0;
}

int plan_layout_fill(struct plan *plan, uint64_t ram_bytes, uint64_t maxmem_bytes,
		     uint32_t memory_slots, unsigned int phys_bits, struct err *err)
{
	uint64_t window_bytes;

	if (!devices_bytes(ram_bytes, maxmem_bytes, memory_slots, &window_bytes))
		return too_large(UINT64_MAX, UINT64_MAX, phys_bits, err);
	plan->ram_bytes = ram_bytes;
	plan->ram_low_bytes = ram_bytes >= PLAN_LOW_LIMIT ? PLAN_LOW_SPLIT : ram_bytes;
	plan->ram_high_bytes = ram_bytes - plan->ram_low_bytes;
	plan->ecam = (struct range){ PLAN_ECAM_START, PLAN_ECAM_BYTES };
	plan->mmio32 = (struct range){ PLAN_MMIO32_START, PLAN_MMIO32_BYTES };
	plan->phys_bits = phys_bits;
	return fill_high(plan, window_bytes, phys_bits, err);
}

uint64_t plan_layout_gpa(const struct plan *plan, uint64_t ram_offset, uint64_t *ret_bytes)
{
	if (ram_offset < plan->ram_low_bytes) {
		*ret_bytes = plan->ram_low_bytes - ram_offset;
		return ram_offset;
	}
	*ret_bytes = plan->ram_bytes - ram_offset;
	return PLAN_HIGH_START + (ram_offset - plan->ram_low_bytes);
}
