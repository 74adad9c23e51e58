/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers facts.h, tiering.h and sysfs.h: facts from a made tree; a kernel without NUMA; nodes with ids apart;
 * isolated CPUs; the kernel and its tiers;
 * huge page pools; distances; near CPUs of nodes with and without CPUs; available memory; broken
 * files are errors that name the file; the live machine has a node with memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "host/facts.h"
#include "host/sysfs.h"
#include "tree.h"

static int setup(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	tree_init(tree);
	*state = tree;
	return 0;
}

static int teardown(void **state)
{
	tree_fini(*state);
	free(*state);
	return 0;
}

static void assert_set(const struct idset *set, const char *text)
{
	char buf[128];

	idset_format(set, buf, sizeof(buf));
	assert_string_equal(buf, text);
}

static void a_host_with_tiers(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;

	tree_add_tiers(tree);
	assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
	assert_set(&facts->nodes, "0-3");
	assert_set(&facts->memory_nodes, "0-3");
	assert_int_equal(facts->n_nodes, 4);
	assert_true(facts->has_free);
	assert_set(&host_facts_node(facts, 1)->cpus, "2-3");
	assert_set(&host_facts_node(facts, 2)->cpus, "");
	assert_int_equal(host_facts_node(facts, 0)->memory_bytes, 1000000 * KIB);
	assert_int_equal(host_facts_node(facts, 0)->free_bytes, 800000 * KIB);
	/* Free, file pages that are not shared memory, reclaimable slab. */
	assert_int_equal(host_facts_node(facts, 0)->available_bytes, 800070 * KIB);
	assert_int_equal(host_facts_distance(facts, 0, 2), 17);
	assert_int_equal(host_facts_distance(facts, 2, 1), 28);
	assert_int_equal(host_facts_distance(facts, 2, 9), 0);
	assert_null(host_facts_node(facts, 4));
}

static void node_ids_may_have_gaps(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;

	tree_write(tree, NODE "online", "0,8\n");
	tree_write(tree, NODE "has_memory", "8\n");
	tree_add_node(tree, 0, "0-7", 0, 0, "10 40");
	tree_add_node(tree, 8, "8-15", 1000, 900, "40 10");
	assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
	assert_set(&facts->nodes, "0,8");
	assert_set(&facts->memory_nodes, "8");
	assert_int_equal(host_facts_distance(facts, 0, 8), 40);
	assert_int_equal(host_facts_distance(facts, 8, 8), 10);
}

static void a_kernel_without_numa_is_one_node(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;
	struct idset cpus, node = IDSET_EMPTY;
	uint64_t bytes;

	tree_write(tree, "sys/devices/system/cpu/online", "0-3\n");
	tree_write(tree, "proc/meminfo",
		   "MemTotal:   1000 kB\nMemFree:   500 kB\nBuffers: 1 kB\nCached:   60 kB\n"
		   "SwapCached: 7 kB\nShmem:   20 kB\nSReclaimable: 5 kB\n");
	assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
	assert_set(&facts->nodes, "0");
	assert_set(&facts->node[0].cpus, "0-3");
	assert_int_equal(facts->node[0].memory_bytes, 1000 * KIB);
	assert_int_equal(facts->node[0].available_bytes, 545 * KIB);
	assert_null(facts->distances);
	idset_add(&node, 0);
	assert_int_equal(host_nodes_cpus(tree->fd, &node, &cpus, NULL), 0);
	assert_set(&cpus, "0-3");
	assert_int_equal(host_nodes_available(tree->fd, &node, 0, &bytes, NULL), 0);
	assert_int_equal(bytes, 545 * KIB);
}

static void only_the_nodes(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;

	tree_write(tree, NODE "online", "0-1\n");
	tree_write(tree, NODE "has_memory", "1\n");
	assert_int_equal(host_facts_read_nodes(tree->fd, &facts, NULL), 0);
	assert_set(&facts->nodes, "0-1");
	assert_set(&facts->memory_nodes, "1");
	assert_int_equal(facts->n_nodes, 0);
	assert_false(facts->has_free);
}

static void pools_by_page_size(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;
	struct idset nodes = IDSET_EMPTY;
	struct err err = ERR_INIT;
	uint64_t bytes = 7;

	tree_add_tiers(tree);
	tree_add_pool(tree, 0, 1048576, 2, 1);
	tree_add_pool(tree, 0, 2048, 100, 60);
	tree_add_pool(tree, 1, 2048, 10, 4);
	assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
	assert_int_equal(facts->node[0].n_pools, 2);
	assert_int_equal(facts->node[0].pools[0].page_bytes, 2 * MIB);
	assert_int_equal(facts->node[0].pools[1].page_bytes, GIB);
	assert_int_equal(host_node_pool(&facts->node[0], GIB)->free_pages, 1);
	assert_null(host_node_pool(&facts->node[1], GIB));
	idset_add_range(&nodes, 0, 1);
	assert_int_equal(host_nodes_available(tree->fd, &nodes, 2 * MIB, &bytes, NULL), 0);
	assert_int_equal(bytes, 128 * MIB);
	assert_int_equal(host_nodes_available(tree->fd, &nodes, GIB, &bytes, &err), -ENOENT);
	assert_string_equal(err.message, "node 1 has no huge pages of 1048576 KiB");
	assert_int_equal(bytes, 128 * MIB);
}

