/* SPDX-License-Identifier: Apache-2.0 */
/* Covers what reading leaves in the struct; texts and round trips are golden cases. */
#include "read.h"

static void defaults_are_libvirts(void **state)
{
	AUTO(domain_spec) domain = read_inside("");

	(void)state;
	assert_int_equal(domain->type, DOMAIN_TYPE_KVM);
	assert_int_equal(domain->vcpu.count.value, 1);
	assert_int_equal(domain->vcpu.placement, DOMAIN_STATIC);
	assert_false(domain->vcpu.current.given);
	assert_int_equal(domain->memory.size_bytes.value, GIB);
	assert_int_equal(domain->current_memory_bytes.value, GIB);
	assert_int_equal(domain->on_poweroff, DOMAIN_ACTION_DESTROY);
	assert_int_equal(domain->on_reboot, DOMAIN_ACTION_RESTART);
	assert_int_equal(domain->on_crash, DOMAIN_ACTION_DESTROY);
	assert_false(domain->numatune.given);
	assert_int_equal(domain->n_warnings, 0);
}

static void numatune_is_resolved(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<vcpu>2</vcpu><cpu><numa><cell cpus='0' memory='1048576'/>"
			     "<cell cpus='1' memory='1048576'/></numa></cpu>"
			     "<numatune><memory nodeset='0-3' tiering='yes'/>"
			     "<memnode cellid='1' mode='preferred' nodeset='2'/></numatune>");
	const struct domain_numatune_memnode *memnode = domain_memnode_find(domain, 1);

	(void)state;
	assert_int_equal(domain->numatune.memory.mode, DOMAIN_NUMA_STRICT);
	assert_int_equal(domain->numatune.memory.placement, DOMAIN_STATIC);
	assert_int_equal(domain->numatune.memory.tiering, DOMAIN_YES);
	assert_int_equal(domain->numatune.memory.migratable, 0);
	assert_null(domain_memnode_find(domain, 0));
	assert_non_null(memnode);
	assert_string_equal(domain_numa_mode_name(memnode->mode), "preferred");
	assert_true(idset_has(&memnode->nodeset.ids, 2));
	assert_int_equal(idset_count(&memnode->nodeset.ids), 1);
}

static void auto_has_no_nodeset(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<numatune><memory placement='auto' nodeset='1'/></numatune>");

	(void)state;
	assert_int_equal(domain->numatune.memory.placement, DOMAIN_AUTO);
	assert_false(domain->numatune.memory.nodeset.given);
	assert_true(idset_is_empty(&domain->numatune.memory.nodeset.ids));
}

static void unlimited_is_no_limit(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<memtune><hard_limit>9007199254740991</hard_limit></memtune>");

	(void)state;
	assert_false(domain->memtune.hard_limit_bytes.given);
}

static void cache_lines_are_bytes(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<cpu><numa><cell memory='1048576'><cache level='1' "
			     "associativity='full' policy='none'><size value='10' unit='MiB'/>"
			     "<line value='64' unit='B'/></cache></cell></numa></cpu>");
	const struct domain_cache *cache = &domain->cpu.numa.cells[0].caches[0];

	(void)state;
	assert_int_equal(cache->size.value_bytes.value, 10 * MIB);
	assert_int_equal(cache->line.value_bytes.value, 64);
}

static void output_is_untouched_on_failure(void **state)
{
	struct domain_spec *domain = (void *)&domain;

	(void)state;
	assert_int_equal(domain_read("<a/>", 4, "a.xml", 0, &domain, NULL), -EINVAL);
	assert_ptr_equal(domain, &domain);
	assert_int_equal(domain_read("", 0, "a.xml", 0, &domain, NULL), -EINVAL);
	assert_ptr_equal(domain, &domain);
}

static void errors_stay_on_one_line(void **state)
{
	static const char text[] = "<domain type='a&#10;b&#9;c'/>";
	struct err err;

	(void)state;
	assert_string_equal(read_error(text, strlen(text), 0, &err),
			    "unsupported configuration: invalid domain type 'a?b?c'");
	assert_string_equal(err.subject, "a.xml:1: /domain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_libvirts),
		cmocka_unit_test(numatune_is_resolved),
		cmocka_unit_test(auto_has_no_nodeset),
		cmocka_unit_test(unlimited_is_no_limit),
		cmocka_unit_test(cache_lines_are_bytes),
		cmocka_unit_test(output_is_untouched_on_failure),
		cmocka_unit_test(errors_stay_on_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
