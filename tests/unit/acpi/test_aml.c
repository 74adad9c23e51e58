/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers aml.h: encodings at their limits (ACPI 6.4 section 20.2). That whole programs are right is
 * shown by the golden case aml-writer, which iasl reads and compiles back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "acpi/aml.h"

#define ASSERT_BYTES(aml, ...)                                                  \
	do {                                                                    \
		const uint8_t expected_[] = { __VA_ARGS__ };                    \
		assert_int_equal((aml).length, sizeof(expected_));              \
		assert_memory_equal((aml).bytes, expected_, sizeof(expected_)); \
		(aml).length = 0;                                               \
	} while (0)

static void integers_take_the_shortest_form(void **state)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;

	(void)state;
	aml_integer(&aml, 0);
	ASSERT_BYTES(aml, 0x00);
	aml_integer(&aml, 1);
	ASSERT_BYTES(aml, 0x01);
	aml_integer(&aml, 0xff);
	ASSERT_BYTES(aml, 0x0a, 0xff);
	aml_integer(&aml, 0x100);
	ASSERT_BYTES(aml, 0x0b, 0x00, 0x01);
	aml_integer(&aml, 0x10000);
	ASSERT_BYTES(aml, 0x0c, 0x00, 0x00, 0x01, 0x00);
	aml_integer(&aml, 0x100000000);
	ASSERT_BYTES(aml, 0x0e, 0, 0, 0, 0, 1, 0, 0, 0);
}

static void names_are_padded_and_prefixed(void **state)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;

	(void)state;
	aml_name_string(&aml, "A");
	ASSERT_BYTES(aml, 'A', '_', '_', '_');
	aml_name_string(&aml, "\\");
	ASSERT_BYTES(aml, '\\', 0);
	aml_name_string(&aml, "^^PXM");
	ASSERT_BYTES(aml, '^', '^', 'P', 'X', 'M', '_');
	aml_name_string(&aml, "\\_SB.PCI0");
	ASSERT_BYTES(aml, '\\', 0x2e, '_', 'S', 'B', '_', 'P', 'C', 'I', '0');
	aml_name_string(&aml, "AB.C.DEFG");
	ASSERT_BYTES(aml, 0x2f, 3, 'A', 'B', '_', '_', 'C', '_', '_', '_', 'D', 'E', 'F', 'G');
}

/* A block of n bytes of content; returns the length that its first bytes encode. */
static size_t block_length(size_t content, size_t *ret_encoding)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;
	size_t mark = aml_else_begin(&aml), length, follow;

	acpi_buf_zeros(&aml, content);
	aml_end(&aml, mark);
	assert_int_equal(aml.bytes[0], 0xa1);
	follow = aml.bytes[1] >> 6;
	length = follow ? aml.bytes[1] & 0xf : aml.bytes[1] & 0x3f;
	for (size_t i = 0; i < follow; i++)
		length |= (size_t)aml.bytes[2 + i] << (4 + 8 * i);
	*ret_encoding = 1 + follow;
	assert_int_equal(aml.length, 1 + length); /* the opcode is not counted */
	return length;
}

static void package_length_counts_itself(void **state)
{
	static const struct {
		size_t content, encoding;
	} limits[] = {
		{ 0, 1 },    { 62, 1 },	     { 63, 2 },	     { 4093, 2 },
		{ 4094, 3 }, { 1048572, 3 }, { 1048573, 4 }, { 2000000, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		size_t encoding;

		assert_int_equal(block_length(limits[i].content, &encoding),
				 limits[i].content + limits[i].encoding);
		assert_int_equal(encoding, limits[i].encoding);
	}
}

static void field_lengths_do_not_count_themselves(void **state)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;

	(void)state;
	aml_field_unit(&aml, "A", 63);
	ASSERT_BYTES(aml, 'A', '_', '_', '_', 63);
	aml_field_unit(&aml, NULL, 64);
	ASSERT_BYTES(aml, 0, 0x40, 4);
	aml_field_unit(&aml, NULL, 4095);
	ASSERT_BYTES(aml, 0, 0x4f, 0xff);
	aml_field_unit(&aml, NULL, 4096);
	ASSERT_BYTES(aml, 0, 0x80, 0x00, 0x01);
}

static void identifiers_are_packed(void **state)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;

	(void)state;
	aml_eisaid(&aml, "PNP0A08");
	ASSERT_BYTES(aml, 0x0c, 0x41, 0xd0, 0x0a, 0x08);
	aml_uuid(&aml, "33db4d5b-1ff7-401c-9657-7441c03dd766");
	ASSERT_BYTES(aml, 0x11, 19, 0x0a, 16, 0x5b, 0x4d, 0xdb, 0x33, 0xf7, 0x1f, 0x1c, 0x40, 0x96,
		     0x57, 0x74, 0x41, 0xc0, 0x3d, 0xd7, 0x66);
}

static void operators_have_their_prefix(void **state)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;

	(void)state;
	aml_op(&aml, AML_STORE);
	aml_arg(&aml, 6);
	aml_local(&aml, 7);
	ASSERT_BYTES(aml, 0x70, 0x6e, 0x67);
	aml_op(&aml, AML_ACQUIRE);
	aml_name_string(&aml, "MLCK");
	aml_word(&aml, 0xffff);
	ASSERT_BYTES(aml, 0x5b, 0x23, 'M', 'L', 'C', 'K', 0xff, 0xff);
	aml_op(&aml, AML_ONES);
	ASSERT_BYTES(aml, 0xff);
}

static void templates_end_with_a_tag(void **state)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;
	size_t mark;

	(void)state;
	mark = aml_resources_begin(&aml);
	aml_resource_irq(&aml, 4);
	aml_resources_end(&aml, mark);
	ASSERT_BYTES(aml, 0x11, 8, 0x0a, 5, 0x22, 0x10, 0x00, 0x79, 0x00);
}

static void failed_buffer_is_left_alone(void **state)
{
	auto_acpi_buf aml = ACPI_BUF_INIT;
	size_t device, template;

	(void)state;
	device = aml_device_begin(&aml, "DEV");
	template = aml_resources_begin(&aml);
	acpi_buf_zeros(&aml, SIZE_MAX - 1);
	aml_resources_end(&aml, template);
	aml_end(&aml, device);
	assert_int_not_equal(acpi_buf_error(&aml), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_take_the_shortest_form),
		cmocka_unit_test(names_are_padded_and_prefixed),
		cmocka_unit_test(package_length_counts_itself),
		cmocka_unit_test(field_lengths_do_not_count_themselves),
		cmocka_unit_test(identifiers_are_packed),
		cmocka_unit_test(operators_have_their_prefix),
		cmocka_unit_test(templates_end_with_a_tag),
		cmocka_unit_test(failed_buffer_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