static void near_cpus(void **state)
{
	struct tree *tree = *state;
	static const struct {
		const char *nodes, *cpus;
	} rows[] = {
		{ "0", "0-1" }, { "0-1", "0-3" }, { "1-2", "2-3" }, /* those that have CPUs */
		{ "2", "0-1" }, { "3", "2-3" },			    /* the nearest that has */
	};

	tree_add_tiers(tree);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct idset nodes, cpus;

		assert_int_equal(idset_parse(rows[i].nodes, 4, &nodes, NULL), 0);
		assert_int_equal(host_nodes_cpus(tree->fd, &nodes, &cpus, NULL), 0);
		assert_set(&cpus, rows[i].cpus);
	}
}

static void memory_of_several_nodes_adds_up(void **state)
{
	struct tree *tree = *state;
	struct idset nodes = IDSET_EMPTY;
	struct err err = ERR_INIT;
	uint64_t bytes;

	tree_add_tiers(tree);
	idset_add(&nodes, 0);
	idset_add(&nodes, 3);
	assert_int_equal(host_nodes_available(tree->fd, &nodes, 0, &bytes, NULL), 0);
	assert_int_equal(bytes, 2700140 * KIB);
	idset_add(&nodes, 7);
	assert_int_equal(host_nodes_available(tree->fd, &nodes, 0, &bytes, &err), -ENOENT);
	assert_non_null(strstr(err.message, "node7/cpulist: No such file or directory"));
}

static void the_kernels_reserve_is_not_available(void **state)
{
	struct tree *tree = *state;
	struct idset nodes = IDSET_EMPTY;
	uint64_t bytes;

	tree_add_tiers(tree);
	tree_write(tree, "proc/zoneinfo",
		   "Node 0, zone   Normal\n  pages free     1\n        min      7\n"
		   "        high     1000\n"
		   "Node 1, zone    DMA32\n        low      5\n        high     10\n"
		   "              high:  99\n"
		   "Node 1, zone   Normal\n        high     20\n");
	idset_add(&nodes, 1);
	assert_int_equal(host_nodes_available(tree->fd, &nodes, 0, &bytes, NULL), 0);
	assert_int_equal(bytes, (700070 - 30 * 4) * KIB);
	idset_add(&nodes, 0);
	assert_int_equal(host_nodes_available(tree->fd, &nodes, 0, &bytes, NULL), 0);
	assert_int_equal(bytes, (1500140 - 1030 * 4) * KIB);
}

static void assert_near(const struct host_facts *facts, const char *nodes, const char *cpus)
{
	struct idset set, near;

	assert_int_equal(idset_parse(nodes, 8, &set, NULL), 0);
	host_facts_near_cpus(facts, &set, &near);
	assert_set(&near, cpus);
}

static void isolated_cpus_are_for_those_who_name_them(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;

	tree_add_tiers(tree);
	tree_write(tree, "sys/devices/system/cpu/online", "0-2\n");
	tree_write(tree, "sys/devices/system/cpu/isolated", "1\n");
	tree_write(tree, "proc/meminfo", "MemTotal: 1 kB\nHugepagesize:    1048576 kB\n");
	assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
	assert_set(&facts->online_cpus, "0-2");
	assert_set(&facts->isolated_cpus, "1");
	assert_int_equal(facts->huge_page_bytes, GIB);
	assert_near(facts, "0", "0");
	assert_near(facts, "0-1", "0,2");
	assert_near(facts, "3", "2");
	/* Where all are isolated, those. */
	idset_add(&facts->isolated_cpus, 0);
	assert_near(facts, "0", "0-1");
}

static void the_kernel_and_its_tiers(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;
	struct idset slower;

	tree_add_tiers(tree);
	tree_write(tree, "proc/sys/kernel/osrelease", "6.12.57+deb12-cloud-amd64\n");
	tree_write(tree, "proc/sys/kernel/numa_balancing", "2\n");
	tree_write(tree, "sys/kernel/mm/numa/demotion_enabled", "true\n");
	tree_write(tree, "sys/devices/virtual/memory_tiering/memory_tier46/nodelist", "2-3\n");
	tree_write(tree, "sys/devices/virtual/memory_tiering/memory_tier4/nodelist", "0-1\n");
	tree_write(tree, "sys/devices/virtual/memory_tiering/memory_tiering/nodelist", "7\n");
	assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
	assert_true(host_kernel_is(&facts->tiering, 6, 12));
	assert_true(host_kernel_is(&facts->tiering, 5, 15));
	assert_false(host_kernel_is(&facts->tiering, 6, 13));
	assert_true(host_kernel_before(&facts->tiering, 7, 3));
	assert_false(host_kernel_before(&facts->tiering, 6, 12));
	assert_true(facts->tiering.demotion_enabled);
	assert_int_equal(facts->tiering.numa_balancing, 2);
	assert_int_equal(facts->tiering.n_tiers, 2);
	assert_int_equal(facts->tiering.tiers[0].id, 4);
	slower = host_slower_nodes(&facts->tiering, 1);
	assert_set(&slower, "2-3");
	slower = host_slower_nodes(&facts->tiering, 2);
	assert_set(&slower, "");
	slower = host_slower_nodes(&facts->tiering, 9);
	assert_set(&slower, "");
}

