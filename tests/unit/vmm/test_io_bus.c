/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io_bus.h: an access finds its range; unanswered ones read all ones of their size; overlap is
 * refused and names both; removal; values are cut to the access size.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "vmm/devices/io_bus.h"

struct probe {
	uint64_t last_offset, last_value;
	unsigned int n_writes;
};

static uint64_t probe_read(void *device, uint64_t offset, unsigned int size)
{
	struct probe *probe = device;

	(void)size;
	probe->last_offset = offset;
	return 0x1122334455667788;
}

static void probe_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct probe *probe = device;

	(void)size;
	probe->last_offset = offset;
	probe->last_value = value;
	probe->n_writes++;
}

static const struct io_ops probe_ops = { probe_read, probe_write };

static void access_finds_its_range(void **state)
{
	AUTO(io_bus) bus = io_bus_new();
	struct probe probes[20] = { 0 };
	uint64_t value;

	(void)state;
	/* Added from the middle outwards: the order of registration does not matter. */
	for (unsigned int i = 0; i < 20; i++) {
		unsigned int k = i % 2 ? 10 + i / 2 : 9 - i / 2;

		assert_int_equal(
			io_bus_add(bus, "probe", 0x100 + k * 0x10, 8, &probe_ops, &probes[k], NULL),
			0);
	}
	for (unsigned int k = 0; k < 20; k++) {
		assert_true(io_bus_read(bus, 0x100 + k * 0x10 + 3, 1, &value));
		assert_int_equal(probes[k].last_offset, 3);
		assert_int_equal(value, 0x88);
		assert_true(io_bus_write(bus, 0x100 + k * 0x10 + 4, 2, 0xabcd1234));
		assert_int_equal(probes[k].last_value, 0x1234);
		assert_int_equal(probes[k].n_writes, 1);
	}
}

static void unanswered_reads_are_all_ones(void **state)
{
	AUTO(io_bus) bus = io_bus_new();
	struct probe probe = { 0 };
	uint64_t value = 0;

	(void)state;
	assert_int_equal(io_bus_add(bus, "probe", 0x100, 4, &probe_ops, &probe, NULL), 0);
	assert_false(io_bus_read(bus, 0xff, 1, &value));
	assert_int_equal(value, 0xff);
	assert_false(io_bus_read(bus, 0x104, 2, &value));
	assert_int_equal(value, 0xffff);
	assert_false(io_bus_read(bus, 0x102, 4, &value)); /* crosses the end */
	assert_int_equal(value, 0xffffffff);
	assert_false(io_bus_read(bus, UINT64_MAX - 3, 8, &value));
	assert_true(value == UINT64_MAX);
	assert_false(io_bus_write(bus, 0x103, 2, 1));
	assert_int_equal(probe.n_writes, 0);
}

static void overlap_is_refused(void **state)
{
	AUTO(io_bus) bus = io_bus_new();
	struct probe probe = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(io_bus_add(bus, "first", 0x100, 0x10, &probe_ops, &probe, NULL), 0);
	assert_int_equal(io_bus_add(bus, "last", 0x200, 0x10, &probe_ops, &probe, NULL), 0);
	assert_int_equal(io_bus_add(bus, "new", 0x10f, 1, &probe_ops, &probe, &err), -EEXIST);
	assert_string_equal(err.message, "new at 0x10f overlaps first at 0x100");
	assert_int_equal(io_bus_add(bus, "new", 0x1ff, 2, &probe_ops, &probe, &err), -EEXIST);
	assert_string_equal(err.message, "new at 0x1ff overlaps last at 0x200");
	assert_int_equal(io_bus_add(bus, "new", 0x0, 0x1000, &probe_ops, &probe, &err), -EEXIST);
	assert_int_equal(io_bus_add(bus, "new", 0x110, 0xf0, &probe_ops, &probe, &err), 0);
	assert_int_equal(io_bus_add(bus, "none", 0x300, 0, &probe_ops, &probe, &err), -EINVAL);
	assert_int_equal(io_bus_add(bus, "wraps", UINT64_MAX, 2, &probe_ops, &probe, &err),
			 -EINVAL);
}

static void removed_range_answers_no_more(void **state)
{
	AUTO(io_bus) bus = io_bus_new();
	struct probe probe = { 0 };
	uint64_t value;

	(void)state;
	assert_int_equal(io_bus_add(bus, "probe", 0x100, 4, &probe_ops, &probe, NULL), 0);
	assert_true(io_bus_read(bus, 0x100, 1, &value));
	assert_int_equal(io_bus_remove(bus, 0x101), -ENOENT);
	assert_int_equal(io_bus_remove(bus, 0x100), 0);
	assert_false(io_bus_read(bus, 0x100, 1, &value));
	assert_int_equal(io_bus_remove(bus, 0x100), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(access_finds_its_range),
		cmocka_unit_test(unanswered_reads_are_all_ones),
		cmocka_unit_test(overlap_is_refused),
		cmocka_unit_test(removed_range_answers_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
