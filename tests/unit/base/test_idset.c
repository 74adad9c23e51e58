/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers idset.h: list grammar in both directions; limits; reversed ranges; next/last; set algebra.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/idset.h"
#include "base/util.h"

static void text_round_trip(void **state)
{
	static const char *const texts[] = {
		"", "0", "0-3", "0,2,4", "0-3,8,10-11", "63-64", "4095"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct idset set;
		char buf[64];

		assert_int_equal(idset_parse(texts[i], IDSET_MAX, &set, NULL), 0);
		assert_int_equal(idset_format(&set, buf, sizeof(buf)), strlen(texts[i]));
		assert_string_equal(buf, texts[i]);
	}
}

static void bad_texts_are_refused(void **state)
{
	static const char *const texts[] = { "x",    "3-1",  "1-",  "-1",	   ",1",    "1,",
					     "1,,2", "4096", "1 2", "99999999999", "0-4096" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct idset set = { { 42 } };
		struct err err = ERR_INIT;

		assert_int_equal(idset_parse(texts[i], IDSET_MAX, &set, &err), -EINVAL);
		assert_int_equal(set.words[0], 42);
		assert_true(strstr(err.message, texts[i]) != NULL);
	}
}

static void limit_is_exclusive(void **state)
{
	struct idset set;

	(void)state;
	assert_int_equal(idset_parse("127", 128, &set, NULL), 0);
	assert_int_equal(idset_parse("128", 128, &set, NULL), -EINVAL);
}

static void members_in_order(void **state)
{
	struct idset set = IDSET_EMPTY;

	(void)state;
	assert_int_equal(idset_next(&set, 0), -1);
	assert_int_equal(idset_last(&set), -1);
	idset_add(&set, 5);
	idset_add(&set, 64);
	idset_add(&set, 4095);
	assert_int_equal(idset_next(&set, 0), 5);
	assert_int_equal(idset_next(&set, 6), 64);
	assert_int_equal(idset_next(&set, 65), 4095);
	assert_int_equal(idset_next(&set, 4096), -1);
	assert_int_equal(idset_last(&set), 4095);
	assert_int_equal(idset_count(&set), 3);
	idset_del(&set, 4095);
	assert_int_equal(idset_last(&set), 64);
}

static void algebra(void **state)
{
	struct idset a = IDSET_EMPTY, b = IDSET_EMPTY;

	(void)state;
	idset_add_range(&a, 0, 3);
	idset_add_range(&b, 2, 70);
	assert_true(idset_intersects(&a, &b));
	assert_false(idset_is_subset(&a, &b));
	idset_union(&b, &a);
	assert_true(idset_is_subset(&a, &b));
	assert_false(idset_equal(&a, &b));
	assert_int_equal(idset_count(&b), 71);
}

static void format_reports_needed_length(void **state)
{
	struct idset set = IDSET_EMPTY;
	char small[4];

	(void)state;
	idset_add_range(&set, 10, 12);
	idset_add(&set, 20);
	assert_int_equal(idset_format(&set, small, sizeof(small)), 8);
	assert_string_equal(small, "10-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_round_trip),
		cmocka_unit_test(bad_texts_are_refused),
		cmocka_unit_test(limit_is_exclusive),
		cmocka_unit_test(members_in_order),
		cmocka_unit_test(algebra),
		cmocka_unit_test(format_reports_needed_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