static void an_unknown_kernel_is_neither_old_nor_new(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;

	tree_add_tiers(tree);
	assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
	assert_false(host_kernel_is(&facts->tiering, 2, 0));
	assert_false(host_kernel_before(&facts->tiering, 9, 0));
	assert_false(facts->tiering.demotion_enabled);
	assert_int_equal(facts->tiering.n_tiers, 0);
}

static void broken_files_are_named(void **state)
{
	AUTO(host_facts) facts = NULL;
	struct tree *tree = *state;
	struct err err = ERR_INIT;

	tree_add_tiers(tree);
	tree_write(tree, NODE "node2/cpulist", "3-1\n");
	assert_int_equal(host_facts_read(tree->fd, &facts, &err), -EINVAL);
	assert_non_null(strstr(err.message, "node2/cpulist: '3-1' is not a list"));
	tree_write(tree, NODE "node2/cpulist", "\n");
	tree_add_pool(tree, 2, 2048, 1, 1);
	tree_write(tree, NODE "node2/hugepages/hugepages-2048kB/free_hugepages", "x\n");
	assert_int_equal(host_facts_read(tree->fd, &facts, &err), -EINVAL);
	assert_non_null(strstr(err.message, "free_hugepages: 'x' is not a number"));
	assert_null(facts);
}

static void odd_distances_are_unknown(void **state)
{
	static const char *const rows[] = { "10 21", "10 21 17 x", "10 21 17 28 5",
					    "10 21 17 256" };
	struct tree *tree = *state;

	tree_add_tiers(tree);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(host_facts) facts = NULL;

		tree_write(tree, NODE "node0/distance", rows[i]);
		assert_int_equal(host_facts_read(tree->fd, &facts, NULL), 0);
		assert_null(facts->distances);
		assert_int_equal(host_facts_distance(facts, 0, 0), 0);
	}
}

static void small_files(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	char buf[4];
	uint64_t value = 7;

	tree_write(tree, "a", "abc\n\n");
	assert_int_equal(host_sysfs_read(tree->fd, "a", buf, sizeof(buf), &err), -EFBIG);
	tree_write(tree, "a", "ab\n");
	assert_int_equal(host_sysfs_read(tree->fd, "a", buf, sizeof(buf), &err), 2);
	assert_string_equal(buf, "ab");
	assert_int_equal(host_sysfs_read(tree->fd, "b", buf, sizeof(buf), &err), -ENOENT);
	assert_string_equal(err.message, "cannot open /b: No such file or directory");
	tree_write(tree, "a", "18446744073709551616\n");
	assert_int_equal(host_sysfs_read_number(tree->fd, "a", &value, &err), -EINVAL);
	assert_int_equal(value, 7);
}

static void meminfo_keys_are_whole_words(void **state)
{
	static const char text[] = "Node 0 ActiveFree: 5 kB\nNode 0 Free:  12 kB\nOdd: x\n";
	uint64_t bytes = 7;

	(void)state;
	assert_int_equal(host_meminfo_find(text, "Free", &bytes), 0);
	assert_int_equal(bytes, 12 * KIB);
	assert_int_equal(host_meminfo_find(text, "Active", &bytes), -ENOENT);
	assert_int_equal(host_meminfo_find(text, "Odd", &bytes), -EINVAL);
}

static void the_live_machine(void **state)
{
	AUTO(host_facts) facts = NULL;
	autoclose int root_fd = host_root_open(NULL);

	(void)state;
	assert_true(root_fd >= 0);
	assert_int_equal(host_facts_read(root_fd, &facts, NULL), 0);
	assert_false(idset_is_empty(&facts->memory_nodes));
	assert_true(idset_is_subset(&facts->memory_nodes, &facts->nodes));
	for (size_t i = 0; i < facts->n_nodes; i++)
		assert_true(facts->node[i].free_bytes <= facts->node[i].memory_bytes);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_host_with_tiers),
		WITH_TREE(node_ids_may_have_gaps),
		WITH_TREE(a_kernel_without_numa_is_one_node),
		WITH_TREE(only_the_nodes),
		WITH_TREE(pools_by_page_size),
		WITH_TREE(near_cpus),
		WITH_TREE(memory_of_several_nodes_adds_up),
		WITH_TREE(the_kernels_reserve_is_not_available),
		WITH_TREE(isolated_cpus_are_for_those_who_name_them),
		WITH_TREE(the_kernel_and_its_tiers),
		WITH_TREE(an_unknown_kernel_is_neither_old_nor_new),
		WITH_TREE(broken_files_are_named),
		WITH_TREE(odd_distances_are_unknown),
		WITH_TREE(small_files),
		cmocka_unit_test(meminfo_keys_are_whole_words),
		cmocka_unit_test(the_live_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
