/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers prealloc.h: the number of threads; ranges are present afterwards, with one and many
 * threads; too little memory on the nodes is an error with both amounts, before anything is
 * touched; several ranges share a node; a failure names node and amount and is no SIGBUS; CPUs that
 * were asked for.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "../../host/tree.h"
#include "base/util.h"
#include "host/affinity.h"
#include "vmm/memory/prealloc.h"

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

static struct prealloc_range range_of(void *host, uint64_t size_bytes, unsigned int threads_max)
{
	return (struct prealloc_range){
		.subject = "-object memory-backend-ram,id=m0",
		.host = host,
		.size_bytes = size_bytes,
		.page_bytes = 4096,
		.threads_max = threads_max,
	};
}

static void number_of_threads(void **state)
{
	static const struct {
		uint64_t size_bytes, page_bytes;
		unsigned int threads_max, n_cpus, expected;
	} rows[] = {
		{ 64 * GIB, 4096, 64, 64, 16 }, /* never more than 16 */
		{ 64 * GIB, 4096, 64, 4, 4 },	/* CPUs */
		{ 64 * GIB, 4096, 3, 8, 3 },	/* prealloc-threads */
		{ 3 * GIB, GIB, 8, 8, 3 },	/* pages */
		{ 127 * MIB, 4096, 8, 8, 1 },	/* 64 MiB each */
		{ 128 * MIB, 4096, 8, 8, 2 },	{ 4096, 4096, 8, 8, 1 }, { 4096, 4096, 0, 0, 1 },
	};
	struct prealloc_range near = range_of(NULL, 64 * GIB, 64);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prealloc_range range = range_of(NULL, rows[i].size_bytes,
						       rows[i].threads_max);

		range.page_bytes = rows[i].page_bytes;
		assert_int_equal(prealloc_threads(&range, rows[i].n_cpus), rows[i].expected);
	}
	idset_add_range(&near.cpus, 4, 5); /* the node's two CPUs */
	assert_int_equal(prealloc_threads(&near, 64), 2);
}

static void *map(uint64_t size_bytes)
{
	void *host = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	assert_ptr_not_equal(host, MAP_FAILED);
	return host;
}

static uint64_t present_pages(void *host, uint64_t size_bytes)
{
	size_t n = size_bytes / 4096;
	unsigned char *present = malloc(n);
	uint64_t count = 0;

	assert_int_equal(mincore(host, size_bytes, present), 0);
	for (size_t i = 0; i < n; i++)
		count += present[i] & 1;
	free(present);
	return count;
}

static void ranges_are_present_afterwards(void **state)
{
	struct tree *tree = *state;
	uint64_t sizes[] = { 4 * MIB, 200 * MIB + 4096, 130 * MIB };
	struct prealloc_range ranges[3];

	for (size_t n = 1; n <= ARRAY_SIZE(ranges); n++) {
		for (size_t i = 0; i < n; i++)
			ranges[i] = range_of(map(sizes[i]), sizes[i], 4);
		assert_int_equal(memory_prealloc(ranges, n, tree->fd, NULL), 0);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(present_pages(ranges[i].host, sizes[i]), sizes[i] / 4096);
			munmap(ranges[i].host, sizes[i]);
		}
	}
	assert_int_equal(memory_prealloc(NULL, 0, tree->fd, NULL), 0);
}

static void too_little_memory_is_known_before(void **state)
{
	struct tree *tree = *state;
	void *host = map(4 * MIB);
	struct prealloc_range range = range_of(host, 2 * GIB, 1);
	struct err err = ERR_INIT;

	tree_add_tiers(tree); /* node 1: 700000 kB free */
	idset_add(&range.nodes, 1);
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), -ENOMEM);
	assert_string_equal(err.subject, "-object memory-backend-ram,id=m0");
	assert_string_equal(err.message,
			    "preallocating 2048 MiB on node 1 failed: 2048 MiB are wanted there in "
			    "all, 667 MiB of memory are available");
	assert_int_equal(present_pages(host, 4 * MIB), 0);
	/* Swap makes room. */
	tree_write(tree, "proc/meminfo", "SwapFree:  8000000 kB\n");
	range.size_bytes = 4 * MIB;
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), 0);
	munmap(host, 4 * MIB);
}

