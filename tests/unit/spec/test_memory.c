/* SPDX-License-Identifier: Apache-2.0 */
/* Covers -m, maxmem and slots, and the backend of a machine without cells. */
#include "make.h"

static void ram_is_128_mib_by_default(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, 0);
	struct err err;

	(void)state;
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec->ram_bytes, 128 * MIB);
	assert_int_equal(spec->n_cells, 0);
	assert_int_equal(spec->n_backends, 1);
	assert_string_equal(spec->machine.memory_backend, "pc.ram");
	assert_true(spec->backends[0].implicit);
	assert_int_equal(spec->backends[0].size_bytes, 128 * MIB);
}

static void ram_is_rounded_up_to_8_kib(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, 8 * KIB + 1);
	struct err err;

	(void)state;
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec->ram_bytes, 16 * KIB);
	assert_int_equal(spec->backends[0].size_bytes, 16 * KIB);
}

static void maxmem_and_slots_agree(void **state)
{
	static const struct {
		uint64_t ram, maxmem;
		uint32_t slots;
		const char *error;
	} rows[] = {
		{ GIB, 0, 0, "" },
		{ GIB, GIB, 0, "" },
		{ GIB, 2 * GIB, 0, "" },
		{ GIB, 2 * GIB, 256, "" },
		{ GIB, 0, 1, "slots specified but no max-size" },
		{ GIB, 2 * GIB, 257, "unsupported amount of memory slots: 257" },
		{ 2 * GIB, GIB, 1,
		  "invalid value of maxmem: maximum memory size (0x40000000) must be at least the "
		  "initial memory size (0x80000000)" },
		{ GIB, GIB, 1,
		  "invalid value of maxmem: memory slots were specified but maximum memory size "
		  "(0x40000000) is equal to the initial memory size (0x40000000)" },
		{ GIB, 2 * GIB + 1, 1,
		  "maximum memory size must by aligned to multiple of 4096 bytes" },
		{ UINT64_MAX, 0, 0, "ram size too large" },
		{ UINT64_MAX / 2 + 2, 0, 0, "ram size too large" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(vm_spec) spec = make_spec(1, rows[i].ram);
		struct err err;

		spec->maxmem_bytes = rows[i].maxmem;
		spec->memory_slots = rows[i].slots;
		assert_string_equal(complete_error(spec, &err), rows[i].error);
		assert_string_equal(err.subject, rows[i].error[0] ? "-m" : "");
	}
}

static void room_for_devices_makes_a_cell(void **state)
{
	AUTO(vm_spec) spec = make_spec(3, GIB);
	struct err err;

	(void)state;
	spec->maxmem_bytes = 2 * GIB;
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec->n_cells, 1);
	assert_true(spec->cells[0].implicit);
	assert_int_equal(spec->cells[0].mem_bytes, GIB);
	assert_int_equal(idset_count(&spec->cells[0].cpus), 3);
	assert_string_equal(spec->cells[0].memdev, "pc.ram");
}

static void the_machines_backend_gives_the_size(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, 0);
	struct err err;

	(void)state;
	make_backend(spec, "ram", 3 * GIB);
	spec->machine.memory_backend = strdup("ram");
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec->ram_bytes, 3 * GIB);
	assert_int_equal(spec->n_backends, 1);
}

static void pc_ram_may_be_the_machines_backend_only(void **state)
{
	AUTO(vm_spec) used = make_spec(1, GIB);
	AUTO(vm_spec) unused = make_spec(1, GIB);
	struct err err;

	(void)state;
	make_backend(used, "pc.ram", GIB);
	used->machine.memory_backend = strdup("pc.ram");
	assert_string_equal(complete_error(used, &err), "");
	assert_false(used->backends[0].implicit);
	make_backend(unused, "pc.ram", GIB);
	assert_non_null(strstr(complete_error(unused, &err), "is reserved for the default RAM"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_is_128_mib_by_default),
		cmocka_unit_test(ram_is_rounded_up_to_8_kib),
		cmocka_unit_test(maxmem_and_slots_agree),
		cmocka_unit_test(room_for_devices_makes_a_cell),
		cmocka_unit_test(the_machines_backend_gives_the_size),
		cmocka_unit_test(pc_ram_may_be_the_machines_backend_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
