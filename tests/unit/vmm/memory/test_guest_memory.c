/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers guest_memory.h: what is not wholly inside is refused and nothing is touched; accesses span
 * adjacent ranges; overlaps, empty and wrapping ranges are refused; removal by exact start; after
 * remove returned nobody uses the range (threads); files are read straight into the guest.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/util.h"
#include "vmm/memory/guest_memory.h"

static void access_inside_one_range(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	unsigned char host[64] = { 0 }, out[8];

	(void)state;
	assert_int_equal(guest_memory_add(mem, gpa(0x1000), sizeof(host), host, NULL), 0);
	assert_int_equal(guest_memory_write(mem, gpa(0x1004), "abcdefg", 8), 0);
	assert_string_equal((char *)host + 4, "abcdefg");
	assert_int_equal(guest_memory_read(mem, gpa(0x1006), out, 6), 0);
	assert_string_equal((char *)out, "cdefg");
	assert_int_equal(guest_memory_zero(mem, gpa(0x1004), 3), 0);
	assert_int_equal(host[6], 0);
	assert_int_equal(host[7], 'd');
}

static void outside_is_refused_and_untouched(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	unsigned char low[16] = { 0 }, high[16] = { 0 }, zero[16] = { 0 };
	static const struct {
		uint64_t start, size_bytes;
	} rows[] = {
		{ 0xff0, 16 },	    /* before */
		{ 0xff8, 16 },	    /* starts before */
		{ 0x1008, 9 },	    /* ends one byte behind */
		{ 0x1008, 0x1010 }, /* over the gap, both ends inside */
		{ 0x1010, 1 },	    /* in the gap */
		{ 0x200f, 2 },	    /* behind all */
		{ UINT64_MAX, 1 },  { UINT64_MAX, 2 }, { 0x1000, UINT64_MAX },
	};

	(void)state;
	assert_int_equal(guest_memory_add(mem, gpa(0x1000), sizeof(low), low, NULL), 0);
	assert_int_equal(guest_memory_add(mem, gpa(0x2000), sizeof(high), high, NULL), 0);
	memset(low, 1, sizeof(low));
	memset(high, 1, sizeof(high));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(guest_memory_zero(mem, gpa(rows[i].start), rows[i].size_bytes),
				 -EFAULT);
	assert_int_equal(guest_memory_write(mem, gpa(0x1008), zero, 16), -EFAULT);
	assert_int_equal(guest_memory_read(mem, gpa(0x1008), zero, 16), -EFAULT);
	for (size_t i = 0; i < sizeof(low); i++) {
		assert_int_equal(low[i], 1);
		assert_int_equal(high[i], 1);
		assert_int_equal(zero[i], 0);
	}
}

static void accesses_span_adjacent_ranges(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	char a[4], b[4], c[4], out[13] = "";

	(void)state;
	/* Added out of order: the list is kept sorted. */
	assert_int_equal(guest_memory_add(mem, gpa(0x1008), 4, c, NULL), 0);
	assert_int_equal(guest_memory_add(mem, gpa(0x1000), 4, a, NULL), 0);
	assert_int_equal(guest_memory_add(mem, gpa(0x1004), 4, b, NULL), 0);
	assert_int_equal(guest_memory_write(mem, gpa(0x1000), "abcdefghijkl", 12), 0);
	assert_memory_equal(a, "abcd", 4);
	assert_memory_equal(b, "efgh", 4);
	assert_memory_equal(c, "ijkl", 4);
	assert_int_equal(guest_memory_read(mem, gpa(0x1002), out, 9), 0);
	assert_string_equal(out, "cdefghijk");
}

static void bad_ranges_are_refused(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	char host[0x100];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(guest_memory_add(mem, gpa(0x1000), 0x100, host, NULL), 0);
	assert_int_equal(guest_memory_add(mem, gpa(0x2000), 0, host, NULL), -EINVAL);
	assert_int_equal(guest_memory_add(mem, gpa(UINT64_MAX), 2, host, NULL), -EINVAL);
	assert_int_equal(guest_memory_add(mem, gpa(0x10ff), 1, host, &err), -EEXIST);
	assert_string_equal(err.message, "guest memory at 0x10ff overlaps the range at 0x1000");
	assert_int_equal(guest_memory_add(mem, gpa(0xfff), 2, host, NULL), -EEXIST);
	assert_int_equal(guest_memory_add(mem, gpa(0), 0x10000, host, NULL), -EEXIST);
	assert_int_equal(guest_memory_add(mem, gpa(0x1100), 1, host, NULL), 0);
	assert_int_equal(guest_memory_add(mem, gpa(0xfff), 1, host, NULL), 0);
}

static void the_last_byte_of_the_address_space(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	char host[16], out[16];

	(void)state;
	assert_int_equal(guest_memory_add(mem, gpa(UINT64_MAX - 15), 16, host, NULL), 0);
	memset(host, 'x', sizeof(host));
	assert_int_equal(guest_memory_read(mem, gpa(UINT64_MAX), out, 1), 0);
	assert_int_equal(out[0], 'x');
	/* An access does not continue at 0, even when there is memory. */
	assert_int_equal(guest_memory_add(mem, gpa(0), 16, host, NULL), 0);
	assert_int_equal(guest_memory_read(mem, gpa(UINT64_MAX), out, 2), -EFAULT);
}

