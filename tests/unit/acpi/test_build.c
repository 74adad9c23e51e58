/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers acpi.h, acpi_tables_build: for each golden machine, checksums, lengths and pointers; the
 * same bytes twice; placing; facts that a guest insists on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "acpi_cases.h"

static uint64_t le(const uint8_t *bytes, size_t width)
{
	uint64_t v = 0;

	while (width--)
		v = v << 8 | bytes[width];
	return v;
}

static unsigned int sum(const uint8_t *bytes, size_t n)
{
	unsigned int total = 0;

	for (size_t i = 0; i < n; i++)
		total += bytes[i];
	return total & 0xff;
}

static void build_at(const struct acpi_case *c, uint64_t base, struct acpi_blob *ret_blob)
{
	struct acpi_config config;
	struct err err = ERR_INIT;

	c->fill(&config);
	if (acpi_tables_build(&config, base, ret_blob, &err) < 0)
		fail_msg("%s: %s", c->name, err.message);
}

/* The table that starts at a guest address, or NULL. */
static const struct acpi_table *table_at(const struct acpi_blob *blob, uint64_t base, uint64_t gpa)
{
	for (size_t i = 0; i < blob->n_tables; i++)
		if (base + blob->tables[i].offset == gpa)
			return &blob->tables[i];
	return NULL;
}

static void assert_pointer(const struct acpi_blob *blob, uint64_t base, const uint8_t *at,
			   size_t width, const char *signature)
{
	const struct acpi_table *table = table_at(blob, base, le(at, width));

	assert_non_null(table);
	assert_string_equal(table->signature, signature);
}

static void check_tables(const struct acpi_blob *blob)
{
	for (size_t i = 0; i < blob->n_tables; i++) {
		const struct acpi_table *table = &blob->tables[i];
		const uint8_t *bytes = blob->bytes + table->offset;

		assert_true(range_contains((struct range){ 0, blob->size_bytes }, table->offset,
					   table->size_bytes));
		assert_memory_equal(bytes, table->signature, 4);
		assert_int_equal(le(bytes + 4, 4), table->size_bytes);
		assert_int_equal(table->offset % ACPI_BLOB_ALIGN, 0);
		if (strcmp(table->signature, "FACS") != 0)
			assert_int_equal(sum(bytes, table->size_bytes), 0);
	}
}

/* RSDP -> XSDT -> every table; FADT -> FACS and DSDT, each by two pointers. */
static void check_pointers(const struct acpi_blob *blob, uint64_t base)
{
	const struct acpi_table *xsdt = acpi_blob_find(blob, "XSDT");
	const struct acpi_table *fadt = acpi_blob_find(blob, "FACP");
	const uint8_t *f = blob->bytes + fadt->offset;
	size_t n_entries = (xsdt->size_bytes - 36) / 8;

	assert_pointer(blob, base, blob->rsdp + 24, 8, "XSDT");
	assert_int_equal(n_entries, blob->n_tables - 3); /* not FACS, DSDT, XSDT */
	assert_pointer(blob, base, blob->bytes + xsdt->offset + 36, 8, "FACP");
	for (size_t i = 0; i < n_entries; i++)
		assert_non_null(
			table_at(blob, base, le(blob->bytes + xsdt->offset + 36 + 8 * i, 8)));
	assert_pointer(blob, base, f + 36, 4, "FACS");
	assert_pointer(blob, base, f + 40, 4, "DSDT");
	assert_pointer(blob, base, f + 132, 8, "FACS");
	assert_pointer(blob, base, f + 140, 8, "DSDT");
}

static void checksums_and_pointers_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_acpi_cases; i++) {
		auto_acpi_blob blob = ACPI_BLOB_INIT;

		if (!acpi_cases[i].fill)
			continue;
		build_at(&acpi_cases[i], CASE_BASE_GPA, &blob);
		check_tables(&blob);
		check_pointers(&blob, CASE_BASE_GPA);
	}
}

static void rsdp_is_revision_2(void **state)
{
	auto_acpi_blob blob = ACPI_BLOB_INIT;

	(void)state;
	build_at(&acpi_cases[0], CASE_BASE_GPA, &blob);
	assert_memory_equal(blob.rsdp, "RSD PTR ", 8);
	assert_memory_equal(blob.rsdp + 9, "TERRAC", 6);
	assert_int_equal(blob.rsdp[15], 2);
	assert_int_equal(le(blob.rsdp + 16, 4), 0); /* no RSDT */
	assert_int_equal(le(blob.rsdp + 20, 4), ACPI_RSDP_SIZE_BYTES);
	assert_int_equal(sum(blob.rsdp, 20), 0);
	assert_int_equal(sum(blob.rsdp, ACPI_RSDP_SIZE_BYTES), 0);
	assert_int_equal(le(blob.rsdp + 33, 3), 0);
}

