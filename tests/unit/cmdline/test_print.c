/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers cmdline_print(): specs that were not read from a command line, commas, what is left out.
 * That printing is stable is checked for every golden case and by the fuzz target.
 */
#include "words.h"

#include "spec/build.h"

static void a_new_spec_can_be_printed(void **state)
{
	AUTO(vm_spec) spec = spec_new();
	autofree char *line = print_line(spec);

	(void)state;
	assert_string_equal(line, "-machine q35 -accel kvm -cpu host -display none -monitor none");
}

static void the_default_ram_is_not_printed(void **state)
{
	AUTO(vm_spec) spec = parse_good("-m 1G,maxmem=2G");
	autofree char *line = print_line(spec);

	(void)state;
	assert_int_equal(spec->n_cells, 1);
	assert_null(strstr(line, "pc.ram"));
	assert_null(strstr(line, "-numa"));
	assert_non_null(strstr(line, "-m 1G,maxmem=2G"));
}

static void legacy_memory_is_printed_as_it_is_before_completion(void **state)
{
	AUTO(vm_spec) spec = spec_new();
	struct spec_cell cell = { .mem_bytes = GIB, .initiator = -1 };
	autofree char *line = NULL;

	(void)state;
	spec->ram_bytes = GIB;
	assert_int_equal(spec_smp_complete(&spec->smp, "q35", NULL), 0);
	assert_int_equal(spec_cell_add(spec, 0, &cell, NULL), 0);
	line = print_line(spec);
	assert_non_null(strstr(line, "-numa node,nodeid=0,mem=1G"));
}

static void commas_are_doubled_in_lists_only(void **state)
{
	AUTO(vm_spec) spec = spec_new();
	struct spec_backend backend = spec_backend_default(SPEC_BACKEND_FILE);
	autofree char *line = NULL;

	(void)state;
	spec->kernel = strdup("/k,1");
	spec->append = strdup("a,b");
	spec->name = strdup("x,y");
	backend.id = strdup("f");
	backend.size_bytes = GIB;
	backend.mem_path = strdup("/m,n");
	assert_int_equal(spec_backend_add(spec, &backend, NULL), 0);
	line = print_line(spec);
	assert_non_null(strstr(line, "-kernel /k,1 -append a,b"));
	assert_non_null(strstr(line, "-name x,,y"));
	assert_non_null(strstr(line, "mem-path=/m,,n"));
}

static void only_what_differs_is_printed(void **state)
{
	AUTO(vm_spec)
	spec = parse_good("-object memory-backend-memfd,id=a,size=1G,seal=on,reserve=on,"
			  "prealloc=off,hugetlb=off,policy=default");
	autofree char *line = print_line(spec);

	(void)state;
	assert_non_null(strstr(line, "-object memory-backend-memfd,id=a,size=1G -"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_spec_can_be_printed),
		cmocka_unit_test(the_default_ram_is_not_printed),
		cmocka_unit_test(legacy_memory_is_printed_as_it_is_before_completion),
		cmocka_unit_test(commas_are_doubled_in_lists_only),
		cmocka_unit_test(only_what_differs_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
