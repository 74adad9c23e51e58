/* SPDX-License-Identifier: Apache-2.0 */
/* Covers cells: ids, vCPUs given and by default, memory, initiators. */
#include "make.h"

static void cpus_default_by_socket(void **state)
{
	AUTO(vm_spec) spec = spec_new();
	struct err err;
	char text[64];

	(void)state;
	spec->smp.cpus = 8;
	spec->smp.sockets = 4;
	spec->ram_bytes = 3 * GIB;
	for (unsigned int i = 0; i < 3; i++) {
		char id[8] = { 'm', (char)('0' + i) };

		make_backend(spec, id, GIB);
		make_cell(spec, i, id, "");
	}
	assert_string_equal(complete_error(spec, &err), "");
	idset_format(&spec->cells[0].cpus, text, sizeof(text));
	assert_string_equal(text, "0-1,6-7");
	idset_format(&spec->cells[1].cpus, text, sizeof(text));
	assert_string_equal(text, "2-3");
	idset_format(&spec->cells[2].cpus, text, sizeof(text));
	assert_string_equal(text, "4-5");
	assert_int_equal(spec_vcpu_cell(spec, 7), 0);
	assert_int_equal(spec_vcpu_cell(spec, 5), 2);
	assert_int_equal(spec->n_warnings, 0);
}

static void rest_goes_to_cell_0_with_warnings(void **state)
{
	AUTO(vm_spec) spec = make_spec(3, GIB);
	struct err err;

	(void)state;
	make_backend(spec, "m", GIB);
	make_cell(spec, 0, "m", "");
	make_cell(spec, 1, NULL, "1");
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec_vcpu_cell(spec, 0), 0);
	assert_int_equal(spec_vcpu_cell(spec, 1), 1);
	assert_int_equal(spec_vcpu_cell(spec, 2), 0);
	assert_int_equal(spec->n_warnings, 2);
	assert_string_equal(spec->warnings[0],
			    "CPU(s) not present in any NUMA nodes: CPU 0 [socket-id: 0, core-id: 0, "
			    "thread-id: 0], CPU 2 [socket-id: 0, core-id: 2, thread-id: 0]");
}

static void every_vcpu_is_in_exactly_one_cell(void **state)
{
	AUTO(vm_spec) spec = make_cells(5);
	struct idset all = IDSET_EMPTY;
	unsigned int sum = 0;
	struct err err;

	(void)state;
	assert_string_equal(complete_error(spec, &err), "");
	for (size_t i = 0; i < spec->n_cells; i++) {
		sum += idset_count(&spec->cells[i].cpus);
		idset_union(&all, &spec->cells[i].cpus);
	}
	assert_int_equal(sum, 5);
	assert_int_equal(idset_count(&all), 5);
}

static void all_128_cells_work_and_no_more(void **state)
{
	AUTO(vm_spec) spec = make_cells(SPEC_CELL_MAX);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(try_cell(spec, SPEC_CELL_MAX, NULL, "", -1, &err), -EINVAL);
	assert_string_equal(err.message, "Max number of NUMA nodes reached: 128");
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec_vcpu_cell(spec, 127), 127);
}

static void a_refused_cell_changes_nothing(void **state)
{
	AUTO(vm_spec) spec = make_cells(2);
	struct spec_cell cell = { .initiator = -1 };
	struct err err = ERR_INIT;

	(void)state;
	cell.memdev = strdup("m0");
	assert_int_equal(spec_cell_add(spec, 2, &cell, &err), -EINVAL);
	assert_string_equal(err.message, "memory backend m0 can't be used multiple times.");
	assert_string_equal(cell.memdev, "m0");
	assert_false(spec->cells[2].present);
	assert_int_equal(spec->n_cells, 2);
	free(cell.memdev);
}

