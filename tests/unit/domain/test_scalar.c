/* SPDX-License-Identifier: Apache-2.0 */
/* Covers libvirt's units and sets. */
#include "domain/bind.h"
#include "read.h"

static void units_scale(void **state)
{
	static const struct {
		const char *unit;
		uint64_t bytes;
	} units[] = {
		{ "b", 1 },
		{ "byte", 1 },
		{ "Bytes", 1 },
		{ "KB", 1000 },
		{ "k", 1024 },
		{ "KiB", 1024 },
		{ "mb", 1000000 },
		{ "M", MIB },
		{ "MIB", MIB },
		{ "GB", 1000000000 },
		{ "g", GIB },
		{ "TB", UINT64_C(1000000000000) },
		{ "T", TIB },
		{ "PB", UINT64_C(1000000000000000) },
		{ "PiB", TIB * 1024 },
		{ "EB", UINT64_C(1000000000000000000) },
		{ "e", TIB * MIB },
	};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		assert_int_equal(bind_size_scale(3, units[i].unit, &bytes), 0);
		assert_int_equal(bytes, 3 * units[i].bytes);
	}
}

static void units_refused(void **state)
{
	static const char *const units[] = {
		"", "x", "kk", "KiBs", "bb", "i", "iB", "Kelvin", "KI"
	};
	uint64_t bytes = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		assert_int_equal(bind_size_scale(1, units[i], &bytes), -EINVAL);
	assert_int_equal(bind_size_scale(16, "EiB", &bytes), -ERANGE);
	assert_int_equal(bind_size_scale(UINT64_MAX, "KB", &bytes), -ERANGE);
	assert_int_equal(bytes, 7);
}

static void set_is(const char *text, const char *expected)
{
	struct idset set;
	char list[64];

	assert_int_equal(bind_set_parse(text, &set), 0);
	idset_format(&set, list, sizeof(list));
	assert_string_equal(list, expected);
}

static void sets_are_evaluated_left_to_right(void **state)
{
	(void)state;
	set_is("0", "0");
	set_is("1-4,^3", "1-2,4");
	set_is("^3,1-4", "1-4");
	set_is(" 1-4 , ^3 , 3 ", "1-4");
	set_is("4095", "4095");
	set_is("63-65,127-129", "63-65,127-129");
}

static void sets_refused(void **state)
{
	static const char *const texts[] = { "",    ",",    "1,", "1,,2", "a",	  "-1",	    "1-",
					     "4-1", "^1-2", "^",  "1 2",  "4096", "0-4096", "1;2" };
	struct idset set;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(bind_set_parse(texts[i], &set), -EINVAL);
	assert_int_equal(bind_set_parse("0,^0", &set), -ERANGE);
	assert_int_equal(bind_set_parse("^0", &set), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_scale),
		cmocka_unit_test(units_refused),
		cmocka_unit_test(sets_are_evaluated_left_to_right),
		cmocka_unit_test(sets_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
