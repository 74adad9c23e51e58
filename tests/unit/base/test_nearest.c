/* SPDX-License-Identifier: Apache-2.0 */
/* Covers nearest.h: the four edits, long names, which candidates are near enough, ties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"
#include "base/util.h"

static void edits_are_counted(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} rows[] = {
		{ "", "", 0 },		{ "", "abc", 3 },	 { "abc", "abc", 0 },
		{ "abc", "abd", 1 },	{ "abc", "abcd", 1 },	 { "abcd", "abc", 1 },
		{ "abcd", "abdc", 1 },	{ "kitten", "sitting", 3 }, { "ca", "abc", 3 },
		{ "size", "sise", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(nearest_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(nearest_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
}

static void long_names_are_never_near(void **state)
{
	char longer[NEAREST_NAME_MAX + 2];
	const char *best = NULL;

	(void)state;
	memset(longer, 'a', sizeof(longer));
	longer[NEAREST_NAME_MAX + 1] = '\0';
	assert_int_equal(nearest_distance(longer, "a"), NEAREST_NAME_MAX + 1);
	nearest_offer(longer, longer, &best);
	assert_null(best);
	longer[NEAREST_NAME_MAX] = '\0';
	assert_int_equal(nearest_distance(longer, longer), 0);
}

static const char *nearest_of(const char *typed)
{
	static const char *const known[] = { "m", "mon", "object", "serial", "smp", "size", "slots" };
	const char *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		nearest_offer(typed, known[i], &best);
	return best;
}

static void only_what_may_be_meant_is_offered(void **state)
{
	(void)state;
	assert_string_equal(nearest_of("objct"), "object");
	assert_string_equal(nearest_of("seiral"), "serial");
	assert_string_equal(nearest_of("slot"), "slots");
	assert_string_equal(nearest_of("smm"), "smp");
	assert_null(nearest_of("drive"));
	assert_null(nearest_of("x"));
	assert_null(nearest_of(""));
}

static void ties_keep_the_first(void **state)
{
	const char *best = NULL;

	(void)state;
	nearest_offer("cat", "bat", &best);
	nearest_offer("cat", "hat", &best);
	assert_string_equal(best, "bat");
	nearest_offer("cat", "cat", &best);
	assert_string_equal(best, "cat");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_are_counted),
		cmocka_unit_test(long_names_are_never_near),
		cmocka_unit_test(only_what_may_be_meant_is_offered),
		cmocka_unit_test(ties_keep_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
