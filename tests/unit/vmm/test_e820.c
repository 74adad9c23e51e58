/* SPDX-License-Identifier: Apache-2.0 */
/* e820.h: the entries of small, large and holed machines; every refusal. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "vmm/boot/e820.h"

#define ECAM                          \
	{                             \
		0xb0000000, 256 * MIB \
	}

static void assert_entry(const struct e820_table *table, size_t i, uint64_t start, uint64_t end,
			 enum e820_type type)
{
	assert_true(i < table->n_entries);
	assert_true(table->entries[i].start == start);
	assert_true(table->entries[i].start + table->entries[i].size_bytes == end);
	assert_int_equal(table->entries[i].type, type);
}

static void map_of_a_machine_with_high_ram(void **state)
{
	const struct range high[] = { { 4 * GIB, 1 * GIB },
				      { 5 * GIB, 1 * GIB }, /* adjacent: joined */
				      { 8 * GIB, 2 * GIB } };
	struct e820_input input = {
		.low_ram_bytes = 2 * GIB,
		.acpi_data = { 2 * GIB - 64 * KIB, 64 * KIB },
		.high_ram = high,
		.n_high_ram = 3,
		.ecam = ECAM,
	};
	auto_e820 struct e820_table table = { 0 };

	(void)state;
	assert_int_equal(e820_build(&input, &table, NULL), 0);
	assert_int_equal(table.n_entries, 8);
	assert_entry(&table, 0, 0, 0x9fc00, E820_USABLE);
	assert_entry(&table, 1, 0x9fc00, 0xa0000, E820_RESERVED);
	assert_entry(&table, 2, 0xf0000, 0x100000, E820_RESERVED);
	assert_entry(&table, 3, 0x100000, 2 * GIB - 64 * KIB, E820_USABLE);
	assert_entry(&table, 4, 2 * GIB - 64 * KIB, 2 * GIB, E820_ACPI);
	assert_entry(&table, 5, 0xb0000000, 0xc0000000, E820_RESERVED);
	assert_entry(&table, 6, 4 * GIB, 6 * GIB, E820_USABLE);
	assert_entry(&table, 7, 8 * GIB, 10 * GIB, E820_USABLE);
}

static void map_of_a_small_machine(void **state)
{
	struct e820_input input = { .low_ram_bytes = 64 * MIB };
	auto_e820 struct e820_table table = { 0 };

	(void)state;
	assert_int_equal(e820_build(&input, &table, NULL), 0);
	assert_int_equal(table.n_entries, 4);
	assert_entry(&table, 3, 0x100000, 64 * MIB, E820_USABLE);
}

static void refuse(struct e820_input input, const char *message)
{
	struct e820_table table = { 0 };
	struct err err = ERR_INIT;

	assert_int_equal(e820_build(&input, &table, &err), -EINVAL);
	assert_string_equal(err.message, message);
	assert_null(table.entries);
}

static void impossible_maps_are_refused(void **state)
{
	const struct range below[] = { { 1 * GIB, 1 * GIB } };
	const struct range unsorted[] = { { 6 * GIB, 1 * GIB }, { 5 * GIB, 1 * GIB } };
	const struct range wraps[] = { { 4 * GIB, UINT64_MAX } };

	(void)state;
	refuse((struct e820_input){ .low_ram_bytes = 2 * MIB - 1 },
	       "2047 KiB of RAM are too little for a guest, at least 2 MiB are needed");
	refuse((struct e820_input){ .low_ram_bytes = 0 },
	       "0 KiB of RAM are too little for a guest, at least 2 MiB are needed");
	refuse((struct e820_input){ .low_ram_bytes = 2 * MIB, .acpi_data = { 0x80000, 4096 } },
	       "ACPI tables (4096 bytes) do not fit in the guest's RAM");
	refuse((struct e820_input){ .low_ram_bytes = 2 * MIB, .acpi_data = { MIB, 2 * MIB } },
	       "ACPI tables (2097152 bytes) do not fit in the guest's RAM");
	refuse((struct e820_input){ .low_ram_bytes = 3 * GIB, .ecam = ECAM },
	       "low RAM reaches into PCI configuration space at 0xb0000000");
	refuse((struct e820_input){ .low_ram_bytes = 2 * GIB, .high_ram = below, .n_high_ram = 1 },
	       "RAM at 0x40000000 is out of order");
	refuse((struct e820_input){ .low_ram_bytes = GIB, .high_ram = unsorted, .n_high_ram = 2 },
	       "RAM at 0x140000000 is out of order");
	refuse((struct e820_input){ .low_ram_bytes = GIB, .high_ram = wraps, .n_high_ram = 1 },
	       "RAM at 0x100000000 is out of order");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_of_a_machine_with_high_ram),
		cmocka_unit_test(map_of_a_small_machine),
		cmocka_unit_test(impossible_maps_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