static void same_description_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_acpi_cases; i++) {
		auto_acpi_blob a = ACPI_BLOB_INIT, b = ACPI_BLOB_INIT, far = ACPI_BLOB_INIT;

		if (!acpi_cases[i].fill)
			continue;
		build_at(&acpi_cases[i], CASE_BASE_GPA, &a);
		build_at(&acpi_cases[i], CASE_BASE_GPA, &b);
		build_at(&acpi_cases[i], 0, &far);
		assert_int_equal(a.size_bytes, b.size_bytes);
		assert_memory_equal(a.bytes, b.bytes, a.size_bytes);
		assert_int_equal(a.size_bytes, far.size_bytes);
		check_pointers(&far, 0);
	}
}

static void place_is_aligned_and_below_4g(void **state)
{
	struct acpi_blob blob = ACPI_BLOB_INIT;
	struct acpi_config config;
	struct err err = ERR_INIT;

	(void)state;
	acpi_cases[0].fill(&config);
	assert_int_equal(acpi_tables_build(&config, 0x1020, &blob, &err), -EINVAL);
	assert_string_equal(err.message, "address 0x1020 is not a multiple of 64");
	assert_int_equal(acpi_tables_build(&config, 4 * GIB - 64, &blob, &err), -EINVAL);
	assert_non_null(strstr(err.message, "do not end below 4 GiB"));
	assert_int_equal(acpi_tables_build(&config, UINT64_MAX - 63, &blob, &err), -EINVAL);
	assert_null(blob.bytes); /* untouched on failure */
}

static void tables_follow_the_description(void **state)
{
	struct acpi_config config;
	struct err err = ERR_INIT;

	(void)state;
	acpi_cases[1].fill(&config);
	assert_non_null(config.distances);
	config.distances = NULL;
	config.hmat = false;
	for (int cells = 1; cells >= 0; cells--) {
		auto_acpi_blob blob = ACPI_BLOB_INIT;

		if (!cells)
			config.n_cells = 0;
		assert_int_equal(acpi_tables_build(&config, 0, &blob, &err), 0);
		assert_int_equal(acpi_blob_find(&blob, "SRAT") != NULL, cells);
		assert_null(acpi_blob_find(&blob, "SLIT"));
		assert_null(acpi_blob_find(&blob, "HMAT"));
		assert_non_null(acpi_blob_find(&blob, "APIC"));
		assert_non_null(acpi_blob_find(&blob, "MCFG"));
	}
}

/* Lengths as QEMU's for the same command line. */
static void two_cells_have_the_known_lengths(void **state)
{
	auto_acpi_blob blob = ACPI_BLOB_INIT;

	(void)state;
	build_at(&acpi_cases[1], CASE_BASE_GPA, &blob);
	assert_string_equal(acpi_cases[1].name, "two-cells");
	assert_int_equal(acpi_blob_find(&blob, "SRAT")->size_bytes, 312);
	assert_int_equal(acpi_blob_find(&blob, "SLIT")->size_bytes, 48);
	assert_int_equal(acpi_blob_find(&blob, "HMAT")->size_bytes, 216);
}

static void largest_machine_builds(void **state)
{
	static struct acpi_cpu cpus[ACPI_CPU_MAX];
	static struct acpi_cell cells[ACPI_CELL_MAX];
	static uint8_t distances[ACPI_CELL_MAX * ACPI_CELL_MAX];
	auto_acpi_blob blob = ACPI_BLOB_INIT;
	struct acpi_config config;
	struct err err = ERR_INIT;

	(void)state;
	acpi_cases[0].fill(&config);
	for (uint32_t i = 0; i < ACPI_CPU_MAX; i++)
		cpus[i] = (struct acpi_cpu){ .apic_id = 2 * i,
					     .cell = i % ACPI_CELL_MAX,
					     .present = true };
	for (size_t i = 0; i < ARRAY_SIZE(distances); i++)
		distances[i] = i % (ACPI_CELL_MAX + 1) ? 255 : 10;
	for (size_t i = 0; i < ACPI_CELL_MAX; i++)
		cells[i].initiator = (int)i;
	config.cpus = cpus;
	config.n_cpus = ACPI_CPU_MAX;
	config.cells = cells;
	config.n_cells = ACPI_CELL_MAX;
	config.distances = distances;
	config.hmat = true;
	assert_int_equal(acpi_tables_build(&config, CASE_BASE_GPA, &blob, &err), 0);
	check_tables(&blob);
	check_pointers(&blob, CASE_BASE_GPA);
	assert_true(blob.size_bytes < MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_and_pointers_hold),
		cmocka_unit_test(rsdp_is_revision_2),
		cmocka_unit_test(same_description_same_bytes),
		cmocka_unit_test(place_is_aligned_and_below_4g),
		cmocka_unit_test(tables_follow_the_description),
		cmocka_unit_test(two_cells_have_the_known_lengths),
		cmocka_unit_test(largest_machine_builds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
