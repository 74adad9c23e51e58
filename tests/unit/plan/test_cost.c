/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers cost.h: the model gives what was measured as the change of VmallocUsed (1 TiB in different
 * slot layouts), within the slots' own structures; partly covered large pages count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "plan/cost.h"

/* n slots of size_bytes, from 4 GiB on, without the 896 bytes of each slot's structure. */
static uint64_t vmalloc_bytes(unsigned int n, uint64_t size_bytes, unsigned int flags)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += plan_slot_cost_bytes(4 * GIB + i * size_bytes, size_bytes, flags) - 896;
	return sum;
}

static void measured_layouts(void **state)
{
	(void)state;
	/* One slot of 1 TiB: 2.0 MiB; with dirty log 66 MiB; shadow 2.51 GiB. */
	assert_int_equal(vmalloc_bytes(1, TIB, PLAN_COST_TDP_MMU) / KIB, 2052);
	assert_int_equal(vmalloc_bytes(1, TIB, PLAN_COST_DIRTY_LOG) / MIB, 66);
	assert_int_equal(vmalloc_bytes(1, TIB, PLAN_COST_SHADOW) / (GIB / 100), 250);
	assert_int_equal(
		vmalloc_bytes(1, TIB, PLAN_COST_SHADOW | PLAN_COST_DIRTY_LOG) / (GIB / 100), 256);
	/* Reverse maps alone: 2.0 GiB. */
	assert_int_equal(vmalloc_bytes(1, TIB, PLAN_COST_RMAP) / (GIB / 100), 200);
	/* 256 slots: 3.0 MiB. One of them: 12 KiB, shadow 10.0 MiB. */
	assert_int_equal(vmalloc_bytes(256, 4 * GIB, PLAN_COST_TDP_MMU), 3 * MIB);
	assert_int_equal(vmalloc_bytes(1, 4 * GIB, PLAN_COST_TDP_MMU), 12 * KIB);
	assert_int_equal(vmalloc_bytes(1, 4 * GIB, PLAN_COST_SHADOW) / MIB, 10);
	/* 8192 slots of 128 MiB: 64 MiB, and 7 MiB of structures. */
	assert_int_equal(vmalloc_bytes(8192, 128 * MIB, PLAN_COST_TDP_MMU), 64 * MIB);
	assert_int_equal(8192 * (plan_slot_cost_bytes(0, 128 * MIB, 0) - 8 * KIB), 7 * MIB);
}

static void partly_covered_pages_count(void **state)
{
	(void)state;
	/* 1024 entries of 4 bytes fill a page; one MiB further the slot touches 1025 pages. */
	assert_int_equal(plan_slot_cost_bytes(0, 2 * GIB, 0), 896 + 4096 + 4096);
	assert_int_equal(plan_slot_cost_bytes(MIB, 2 * GIB, 0), 896 + 8192 + 4096);
	assert_int_equal(plan_slot_cost_bytes(0, 0, PLAN_COST_SHADOW), 896);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measured_layouts),
		cmocka_unit_test(partly_covered_pages_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
