/* SPDX-License-Identifier: Apache-2.0 */
/* Covers cpus.h: topology files; CPUs without them; clusters that are none; HMAT's numbers; MHz. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/cpus.h"
#include "tree.h"

#define TOPOLOGY "sys/devices/system/cpu/cpu5/topology/"
#define ACCESS	 "sys/devices/system/node/node2/access0/initiators/"

static void cpus_have_places(void **state)
{
	AUTO(host_cpus) cpus = NULL;
	struct idset online = IDSET_EMPTY;
	const struct host_cpu *cpu;
	struct tree tree;

	(void)state;
	tree_init(&tree);
	tree_write(&tree, TOPOLOGY "physical_package_id", "1\n");
	tree_write(&tree, TOPOLOGY "die_id", "2\n");
	tree_write(&tree, TOPOLOGY "core_id", "3\n");
	tree_write(&tree, TOPOLOGY "cluster_id", "4\n");
	tree_write(&tree, TOPOLOGY "thread_siblings_list", "5,9\n");
	tree_write(&tree, "sys/devices/system/cpu/cpu9/topology/cluster_id", "65535\n");
	idset_add(&online, 5);
	idset_add(&online, 9);
	assert_int_equal(host_cpus_read(tree.fd, &online, &cpus, NULL), 0);
	assert_int_equal(cpus->n, 2);
	cpu = host_cpus_find(cpus, 5);
	assert_int_equal(cpu->socket, 1);
	assert_int_equal(cpu->die, 2);
	assert_int_equal(cpu->core, 3);
	assert_true(cpu->has_cluster);
	assert_int_equal(cpu->cluster, 4);
	assert_int_equal(idset_count(&cpu->siblings), 2);
	/* Without files: a socket of its own. */
	cpu = host_cpus_find(cpus, 9);
	assert_int_equal(cpu->socket, 9);
	assert_false(cpu->has_cluster);
	assert_true(idset_has(&cpu->siblings, 9));
	assert_int_equal(idset_count(&cpu->siblings), 1);
	assert_null(host_cpus_find(cpus, 6));
	assert_null(host_cpus_find(cpus, 10));
	tree_fini(&tree);
}

static void access_of_a_node(void **state)
{
	struct host_node_access access;
	struct idset nodes = IDSET_EMPTY;
	struct tree tree;

	(void)state;
	idset_add_range(&nodes, 0, 2);
	tree_init(&tree);
	host_node_access_read(tree.fd, 2, &nodes, &access);
	assert_true(idset_is_empty(&access.initiators));
	assert_int_equal(access.read_latency_ns, 0);
	tree_write(&tree, ACCESS "node1/cpulist", "2\n");
	tree_write(&tree, ACCESS "read_latency", "250\n");
	tree_write(&tree, ACCESS "write_bandwidth", "30720\n");
	host_node_access_read(tree.fd, 2, &nodes, &access);
	assert_true(idset_has(&access.initiators, 1));
	assert_int_equal(idset_count(&access.initiators), 1);
	assert_int_equal(access.read_latency_ns, 250);
	assert_int_equal(access.write_latency_ns, 0);
	assert_int_equal(access.write_bandwidth_mib, 30720);
	tree_fini(&tree);
}

static void mhz_of_the_first_cpu(void **state)
{
	struct tree tree;

	(void)state;
	tree_init(&tree);
	assert_int_equal(host_cpu_mhz(tree.fd), 0);
	tree_write(&tree, "proc/cpuinfo",
		   "processor\t: 0\nmodel name\t: cpu MHz\n"
		   "cpu MHz\t\t: 2445.406\ncpu MHz\t\t: 9\n");
	assert_int_equal(host_cpu_mhz(tree.fd), 2445);
	tree_fini(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpus_have_places),
		cmocka_unit_test(access_of_a_node),
		cmocka_unit_test(mhz_of_the_first_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
