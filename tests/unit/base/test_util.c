/* SPDX-License-Identifier: Apache-2.0 */
/* Covers util.h: nothing wraps silently; ranges at both ends of the address space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"

static void overflow_is_reported(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_false(checked_add(UINT64_MAX, 1, &v));
	assert_false(checked_mul(UINT64_MAX, 2, &v));
	assert_false(checked_align_up(UINT64_MAX, 4096, &v));
	assert_int_equal(v, 7);
	assert_true(checked_align_up(4097, 4096, &v));
	assert_int_equal(v, 8192);
}

static void ranges_overlap(void **state)
{
	struct range a = { 0x1000, 0x1000 };

	(void)state;
	assert_true(range_overlaps(a, (struct range){ 0x1fff, 1 }));
	assert_false(range_overlaps(a, (struct range){ 0x2000, 1 }));
	assert_true(range_overlaps(a, (struct range){ 0, UINT64_MAX }));
	assert_true(range_overlaps((struct range){ 0, 0x1001 }, a));
	assert_false(range_overlaps((struct range){ 0, 0x1000 }, a));
	assert_false(range_overlaps(a, (struct range){ 0x1800, 0 }));
}

static void containment_does_not_wrap(void **state)
{
	struct range r = { 0x1000, 0x1000 };

	(void)state;
	assert_true(range_contains(r, 0x1000, 0x1000));
	assert_true(range_contains(r, 0x2000, 0));
	assert_false(range_contains(r, 0x1800, UINT64_MAX));
	assert_false(range_contains(r, 0xfff, 1));
	assert_false(range_contains(r, 0x1fff, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overflow_is_reported),
		cmocka_unit_test(ranges_overlap),
		cmocka_unit_test(containment_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
