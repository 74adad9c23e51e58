/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers topology.h: nodes, CPUs, sizes from a synthetic string; a slow node gets no CPUs; XML that
 * hwloc exports is read back with its distances and huge page pools; bad text and files.
 */
#include <errno.h>
#include <hwloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "host/topology.h"
#include "tree.h"

static void assert_set(const struct idset *set, const char *text)
{
	char buf[128];

	idset_format(set, buf, sizeof(buf));
	assert_string_equal(buf, text);
}

static void two_packages(void **state)
{
	AUTO(host_facts) facts = NULL;

	(void)state;
	assert_int_equal(host_topology_from_synthetic("pack:2 [numa(memory=64GiB)] core:4 pu:2",
						      &facts, NULL),
			 0);
	assert_set(&facts->nodes, "0-1");
	assert_set(&facts->memory_nodes, "0-1");
	assert_int_equal(facts->n_nodes, 2);
	assert_set(&facts->node[0].cpus, "0-7");
	assert_set(&facts->node[1].cpus, "8-15");
	assert_int_equal(facts->node[1].memory_bytes, 64 * GIB);
	assert_false(facts->has_free);
	assert_int_equal(host_facts_distance(facts, 0, 1), 0);
}

static void a_slow_node_has_no_cpus(void **state)
{
	AUTO(host_facts) facts = NULL;

	(void)state;
	assert_int_equal(host_topology_from_synthetic(
				 "[numa(memory=256GiB)] pack:2 [numa(memory=64GiB)] core:4 pu:1",
				 &facts, NULL),
			 0);
	assert_int_equal(facts->n_nodes, 3);
	for (size_t i = 0; i < facts->n_nodes; i++)
		assert_int_equal(idset_count(&facts->node[i].cpus),
				 facts->node[i].memory_bytes == 256 * GIB ? 0 : 4);
}

static void xml_with_distances(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree tree;
	char path[128];
	hwloc_topology_t topology;
	hwloc_obj_t nodes[2];
	hwloc_uint64_t values[] = { 10, 21, 21, 10 };
	hwloc_distances_add_handle_t handle;

	(void)state;
	tree_init(&tree);
	snprintf(path, sizeof(path), "%s/host.xml", tree.path);
	assert_int_equal(hwloc_topology_init(&topology), 0);
	assert_int_equal(hwloc_topology_set_synthetic(topology, "numa:2(memory=8GiB) core:2 pu:1"),
			 0);
	assert_int_equal(hwloc_topology_load(topology), 0);
	nodes[0] = hwloc_get_obj_by_type(topology, HWLOC_OBJ_NUMANODE, 0);
	nodes[1] = hwloc_get_obj_by_type(topology, HWLOC_OBJ_NUMANODE, 1);
	handle = hwloc_distances_add_create(
		topology, "NUMALatency",
		HWLOC_DISTANCES_KIND_FROM_OS | HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
	assert_non_null(handle);
	assert_int_equal(hwloc_distances_add_values(topology, handle, 2, nodes, values, 0), 0);
	assert_int_equal(hwloc_distances_add_commit(topology, handle, 0), 0);
	assert_int_equal(hwloc_topology_export_xml(topology, path, 0), 0);
	hwloc_topology_destroy(topology);

	assert_int_equal(host_topology_from_xml(path, &facts, NULL), 0);
	assert_int_equal(facts->n_nodes, 2);
	assert_int_equal(facts->node[0].memory_bytes, 8 * GIB);
	assert_set(&facts->node[1].cpus, "2-3");
	assert_int_equal(host_facts_distance(facts, 0, 1), 21);
	assert_int_equal(host_facts_distance(facts, 1, 1), 10);
	tree_fini(&tree);
}

static void bad_descriptions(void **state)
{
	struct host_facts *facts = NULL;
	struct err err = ERR_INIT;
	struct tree tree;
	char path[128];

	(void)state;
	assert_int_equal(host_topology_from_synthetic("pack:x", &facts, &err), -EINVAL);
	assert_non_null(strstr(err.message, "'pack:x' is not an hwloc synthetic topology"));
	assert_int_equal(host_topology_from_xml("/nonexistent.xml", &facts, &err), -ENOENT);
	assert_string_equal(err.message,
			    "cannot read '/nonexistent.xml': No such file or directory");
	tree_init(&tree);
	tree_write(&tree, "bad.xml", "<domain/>\n");
	snprintf(path, sizeof(path), "%s/bad.xml", tree.path);
	assert_int_equal(host_topology_from_xml(path, &facts, &err), -EINVAL);
	assert_non_null(strstr(err.message, "is not an hwloc XML file"));
	assert_null(facts);
	tree_fini(&tree);
}

static void hosts_by_name(void **state)
{
	AUTO(host_facts) synthetic = NULL;
	AUTO(host_facts) captured = NULL;
	AUTO(host_facts) live = NULL;
	struct host_facts *none = NULL;
	struct err err = ERR_INIT;
	struct tree tree;

	(void)state;
	assert_int_equal(host_topology_find("numa:2 core:2 pu:1", &synthetic, NULL), 0);
	assert_set(&synthetic->nodes, "0-1");
	assert_set(&synthetic->online_cpus, "0-3");
	tree_init(&tree);
	tree_add_tiers(&tree);
	assert_int_equal(host_topology_find(tree.path, &captured, NULL), 0);
	assert_set(&captured->nodes, "0-3");
	assert_true(captured->has_free);
	tree_fini(&tree);
	assert_int_equal(host_topology_find(NULL, &live, NULL), 0);
	assert_false(idset_is_empty(&live->online_cpus));
	assert_int_equal(host_topology_find("no/such.xml", &none, &err), -ENOENT);
	assert_string_equal(err.message, "cannot read 'no/such.xml': No such file or directory");
	assert_int_equal(host_topology_find("nonsense", &none, &err), -EINVAL);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_packages),	      cmocka_unit_test(a_slow_node_has_no_cpus),
		cmocka_unit_test(xml_with_distances), cmocka_unit_test(bad_descriptions),
		cmocka_unit_test(hosts_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
