/* SPDX-License-Identifier: Apache-2.0 */
/* Covers acpi.h, acpi_hmat_encode: scales, limits and texts (QEMU's). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "acpi/acpi.h"

static int encode(const struct acpi_hmat_lb *entries, size_t n, struct acpi_hmat_scale *ret_scale,
		  struct err *err)
{
	return acpi_hmat_encode(entries, n, 0, entries[0].data_type, ret_scale, err);
}

static void assert_fails(const struct acpi_hmat_lb *entries, size_t n, const char *message)
{
	struct acpi_hmat_scale scale = { 7, 7 };
	struct err err = ERR_INIT;

	assert_int_equal(encode(entries, n, &scale, &err), -EINVAL);
	assert_string_equal(err.message, message);
	assert_int_equal(scale.divisor, 7);
	assert_int_equal(scale.base_unit, 7);
}

static void latency_step_is_a_common_power_of_ten(void **state)
{
	static const struct acpi_hmat_lb entries[] = {
		{ 0, ACPI_HMAT_ACCESS_LATENCY, 0, 0, 2000 },
		{ 0, ACPI_HMAT_ACCESS_LATENCY, 0, 1, 300 },
		{ 1, ACPI_HMAT_ACCESS_LATENCY, 0, 1, 7 }, /* another table */
		{ 0, ACPI_HMAT_READ_LATENCY, 0, 1, 7 },	  /* another table */
	};
	struct acpi_hmat_scale scale;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(encode(entries, ARRAY_SIZE(entries), &scale, &err), 0);
	assert_int_equal(scale.divisor, 100);
	assert_int_equal(scale.base_unit, 100000); /* ps */
}

static void bandwidth_step_is_the_lowest_bit(void **state)
{
	static const struct acpi_hmat_lb entries[] = {
		{ 0, ACPI_HMAT_READ_BANDWIDTH, 0, 0, 200 * MIB },
		{ 0, ACPI_HMAT_READ_BANDWIDTH, 0, 1, 100 * MIB },
	};
	struct acpi_hmat_scale scale;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(encode(entries, ARRAY_SIZE(entries), &scale, &err), 0);
	assert_int_equal(scale.divisor, 4 * MIB);
	assert_int_equal(scale.base_unit, 4); /* MiB/s */
}

static void unknown_values_do_not_count(void **state)
{
	static const struct acpi_hmat_lb latency[] = {
		{ 0, ACPI_HMAT_ACCESS_LATENCY, 0, 0, 0 },
	};
	static const struct acpi_hmat_lb bandwidth[] = {
		{ 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 0, 0 },
		{ 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 1, 8 * MIB },
	};
	struct acpi_hmat_scale scale;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(encode(latency, 1, &scale, &err), 0);
	assert_int_equal(scale.divisor, 1);
	assert_int_equal(scale.base_unit, 1000);
	assert_int_equal(encode(bandwidth, 1, &scale, &err), 0);
	assert_int_equal(scale.divisor, MIB);
	assert_int_equal(scale.base_unit, 1);
	assert_int_equal(encode(bandwidth, 2, &scale, &err), 0);
	assert_int_equal(scale.base_unit, 8);
}

static void latencies_span_65534_steps(void **state)
{
	struct acpi_hmat_lb entries[] = {
		{ 0, ACPI_HMAT_ACCESS_LATENCY, 0, 0, 1 },
		{ 0, ACPI_HMAT_ACCESS_LATENCY, 0, 1, 65534 },
	};
	struct acpi_hmat_scale scale;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(encode(entries, 2, &scale, &err), 0);
	entries[1].value = 65535;
	assert_fails(entries, 2,
		     "Latency 65535 between initiator=0 and target=1 should not differ from "
		     "previously entered min or max values on more than 65534");
	/* The entry that makes the step too fine is the one to blame. */
	entries[0].value = 1000000;
	entries[1].value = 5;
	assert_fails(entries, 2,
		     "Latency 5 between initiator=0 and target=1 should not differ from "
		     "previously entered min or max values on more than 65534");
}

static void bandwidths_span_65534_steps(void **state)
{
	struct acpi_hmat_lb entries[] = {
		{ 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 0, MIB },
		{ 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 1, 65534 * MIB },
	};
	struct acpi_hmat_scale scale;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(encode(entries, 2, &scale, &err), 0);
	entries[1].value = 65535 * MIB;
	assert_fails(entries, 2,
		     "Bandwidth 68718428160 between initiator=0 and target=1 should not differ "
		     "from previously entered values on more than 65534");
}

static void bandwidth_is_whole_mebibytes(void **state)
{
	static const struct acpi_hmat_lb entry = { 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 0, 1000 };

	(void)state;
	assert_fails(&entry, 1,
		     "Bandwidth 1000 between initiator=0 and target=0 should be 1MB "
		     "aligned");
}

static void pairs_are_given_once(void **state)
{
	struct acpi_hmat_lb entries[] = {
		{ 0, ACPI_HMAT_WRITE_LATENCY, 1, 0, 5 },
		{ 0, ACPI_HMAT_WRITE_LATENCY, 0, 1, 5 },
		{ 0, ACPI_HMAT_WRITE_LATENCY, 1, 0, 6 },
	};

	(void)state;
	assert_fails(entries, 3,
		     "Duplicate configuration of the latency for initiator=1 and target=0");
	for (size_t i = 0; i < 3; i++)
		entries[i] = (struct acpi_hmat_lb){ 0, ACPI_HMAT_WRITE_BANDWIDTH, 1, 2, MIB };
	assert_fails(entries, 2,
		     "Duplicate configuration of the bandwidth for initiator=1 and target=2");
}

static void extremes_are_refused(void **state)
{
	struct acpi_hmat_lb entry = { 0, ACPI_HMAT_ACCESS_LATENCY, 0, 0, 10000000000000000000u };
	struct acpi_hmat_scale scale;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(&entry, 1,
		     "latency 10000000000000000000 ns is too large for a table in picoseconds");
	entry.target = ACPI_CELL_MAX;
	assert_fails(&entry, 1, "initiator=0 or target=128 is not below 128");
	entry = (struct acpi_hmat_lb){ 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 0, UINT64_C(1) << 63 };
	assert_int_equal(encode(&entry, 1, &scale, &err), 0);
	assert_int_equal(scale.base_unit, UINT64_C(1) << 43);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latency_step_is_a_common_power_of_ten),
		cmocka_unit_test(bandwidth_step_is_the_lowest_bit),
		cmocka_unit_test(unknown_values_do_not_count),
		cmocka_unit_test(latencies_span_65534_steps),
		cmocka_unit_test(bandwidths_span_65534_steps),
		cmocka_unit_test(bandwidth_is_whole_mebibytes),
		cmocka_unit_test(pairs_are_given_once),
		cmocka_unit_test(extremes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