static void ranges_on_one_node_add_up(void **state)
{
	struct tree *tree = *state;
	struct prealloc_range ranges[2] = { range_of(NULL, 500 * MIB, 1),
					    range_of(NULL, 500 * MIB, 1) };
	struct err err = ERR_INIT;

	tree_add_tiers(tree); /* nodes 0 and 1: 800000 and 700000 kB free */
	idset_add(&ranges[0].nodes, 0);
	idset_add(&ranges[1].nodes, 0);
	assert_int_equal(memory_prealloc(ranges, 2, tree->fd, &err), -ENOMEM);
	assert_non_null(strstr(err.message, "500 MiB on node 0 failed: 1000 MiB are wanted"));
	/* The union of nodes must hold both, each node its own. */
	idset_add(&ranges[1].nodes, 1);
	ranges[1].size_bytes = 1000 * MIB;
	assert_int_equal(memory_prealloc(ranges, 2, tree->fd, &err), -ENOMEM);
	assert_non_null(strstr(err.message, "1000 MiB on nodes 0-1 failed: 1500 MiB are wanted"));
}

static void too_few_huge_pages_are_known_before(void **state)
{
	struct tree *tree = *state;
	struct prealloc_range range = range_of(NULL, 8 * MIB, 1);
	struct err err = ERR_INIT;

	tree_add_tiers(tree);
	tree_add_pool(tree, 2, 2048, 8, 3);
	range.page_bytes = 2 * MIB;
	idset_add(&range.nodes, 2);
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), -ENOMEM);
	assert_non_null(strstr(err.message, "6 MiB of huge pages are available"));
}

static void a_failure_names_node_and_amount(void **state)
{
	static const unsigned int threads[] = { 1, 4 };
	struct tree *tree = *state;

	tree_add_tiers(tree);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		FILE *file = tmpfile();
		struct prealloc_range range = range_of(NULL, 256 * MIB, threads[i]);
		struct err err = ERR_INIT;

		/* Behind the end of a file there is no page: a touch would be a SIGBUS. */
		assert_int_equal(ftruncate(fileno(file), 64 * MIB), 0);
		range.host = mmap(NULL, range.size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
				  fileno(file), 0);
		assert_ptr_not_equal(range.host, MAP_FAILED);
		idset_add(&range.nodes, 1);
		assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), -EFAULT);
		assert_non_null(
			strstr(err.message, "preallocating 256 MiB on node 1 failed after "));
		assert_non_null(strstr(err.message, " MiB: Bad address"));
		if (threads[i] == 1)
			assert_non_null(strstr(err.message, " after 64 MiB: "));
		munmap(range.host, range.size_bytes);
		fclose(file);
	}
}

static void cpus_that_were_asked_for(void **state)
{
	struct tree *tree = *state;
	struct prealloc_range range = range_of(map(4 * MIB), 4 * MIB, 1);
	struct err err = ERR_INIT;
	struct idset before, after;

	assert_int_equal(host_affinity_get(0, &before, NULL), 0);
	idset_add(&range.cpus, IDSET_MAX - 1);
	/* A wish of ours: anywhere will do. */
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), 0);
	assert_int_equal(present_pages(range.host, 4 * MIB), 1024);
	range.cpus_required = true;
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), -EINVAL);
	assert_string_equal(err.subject, range.subject);
	assert_string_equal(err.message, "Setting CPU affinity failed: Invalid argument");
	/* The caller's own affinity is never touched. */
	range.cpus = before;
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), 0);
	assert_int_equal(host_affinity_get(0, &after, NULL), 0);
	assert_true(idset_equal(&before, &after));
	munmap(range.host, 4 * MIB);
}

/* A signal that the caller has blocked ends the work at the next chunk. */
static void a_waiting_signal_interrupts(void **state)
{
	struct tree *tree = *state;
	struct prealloc_range range = range_of(map(4 * MIB), 4 * MIB, 1);
	struct err err = ERR_INIT;
	sigset_t set, before;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	raise(SIGTERM);
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), -EINTR);
	assert_non_null(strstr(err.message, "failed after 0 MiB: Interrupted system call"));
	sigwait(&set, &number);
	assert_int_equal(memory_prealloc(&range, 1, tree->fd, &err), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	munmap(range.host, 4 * MIB);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_of_threads),
		WITH_TREE(ranges_are_present_afterwards),
		WITH_TREE(too_little_memory_is_known_before),
		WITH_TREE(ranges_on_one_node_add_up),
		WITH_TREE(too_few_huge_pages_are_known_before),
		WITH_TREE(a_failure_names_node_and_amount),
		WITH_TREE(cpus_that_were_asked_for),
		WITH_TREE(a_waiting_signal_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
