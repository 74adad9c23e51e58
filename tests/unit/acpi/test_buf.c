/* SPDX-License-Identifier: Apache-2.0 */
/* Covers buf.h: little endian, alignment, insertion, and that a failure sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "acpi/buf.h"

static void numbers_are_little_endian(void **state)
{
	static const uint8_t expected[] = { 1,	 3,   2,   7,	6, 5, 4,    0xf,  0xe,
					    0xd, 0xc, 0xb, 0xa, 9, 8, 0x33, 0x22, 0x11 };
	auto_acpi_buf buf = ACPI_BUF_INIT;

	(void)state;
	acpi_buf_u8(&buf, 1);
	acpi_buf_u16(&buf, 0x0203);
	acpi_buf_u32(&buf, 0x04050607);
	acpi_buf_u64(&buf, 0x08090a0b0c0d0e0f);
	acpi_buf_le(&buf, 0x99112233, 3);
	assert_int_equal(acpi_buf_error(&buf), 0);
	assert_int_equal(buf.length, sizeof(expected));
	assert_memory_equal(buf.bytes, expected, sizeof(expected));
}

static void alignment_pads_with_zeros(void **state)
{
	auto_acpi_buf buf = ACPI_BUF_INIT;

	(void)state;
	acpi_buf_align(&buf, 64);
	assert_int_equal(buf.length, 0);
	acpi_buf_u8(&buf, 0xff);
	acpi_buf_align(&buf, 64);
	assert_int_equal(buf.length, 64);
	assert_int_equal(buf.bytes[63], 0);
	acpi_buf_align(&buf, 64);
	assert_int_equal(buf.length, 64);
}

static void insertion_keeps_both_sides(void **state)
{
	auto_acpi_buf buf = ACPI_BUF_INIT;

	(void)state;
	acpi_buf_append(&buf, "abef", 4);
	acpi_buf_insert(&buf, 2, "cd", 2);
	acpi_buf_insert(&buf, 6, "g", 1);
	acpi_buf_insert(&buf, 0, "", 0);
	acpi_buf_patch(&buf, 0, 'A', 1);
	assert_int_equal(buf.length, 7);
	assert_memory_equal(buf.bytes, "Abcdefg", 7);
}

static void growth_keeps_bytes(void **state)
{
	auto_acpi_buf buf = ACPI_BUF_INIT;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++)
		acpi_buf_u32(&buf, i);
	assert_int_equal(acpi_buf_error(&buf), 0);
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t v;

		memcpy(&v, buf.bytes + (size_t)i * 4, sizeof(v));
		assert_int_equal(v, i);
	}
}

static void failure_sticks(void **state)
{
	auto_acpi_buf buf = ACPI_BUF_INIT;

	(void)state;
	acpi_buf_u8(&buf, 1);
	acpi_buf_zeros(&buf, SIZE_MAX - 1);
	assert_int_equal(acpi_buf_error(&buf), -ENOMEM);
	acpi_buf_u8(&buf, 2);
	acpi_buf_patch(&buf, 100, 1, 4);
	assert_int_equal(buf.length, 1);
	assert_int_equal(acpi_buf_error(&buf), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_little_endian),
		cmocka_unit_test(alignment_pads_with_zeros),
		cmocka_unit_test(insertion_keeps_both_sides),
		cmocka_unit_test(growth_keeps_bytes),
		cmocka_unit_test(failure_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
