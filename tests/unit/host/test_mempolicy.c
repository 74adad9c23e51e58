/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers mempolicy.h, pages.h, affinity.h, populate.h on this machine's own first node: each policy
 * is set and read back; absent nodes; a kernel that lacks a mode says so; pages are counted where
 * they are; populating makes pages present; affinity.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/util.h"
#include "host/affinity.h"
#include "host/mempolicy.h"
#include "host/pages.h"
#include "host/populate.h"

#define SIZE_BYTES (4 * MIB)

static struct idset allowed_nodes(void)
{
	struct idset nodes = IDSET_EMPTY;

	if (host_nodes_allowed(&nodes, NULL) < 0)
		skip();
	return nodes;
}

static struct idset first_node(void)
{
	struct idset all = allowed_nodes(), first = IDSET_EMPTY;

	idset_add(&first, (unsigned int)idset_next(&all, 0));
	return first;
}

static void *map(void)
{
	void *host = mmap(NULL, SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	assert_ptr_not_equal(host, MAP_FAILED);
	return host;
}

static void each_policy_is_set_and_read_back(void **state)
{
	(void)state;
	for (int mode = HOST_POLICY_PREFERRED; mode < HOST_POLICY_COUNT; mode++) {
		struct host_policy policy = { .mode = (enum host_policy_mode)mode,
					      .nodes = first_node() };
		struct host_policy got;
		struct err err = ERR_INIT;
		void *host = map();
		int ret = host_policy_set(host, SIZE_BYTES, &policy, &err);

		if (ret == -EOPNOTSUPP && mode == HOST_POLICY_WEIGHTED_INTERLEAVE) {
			assert_string_equal(err.message, "policy weighted-interleave needs Linux "
							 "6.9 or newer");
		} else {
			assert_int_equal(ret, 0);
			assert_int_equal(host_policy_get(host, &got, NULL), 0);
			assert_int_equal(got.mode, mode);
			assert_true(idset_equal(&got.nodes, &policy.nodes));
			assert_false(got.numa_balancing);
		}
		munmap(host, SIZE_BYTES);
	}
}

static void numa_balancing_with_bind_and_preferred(void **state)
{
	static const enum host_policy_mode modes[] = { HOST_POLICY_BIND, HOST_POLICY_PREFERRED };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct host_policy policy = { .mode = modes[i],
					      .numa_balancing = true,
					      .nodes = first_node() };
		struct host_policy got;
		struct err err = ERR_INIT;
		void *host = map();
		int ret = host_policy_set(host, SIZE_BYTES, &policy, &err);

		if (ret == -EOPNOTSUPP) {
			assert_int_equal(err.class, ERR_UNSUPPORTED);
			assert_non_null(strstr(err.message, "numa-balancing"));
		} else {
			assert_int_equal(ret, 0);
			assert_int_equal(host_policy_get(host, &got, NULL), 0);
			assert_true(got.numa_balancing);
			assert_int_equal(got.mode, modes[i]);
		}
		munmap(host, SIZE_BYTES);
	}
}

static void the_flag_needs_a_policy_that_has_it(void **state)
{
	struct host_policy policy = { .mode = HOST_POLICY_INTERLEAVE,
				      .numa_balancing = true,
				      .nodes = first_node() };
	struct err err = ERR_INIT;
	void *host = map();

	(void)state;
	assert_int_equal(host_policy_set(host, SIZE_BYTES, &policy, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.message, "numa-balancing=on with this policy"));
	munmap(host, SIZE_BYTES);
}

static void absent_nodes(void **state)
{
	struct idset all = allowed_nodes();
	struct host_policy policy = { .mode = HOST_POLICY_BIND };
	struct err err = ERR_INIT;
	void *host = map();

	(void)state;
	idset_add(&policy.nodes, (unsigned int)idset_last(&all) + 1);
	assert_int_equal(host_policy_set(host, SIZE_BYTES, &policy, &err), -EINVAL);
	assert_string_equal(err.message, "cannot bind memory to host NUMA nodes: Invalid argument");
	assert_int_equal(err.class, ERR_HOST);
	munmap(host, SIZE_BYTES);
}

static void pages_are_counted_where_they_are(void **state)
{
	struct host_policy policy = { .mode = HOST_POLICY_BIND, .nodes = first_node() };
	unsigned int node = (unsigned int)idset_next(&policy.nodes, 0);
	struct host_residency *counts = calloc(1, sizeof(*counts));
	void *host = map();

	(void)state;
	madvise(host, SIZE_BYTES, MADV_NOHUGEPAGE);
	assert_int_equal(host_policy_set(host, SIZE_BYTES, &policy, NULL), 0);
	assert_int_equal(host_populate(host, MIB, NULL), 0);
	assert_int_equal(host_pages_count(0, (uintptr_t)host, SIZE_BYTES, 4096, counts, NULL), 0);
	assert_int_equal(counts->pages[node], MIB / 4096);
	assert_int_equal(counts->absent, 3 * MIB / 4096);
	free(counts);
	munmap(host, SIZE_BYTES);
}

static void moving_to_the_node_where_it_is(void **state)
{
	struct idset first = first_node();
	int node = idset_next(&first, 0), status = -1;
	void *host = map();
	uint64_t address = (uintptr_t)host;

	(void)state;
	assert_int_equal(host_populate(host, 4096, NULL), 0);
	assert_int_equal(host_pages_move(0, &address, &node, 1, &status, NULL), 0);
	assert_int_equal(status, node);
	munmap(host, SIZE_BYTES);
}

static void asking_about_nobody(void **state)
{
	uint64_t address = 4096;
	int node;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(host_pages_where(0x7fffffff, &address, 1, &node, &err), -ESRCH);
	assert_non_null(strstr(err.message, "of process 2147483647 are: No such process"));
}

static void populating_never_raises_a_signal(void **state)
{
	FILE *file = tmpfile();
	struct err err = ERR_INIT;
	void *host;

	(void)state;
	/* A touch behind the end of a file would be a SIGBUS. */
	host = mmap(NULL, SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
	assert_ptr_not_equal(host, MAP_FAILED);
	assert_int_equal(host_populate(host, SIZE_BYTES, &err), -EFAULT);
	assert_string_equal(err.message, "populating memory failed: Bad address");
	munmap(host, SIZE_BYTES);
	fclose(file);
}

static void affinity_round_trip(void **state)
{
	struct idset before, one = IDSET_EMPTY, after;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(host_affinity_get(0, &before, NULL), 0);
	idset_add(&one, (unsigned int)idset_next(&before, 0));
	assert_int_equal(host_affinity_set(0, &one, NULL), 0);
	assert_int_equal(host_affinity_get(0, &after, NULL), 0);
	assert_true(idset_equal(&one, &after));
	assert_int_equal(host_affinity_set(0, &before, NULL), 0);
	one = IDSET_EMPTY;
	assert_int_equal(host_affinity_set(0, &one, &err), -EINVAL);
	assert_string_equal(err.message, "Setting CPU affinity failed: Invalid argument");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_policy_is_set_and_read_back),
		cmocka_unit_test(numa_balancing_with_bind_and_preferred),
		cmocka_unit_test(the_flag_needs_a_policy_that_has_it),
		cmocka_unit_test(absent_nodes),
		cmocka_unit_test(pages_are_counted_where_they_are),
		cmocka_unit_test(moving_to_the_node_where_it_is),
		cmocka_unit_test(asking_about_nobody),
		cmocka_unit_test(populating_never_raises_a_signal),
		cmocka_unit_test(affinity_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
