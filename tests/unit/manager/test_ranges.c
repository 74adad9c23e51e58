/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers ranges.h and process.h: a backend's memory is found by name and in
 * QEMU's text; pages that are where they may be are no strays; a process is not taken for another with its pid.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/populate.h"
#include "manager/process.h"
#include "manager/ranges.h"

#define SIZE_BYTES (2 * MIB)

/* memfd and file names are shown on every kernel; names of anonymous memory not. */
static void *map_named(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	void *memory;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, SIZE_BYTES), 0);
	memory = mmap(NULL, SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static void a_backend_is_found_by_its_whole_name(void **state)
{
	void *one = map_named("terrace:ram-node1"), *ten = map_named("terrace:ram-node10");
	struct ranges ranges;

	(void)state;
	assert_int_equal(ranges_find_named(getpid(), "ram-node1", &ranges, NULL), 0);
	assert_int_equal(ranges.n, 1);
	assert_int_equal(ranges.pieces[0].start, (uintptr_t)one);
	assert_int_equal(ranges.pieces[0].size_bytes, SIZE_BYTES);
	assert_int_equal(ranges_find_named(getpid(), "ram-node10", &ranges, NULL), 0);
	assert_int_equal(ranges.pieces[0].start, (uintptr_t)ten);
	assert_int_equal(ranges_find_named(getpid(), "ram-node2", &ranges, NULL), -ENOENT);
	munmap(one, SIZE_BYTES);
	munmap(ten, SIZE_BYTES);
}

static void pieces_of_one_mapping_are_one_range(void **state)
{
	char *memory = map_named("terrace:cut");
	struct ranges ranges;

	(void)state;
	assert_int_equal(madvise(memory + MIB, 4096, MADV_DONTFORK), 0);
	assert_int_equal(ranges_find_named(getpid(), "cut", &ranges, NULL), 0);
	assert_int_equal(ranges.n, 1);
	assert_int_equal(ranges.pieces[0].size_bytes, SIZE_BYTES);
	munmap(memory, SIZE_BYTES);
}

/* As QEMU 10.0.2 answers x-query-ramblock. */
static const char ramblocks[] =
	"              Block Name    PSize              Offset               Used"
	"              Total                HVA  RO\n"
	"               ram-node1    4 KiB  0x000000000c000000 0x000000000c200000"
	" 0x000000000c200000 0x00007f2f3be00000 rw\n"
	"      /objects/ram-node0    4 KiB  0x0000000000000000 0x000000000c000000"
	" 0x000000000c000000 0x00007f2f47e00000 rw\n";

static void qemu_says_where_a_block_is(void **state)
{
	struct ranges ranges;

	(void)state;
	assert_int_equal(ranges_find_in_ramblocks(ramblocks, "ram-node1", &ranges, NULL), 0);
	assert_int_equal(ranges.pieces[0].start, UINT64_C(0x7f2f3be00000));
	assert_int_equal(ranges.pieces[0].size_bytes, UINT64_C(0xc200000));
	assert_int_equal(ranges_find_in_ramblocks(ramblocks, "ram-node0", &ranges, NULL), 0);
	assert_int_equal(ranges.pieces[0].start, UINT64_C(0x7f2f47e00000));
	assert_int_equal(ranges_find_in_ramblocks(ramblocks, "ram-node", &ranges, NULL), -ENOENT);
	assert_int_equal(ranges_find_in_ramblocks("", "ram-node0", &ranges, NULL), -ENOENT);
}

static void pages_on_other_nodes_are_strays(void **state)
{
	void *memory = map_named("terrace:here");
	struct idset here = IDSET_EMPTY, elsewhere = IDSET_EMPTY;
	struct ranges ranges;
	uint64_t pages;

	(void)state;
	if (access("/proc/self/numa_maps", R_OK) < 0)
		skip();
	memset(memory, 1, SIZE_BYTES);
	idset_add_range(&here, 0, 1023);
	idset_add(&elsewhere, 1023);
	assert_int_equal(ranges_find_named(getpid(), "here", &ranges, NULL), 0);
	assert_int_equal(ranges_count_strays(getpid(), &ranges, &here, &pages, NULL), 0);
	assert_int_equal(pages, 0);
	assert_int_equal(ranges_count_strays(getpid(), &ranges, &elsewhere, &pages, NULL), 0);
	assert_int_equal(pages, SIZE_BYTES / 4096);
	/* A node that is not there takes none: all of them stay, and that is told. */
	assert_int_equal(ranges_move_strays(getpid(), &ranges, &elsewhere, INT64_MAX, &pages, NULL),
			 0);
	assert_int_equal(pages, SIZE_BYTES / 4096);
	munmap(memory, SIZE_BYTES);
}

static void a_process_is_more_than_its_pid(void **state)
{
	struct process process, other;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		for (;;)
			pause();
	assert_int_equal(process_identify(pid, &process), 0);
	assert_true(process_is_alive(&process));
	other = process;
	other.start_ticks++;
	assert_false(process_is_alive(&other));
	/* Not that one: it is not killed. */
	assert_int_equal(process_kill(&other, 1000, NULL), 0);
	assert_true(process_is_alive(&process));
	assert_int_equal(process_kill(&process, 5000, NULL), 0);
	assert_false(process_is_alive(&process));
	waitpid(pid, NULL, 0);
	assert_int_equal(process_kill(&process, 1000, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backend_is_found_by_its_whole_name),
		cmocka_unit_test(pieces_of_one_mapping_are_one_range),
		cmocka_unit_test(qemu_says_where_a_block_is),
		cmocka_unit_test(pages_on_other_nodes_are_strays),
		cmocka_unit_test(a_process_is_more_than_its_pid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