static void removal_is_by_exact_start(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	char host[32], byte;

	(void)state;
	assert_int_equal(guest_memory_add(mem, gpa(0x1000), 16, host, NULL), 0);
	assert_int_equal(guest_memory_add(mem, gpa(0x1010), 16, host + 16, NULL), 0);
	assert_int_equal(guest_memory_remove(mem, gpa(0x1001)), -ENOENT);
	assert_int_equal(guest_memory_remove(mem, gpa(0x2000)), -ENOENT);
	assert_int_equal(guest_memory_remove(mem, gpa(0x1000)), 0);
	assert_int_equal(guest_memory_remove(mem, gpa(0x1000)), -ENOENT);
	assert_int_equal(guest_memory_read(mem, gpa(0x1000), &byte, 1), -EFAULT);
	assert_int_equal(guest_memory_read(mem, gpa(0x1010), &byte, 1), 0);
}

static void many_ranges_are_all_found(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	static unsigned char host[512][4];
	unsigned char byte;

	(void)state;
	for (unsigned int i = 0; i < 512; i++) {
		unsigned int at = i * 73 % 512; /* 73 and 512 share no factor: every value once */

		memset(host[at], (int)(at & 0xff), sizeof(host[at]));
		assert_int_equal(
			guest_memory_add(mem, gpa(UINT64_C(0x100) * at), 4, host[at], NULL), 0);
	}
	for (unsigned int i = 0; i < 512; i++) {
		assert_int_equal(guest_memory_read(mem, gpa(UINT64_C(0x100) * i + 3), &byte, 1), 0);
		assert_int_equal(byte, i & 0xff);
		assert_int_equal(guest_memory_read(mem, gpa(UINT64_C(0x100) * i + 4), &byte, 1),
				 -EFAULT);
	}
}

#define PAGE 4096u

struct shared {
	struct guest_memory *mem;
	atomic_bool stop;
	atomic_uint reads;
};

static void *reader(void *opaque)
{
	struct shared *shared = opaque;
	char buf[64];

	while (!atomic_load(&shared->stop)) {
		int ret = guest_memory_read(shared->mem, gpa(0x1000), buf, sizeof(buf));

		if (ret && ret != -EFAULT)
			return (void *)1;
		atomic_fetch_add(&shared->reads, 1);
	}
	return NULL;
}

/* A reader that used a removed range would touch a page that is gone, and die. */
static void removed_means_no_longer_used(void **state)
{
	struct shared shared = { .mem = guest_memory_new() };
	pthread_t threads[3];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader, &shared), 0);
	for (int round = 0; round < 2000 || atomic_load(&shared.reads) < 1000; round++) {
		void *host = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);

		assert_ptr_not_equal(host, MAP_FAILED);
		assert_int_equal(guest_memory_add(shared.mem, gpa(0x1000), PAGE, host, NULL), 0);
		assert_int_equal(guest_memory_remove(shared.mem, gpa(0x1000)), 0);
		assert_int_equal(munmap(host, PAGE), 0);
	}
	atomic_store(&shared.stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	guest_memory_free(shared.mem);
}

static void files_are_read_into_the_guest(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	char a[4] = { 0 }, b[8] = { 0 };
	FILE *file = tmpfile();
	int fd = fileno(file);

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	assert_int_equal(guest_memory_add(mem, gpa(0x1000), sizeof(a), a, NULL), 0);
	assert_int_equal(guest_memory_add(mem, gpa(0x1004), sizeof(b), b, NULL), 0);
	assert_int_equal(guest_memory_read_file(mem, gpa(0x1002), fd, 3, 6), 0);
	assert_memory_equal(a,
			    "\0\0"
			    "34",
			    4);
	assert_memory_equal(b, "5678\0\0\0", 8);
	assert_int_equal(guest_memory_read_file(mem, gpa(0x1000), fd, 5, 6), -EIO);
	assert_int_equal(guest_memory_read_file(mem, gpa(0x1008), fd, 0, 5), -EFAULT);
	assert_int_equal(guest_memory_read_file(mem, gpa(0x1000), fd, UINT64_MAX, 4), -EINVAL);
	assert_int_equal(guest_memory_read_file(mem, gpa(0x1000), -1, 0, 4), -EBADF);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(access_inside_one_range),
		cmocka_unit_test(outside_is_refused_and_untouched),
		cmocka_unit_test(accesses_span_adjacent_ranges),
		cmocka_unit_test(bad_ranges_are_refused),
		cmocka_unit_test(the_last_byte_of_the_address_space),
		cmocka_unit_test(removal_is_by_exact_start),
		cmocka_unit_test(many_ranges_are_all_found),
		cmocka_unit_test(removed_means_no_longer_used),
		cmocka_unit_test(files_are_read_into_the_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
