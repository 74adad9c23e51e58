/* SPDX-License-Identifier: Apache-2.0 */
/* Covers size.h: suffixes, default unit, fractions, hexadecimal, overflow, exact printing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/util.h"

static void sizes_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t unit, bytes;
	} rows[] = {
		{ "0", 1, 0 },
		{ "512", MIB, 512 * MIB },
		{ "512", 1, 512 },
		{ "512M", 1, 512 * MIB },
		{ "2097152k", MIB, 2 * GIB },
		{ "1.5G", 1, 3 * GIB / 2 },
		{ "1.5", MIB, 3 * MIB / 2 },
		{ "0x10", 1, 16 },
		{ "0x10M", 1, 16 * MIB },
		{ "15E", 1, UINT64_C(15) << 60 },
		{ "18446744073709551615", 1, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t bytes = 7;

		assert_int_equal(size_parse(rows[i].text, rows[i].unit, &bytes), 0);
		assert_int_equal(bytes, rows[i].bytes);
	}
}

static void bad_sizes_are_refused(void **state)
{
	static const struct {
		const char *text;
		int code;
	} rows[] = {
		{ "", -EINVAL },
		{ "-1", -EINVAL },
		{ "G", -EINVAL },
		{ "1GB", -EINVAL },
		{ "1 G", -EINVAL },
		{ "1.", -EINVAL },
		{ "1.5B", -EINVAL },
		{ "0x", -EINVAL },
		{ "0x1.5G", -EINVAL },
		{ "16E", -ERANGE },
		{ "18446744073709551616", -ERANGE },
		{ "1x", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t bytes = 7;

		assert_int_equal(size_parse(rows[i].text, 1, &bytes), rows[i].code);
		assert_int_equal(bytes, 7);
	}
}

static void numbers_have_no_suffix(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_int_equal(number_parse("4k", &value), -EINVAL);
	assert_int_equal(value, 7);
	assert_int_equal(number_parse("0xff", &value), 0);
	assert_int_equal(value, 255);
}

static void printing_is_exact(void **state)
{
	char buf[24];

	(void)state;
	assert_string_equal(size_format(2 * GIB, buf, sizeof(buf)), "2G");
	assert_string_equal(size_format(3 * GIB / 2, buf, sizeof(buf)), "1536M");
	assert_string_equal(size_format(1000, buf, sizeof(buf)), "1000");
	assert_string_equal(size_format(0, buf, sizeof(buf)), "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(bad_sizes_are_refused),
		cmocka_unit_test(numbers_have_no_suffix),
		cmocka_unit_test(printing_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