static void legacy_mem_makes_backends(void **state)
{
	AUTO(vm_spec) spec = make_spec(2, 3 * GIB);
	struct spec_cell first = { .mem_bytes = GIB, .initiator = -1 };
	struct spec_cell second = { .mem_bytes = 2 * GIB, .initiator = -1 };
	struct err err;

	(void)state;
	assert_int_equal(spec_cell_add(spec, 0, &first, NULL), 0);
	assert_int_equal(spec_cell_add(spec, 1, &second, NULL), 0);
	assert_string_equal(complete_error(spec, &err), "");
	assert_string_equal(spec->cells[1].memdev, "ram-node1");
	assert_int_equal(spec->cells[1].mem_bytes, 2 * GIB);
	assert_int_equal(spec_backend_find(spec, "ram-node1")->size_bytes, 2 * GIB);
	assert_false(spec_backend_find(spec, "ram-node1")->implicit);
	assert_null(spec->machine.memory_backend);
}

static void cell_sizes_come_from_backends(void **state)
{
	AUTO(vm_spec) spec = make_cells(2);
	struct err err;

	(void)state;
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec->cells[0].mem_bytes, GIB);
	assert_int_equal(spec->cells[1].mem_bytes, GIB);
}

static void totals_must_agree(void **state)
{
	AUTO(vm_spec) spec = make_cells(2);
	struct err err;

	(void)state;
	spec->ram_bytes = 3 * GIB;
	assert_string_equal(complete_error(spec, &err),
			    "total memory for NUMA nodes (0x80000000) should equal RAM size "
			    "(0xc0000000)");
	assert_string_equal(err.subject, "-numa");
}

static void unaligned_backends_cannot_be_cells(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, GIB);
	struct err err;

	(void)state;
	make_backend(spec, "m", 1000);
	make_cell(spec, 0, "m", "");
	assert_string_equal(complete_error(spec, &err),
			    "memory of node 0 (0x3e8) must be a multiple of 0x1000 bytes");
}

static void initiators_are_completed(void **state)
{
	AUTO(vm_spec) spec = make_spec(2, GIB);
	struct err err;

	(void)state;
	spec->machine.hmat = true;
	make_backend(spec, "m", GIB);
	/* The initiator may be declared later. */
	assert_int_equal(try_cell(spec, 1, NULL, "", 0, NULL), 0);
	make_cell(spec, 0, "m", "0-1");
	make_cell(spec, 2, NULL, "");
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec->cells[0].initiator, 0);
	assert_int_equal(spec->cells[1].initiator, 0);
	assert_int_equal(spec->cells[2].initiator, -1);
}

static int give(struct vm_spec *spec, unsigned int id, const char *vcpus, struct err *err)
{
	struct idset set;

	assert_int_equal(idset_parse(vcpus, IDSET_MAX, &set, NULL), 0);
	return spec_cell_cpus_add(spec, id, &set, err);
}

static void vcpus_are_given_later(void **state)
{
	AUTO(vm_spec) spec = make_spec(4, GIB);
	struct err err = ERR_INIT;

	(void)state;
	make_cell(spec, 0, NULL, "0");
	make_cell(spec, 1, NULL, "");
	assert_int_equal(give(spec, 1, "1", &err), 0);
	assert_int_equal(give(spec, 1, "1-2", &err), 0);
	assert_int_equal(give(spec, 1, "0-3", &err), -EINVAL);
	assert_string_equal(err.message, "CPU is already assigned to node-id: 0");
	assert_int_equal(idset_count(&spec->cells[1].cpus), 2);
	assert_int_equal(give(spec, 1, "3-4", &err), -EINVAL);
	assert_string_equal(err.message, "CPU index (4) should be smaller than maxcpus (4)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpus_default_by_socket),
		cmocka_unit_test(rest_goes_to_cell_0_with_warnings),
		cmocka_unit_test(every_vcpu_is_in_exactly_one_cell),
		cmocka_unit_test(all_128_cells_work_and_no_more),
		cmocka_unit_test(a_refused_cell_changes_nothing),
		cmocka_unit_test(legacy_mem_makes_backends),
		cmocka_unit_test(cell_sizes_come_from_backends),
		cmocka_unit_test(totals_must_agree),
		cmocka_unit_test(unaligned_backends_cannot_be_cells),
		cmocka_unit_test(initiators_are_completed),
		cmocka_unit_test(vcpus_are_given_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
