/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers plan.h: the memory map at each size of RAM; cells in order, split at the hole; windows of
 * memory devices and PCI; phys-bits; vCPUs; SRAT entries; slots; what a host lacks; and, for random
 * machines, that every invariant of plan_check() holds. plan_check() finds broken plans.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../argv.h"
#include "base/util.h"
#include "plan/plan.h"

static struct vm_spec *spec_of(const char *words)
{
	struct err err = ERR_INIT;
	struct vm_spec *spec = argv_spec(words, &err);

	if (!spec)
		fail_msg("%s: %s: %s", words, err.subject, err.message);
	return spec;
}

static struct plan *plan_of(const struct vm_spec *spec)
{
	struct err err = ERR_INIT;
	struct plan *plan = NULL;

	if (plan_build(spec, NULL, &plan, &err) < 0 || plan_check(plan, spec, &err) < 0)
		fail_msg("%s: %s", err.subject, err.message);
	return plan;
}

static void assert_region(const struct plan *plan, size_t i, uint64_t start, uint64_t size_bytes,
			  uint64_t offset_bytes, uint32_t cell)
{
	assert_true(i < plan->n_regions);
	assert_int_equal(plan->regions[i].gpa, start);
	assert_int_equal(plan->regions[i].size_bytes, size_bytes);
	assert_int_equal(plan->regions[i].offset_bytes, offset_bytes);
	assert_int_equal(plan->regions[i].cell, cell);
}

static void ram_is_split_from_2816_mib(void **state)
{
	static const struct {
		const char *words;
		uint64_t low, high;
	} rows[] = {
		{ "-m 128", 128 * MIB, 0 },
		{ "-m 2815M", 2815 * MIB, 0 },
		{ "-m 2816M", 2 * GIB, 768 * MIB },
		{ "-m 4G", 2 * GIB, 2 * GIB },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(vm_spec) spec = spec_of(rows[i].words);
		AUTO(plan) plan = plan_of(spec);

		assert_int_equal(plan->ram_low_bytes, rows[i].low);
		assert_int_equal(plan->ram_high_bytes, rows[i].high);
		assert_region(plan, 0, 0, rows[i].low, 0, PLAN_NO_CELL);
		assert_int_equal(plan->n_regions, rows[i].high ? 2 : 1);
		if (rows[i].high)
			assert_region(plan, 1, 4 * GIB, rows[i].high, 2 * GIB, PLAN_NO_CELL);
		assert_int_equal(plan->n_affinities, 0);
	}
}

#define TWO_CELLS                                                         \
	"-m 4G -smp 4 -object memory-backend-ram,id=m0,size=3G -object "  \
	"memory-backend-ram,id=m1,size=1G -numa node,cpus=0-2,memdev=m0 " \
	"-numa node,cpus=3,memdev=m1 "

static void cells_in_order_and_split_at_the_hole(void **state)
{
	AUTO(vm_spec) spec = spec_of(TWO_CELLS);
	AUTO(plan) plan = plan_of(spec);

	(void)state;
	assert_int_equal(plan->n_regions, 3);
	assert_region(plan, 0, 0, 2 * GIB, 0, 0);
	assert_region(plan, 1, 4 * GIB, GIB, 2 * GIB, 0);
	assert_region(plan, 2, 5 * GIB, GIB, 0, 1);
	assert_int_equal(plan->regions[2].backend, 1);
	assert_int_equal(plan->n_slots, 3);
	assert_int_equal(plan->cells[0].size_bytes, 3 * GIB);
	assert_int_equal(plan->vcpus[2].cell, 0);
	assert_int_equal(plan->vcpus[3].cell, 1);
}

static void a_cell_that_ends_at_the_hole_is_not_split(void **state)
{
	AUTO(vm_spec)
	spec = spec_of("-m 4G -smp 2 -object memory-backend-ram,id=a,size=2G -object "
		       "memory-backend-ram,id=b,size=2G -numa node,cpus=0,memdev=a -numa "
		       "node,cpus=1,memdev=b");
	AUTO(plan) plan = plan_of(spec);

	(void)state;
	assert_int_equal(plan->n_regions, 2);
	assert_region(plan, 0, 0, 2 * GIB, 0, 0);
	assert_region(plan, 1, 4 * GIB, 2 * GIB, 0, 1);
}

static void a_cell_without_memory(void **state)
{
	AUTO(vm_spec)
	spec = spec_of("-m 1G -smp 2 -object memory-backend-ram,id=a,size=1G -numa "
		       "node,cpus=0,memdev=a -numa node,cpus=1");
	AUTO(plan) plan = plan_of(spec);

	(void)state;
	assert_int_equal(plan->n_cells, 2);
	assert_int_equal(plan->cells[1].size_bytes, 0);
	assert_true(plan->cells[1].backend == SIZE_MAX);
	assert_int_equal(plan->n_regions, 1);
}

/* The window that QEMU 10.0 has for -m 1G,slots=4,maxmem=16G: 4 GiB, 19 GiB large. */
static void windows_above_the_ram(void **state)
{
	static const struct {
		const char *words;
		uint64_t start, size_bytes, mmio64;
	} rows[] = {
		{ "-m 1G,slots=4,maxmem=16G", 4 * GIB, 19 * GIB, 23 * GIB },
		{ "-m 1G,maxmem=16G", 4 * GIB, 15 * GIB, 19 * GIB },
		{ "-m 3G,slots=1,maxmem=4G", 5 * GIB, 2 * GIB, 7 * GIB },
		/* 772 MiB above 4 GiB: rounded up; maxmem - RAM = 1276 MiB, 1 GiB for the slot. */
		{ "-m 2820M,slots=1,maxmem=4G", 5 * GIB, 2300 * MIB, 8 * GIB },
		{ "-m 1G", 4 * GIB, 0, 4 * GIB },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(vm_spec) spec = spec_of(rows[i].words);
		AUTO(plan) plan = plan_of(spec);

		assert_int_equal(plan->devices.start, rows[i].start);
		assert_int_equal(plan->devices.size_bytes, rows[i].size_bytes);
		assert_int_equal(plan->mmio64.start, rows[i].mmio64);
		assert_int_equal(plan->mmio64.size_bytes, 512 * GIB);
	}
}

static void addresses_end_at_phys_bits(void **state)
{
	AUTO(vm_spec) small = spec_of("-m 4G");
	AUTO(vm_spec) large = spec_of("-m 1G,slots=1,maxmem=70G");
	struct host_facts facts = { .phys_bits = 36 };
	struct err err = ERR_INIT;
	AUTO(plan) plan = NULL;

	(void)state;
	idset_add(&facts.nodes, 0);
	idset_add(&facts.memory_nodes, 0);
	assert_int_equal(plan_build(small, &facts, &plan, NULL), 0);
	assert_int_equal(plan->mmio64.start + plan->mmio64.size_bytes, 64 * GIB);
	assert_int_equal(plan_check(plan, small, NULL), 0);
	plan_free(TAKE_PTR(plan));
	assert_int_equal(plan_build(large, &facts, &plan, &err), -ERANGE);
	assert_string_equal(err.message, "Address space limit 0xfffffffff < 0x12bfffffff "
					 "phys-bits too low (36)");
	assert_null(plan);
	facts.phys_bits = 40;
	assert_int_equal(plan_build(large, &facts, &plan, NULL), 0);
	assert_int_equal(plan_check(plan, large, NULL), 0);
}

static void sizes_that_overflow(void **state)
{
	static const struct {
		uint64_t ram, maxmem;
	} rows[] = {
		{ UINT64_C(1) << 62, 0 },
		{ UINT64_MAX & ~UINT64_C(0xfff), 0 },
		{ GIB, UINT64_MAX & ~UINT64_C(0xfff) },
		{ GIB, UINT64_C(1) << 62 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(vm_spec) spec = spec_of("-m 1G,slots=256,maxmem=2G");
		AUTO(plan) plan = NULL;
		struct err err = ERR_INIT;

		spec->ram_bytes = rows[i].ram;
		spec->maxmem_bytes = rows[i].maxmem;
		for (size_t b = 0; b < spec->n_backends; b++)
			spec->backends[b].size_bytes = rows[i].ram;
		for (size_t c = 0; c < spec->n_cells; c++)
			spec->cells[c].mem_bytes = rows[i].ram;
		assert_int_equal(plan_build(spec, NULL, &plan, &err), -ERANGE);
		assert_non_null(strstr(err.message, "phys-bits too low"));
	}
}

static void assert_affinity(const struct plan *plan, size_t i, uint32_t cell, uint64_t start,
			    uint64_t size_bytes, bool hotplug)
{
	assert_true(i < plan->n_affinities);
	assert_int_equal(plan->affinities[i].cell, cell);
	assert_int_equal(plan->affinities[i].gpa, start);
	assert_int_equal(plan->affinities[i].size_bytes, size_bytes);
	assert_int_equal(plan->affinities[i].hotplug, hotplug);
}

/* The entries that QEMU writes for the same machine. */
static void srat_leaves_out_the_legacy_hole(void **state)
{
	AUTO(vm_spec)
	spec = spec_of(
		"-m 4G,slots=4,maxmem=20G -smp 2 -object memory-backend-ram,id=m0,size=3G -object "
		"memory-backend-ram,id=m1,size=1G -numa node,cpus=0-1,memdev=m0 "
		"-numa node,memdev=m1");
	AUTO(plan) plan = plan_of(spec);

	(void)state;
	assert_int_equal(plan->n_affinities, 5);
	assert_affinity(plan, 0, 0, 0, 0xa0000, false);
	assert_affinity(plan, 1, 0, 0x100000, 0x7ff00000, false);
	assert_affinity(plan, 2, 0, 0x100000000, 0x40000000, false);
	assert_affinity(plan, 3, 1, 0x140000000, 0x40000000, false);
	assert_affinity(plan, 4, 1, 0x180000000, 0x500000000, true);
}

static void memory_devices_alone_want_an_srat(void **state)
{
	AUTO(vm_spec) spec = spec_of("-m 1G,slots=1,maxmem=2G");
	AUTO(plan) plan = plan_of(spec);

	(void)state;
	assert_int_equal(plan->n_affinities, 3);
	assert_affinity(plan, 2, 0, 4 * GIB, 2 * GIB, true);
}

static void vcpus_have_packed_apic_ids(void **state)
{
	AUTO(vm_spec) spec = spec_of("-smp 2,maxcpus=6,sockets=2,cores=3,threads=1");
	AUTO(plan) plan = plan_of(spec);
	static const uint32_t apic_ids[] = { 0, 1, 2, 4, 5, 6 };

	(void)state;
	assert_int_equal(plan->n_vcpus, 6);
	for (uint32_t i = 0; i < 6; i++) {
		assert_int_equal(plan->vcpus[i].apic_id, apic_ids[i]);
		assert_int_equal(plan->vcpus[i].present, i < 2);
	}
}

static void what_the_host_lacks(void **state)
{
	static const struct {
		const char *host_nodes, *nodes, *memory_nodes, *message;
	} rows[] = {
		{ "7", "0-3", "0-3", "host node 7 does not exist; this host has nodes 0-3" },
		{ "0-1", "0", "0", "host node 1 does not exist; this host has node 0" },
		{ "0,2", "0,8", "0,8", "host node 2 does not exist; this host has nodes 0,8" },
		{ "1", "0-1", "0", "no node of host-nodes has memory; nodes with memory: 0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct host_facts facts = { 0 };
		struct err err = ERR_INIT;
		AUTO(plan) plan = NULL;
		AUTO(vm_spec) spec = NULL;
		char words[256];

		snprintf(words, sizeof(words),
			 "-m 1G -object memory-backend-ram,id=m0,size=1G,policy=bind,host-nodes=0 "
			 "-numa node,memdev=m0");
		spec = spec_of(words);
		idset_parse(rows[i].host_nodes, 128, &spec->backends[0].host_nodes, NULL);
		idset_parse(rows[i].nodes, 128, &facts.nodes, NULL);
		idset_parse(rows[i].memory_nodes, 128, &facts.memory_nodes, NULL);
		assert_int_equal(plan_build(spec, &facts, &plan, &err), -EINVAL);
		assert_string_equal(err.subject, "-object memory-backend-ram,id=m0");
		assert_string_equal(err.message, rows[i].message);
		/* An unknown host lacks nothing. */
		assert_int_equal(plan_build(spec, NULL, &plan, NULL), 0);
	}
}

static void memory_that_cannot_be_ram(void **state)
{
	AUTO(vm_spec) spec = spec_of(TWO_CELLS);
	struct plan *plan = NULL;
	struct err err = ERR_INIT;

	(void)state;
	spec->backends[1].readonly = true;
	assert_int_equal(plan_build(spec, NULL, &plan, &err), -EINVAL);
	assert_string_equal(err.message, "read-only memory cannot be the guest's RAM");
	spec->backends[1].readonly = false;
	spec->backends[1].size_bytes = GIB - 4096;
	assert_int_equal(plan_build(spec, NULL, &plan, &err), -EINVAL);
	assert_non_null(strstr(err.message, "is too small for 1073741824 bytes of RAM"));
	spec->backends[1].size_bytes = GIB;
	spec->cells[1].mem_bytes = GIB - 1000;
	assert_int_equal(plan_build(spec, NULL, &plan, &err), -EINVAL);
	assert_non_null(strstr(err.message, "is not a multiple of 4096 bytes"));
	spec->cells[1].mem_bytes = GIB - 4096;
	assert_int_equal(plan_build(spec, NULL, &plan, &err), -EINVAL);
	assert_string_equal(err.message, "total memory for NUMA nodes (0xfffff000) should equal "
					 "RAM size (0x100000000)");
	spec->cells[1].mem_bytes = GIB;
	spec->ram_bytes = 3 * GIB;
	assert_int_equal(plan_build(spec, NULL, &plan, &err), -EINVAL);
	assert_string_equal(err.message, "the cells are larger than the RAM");
	assert_null(plan);
}

/* ---- the checker finds what is wrong ------------------------------------------------------- */

static void overlap_regions(struct plan *plan)
{
	plan->regions[2].gpa -= 4096;
}
static void region_in_ecam(struct plan *plan)
{
	plan->regions[0].size_bytes = 3 * GIB;
}
static void wrong_cell(struct plan *plan)
{
	plan->regions[2].cell = 0;
}
static void leave_backend(struct plan *plan)
{
	plan->regions[2].offset_bytes = 4096;
}
static void share_backend(struct plan *plan)
{
	plan->regions[1].offset_bytes = 0;
}
static void misaligned(struct plan *plan)
{
	plan->regions[2].gpa += 512;
}
static void window_on_ram(struct plan *plan)
{
	plan->devices.start = 4 * GIB;
}
static void missing_slot(struct plan *plan)
{
	plan->n_slots--;
}
static void twice_the_apic_id(struct plan *plan)
{
	plan->vcpus[1].apic_id = 0;
}
static void lost_affinity(struct plan *plan)
{
	plan->n_affinities--;
}

static void the_checker_finds(void **state)
{
	static void (*const damage[])(struct plan *) = {
		overlap_regions, region_in_ecam, wrong_cell,   leave_backend,	  share_backend,
		misaligned,	 window_on_ram,	 missing_slot, twice_the_apic_id, lost_affinity,
	};
	AUTO(vm_spec) spec = spec_of(TWO_CELLS);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		AUTO(plan) plan = plan_of(spec);

		damage[i](plan);
		if (plan_check(plan, spec, NULL) != -EINVAL)
			fail_msg("damage %zu was not found", i);
	}
}

/* ---- random machines ----------------------------------------------------------------------- */

static uint64_t random_state = 0x9e3779b97f4a7c15;

/* xorshift64: the same machines in every run. */
static uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

/* Up to 8 cells of 4 KiB to a few GiB, some empty, memory devices or not. */
static struct vm_spec *random_spec(void)
{
	static const uint64_t units[] = { 8 * KIB, MIB, 100 * MIB, GIB };
	unsigned int n_cells = 1 + (unsigned int)random_below(8), n_cpus = 1 + random_below(9);
	uint64_t ram = 0, sizes[8];
	char words[4096];
	int used;

	for (unsigned int i = 0; i < n_cells; i++) {
		sizes[i] = i && !random_below(4) ? 0
						 : (1 + random_below(20)) * units[random_below(4)];
		ram += sizes[i];
	}
	used = snprintf(words, sizeof(words), "-smp %u,maxcpus=%u -m %" PRIu64 "k", n_cpus,
			n_cpus + (unsigned int)random_below(4), ram / KIB);
	if (random_below(2))
		used += snprintf(words + used, sizeof(words) - (size_t)used,
				 ",slots=%u,maxmem=%" PRIu64 "k",
				 1 + (unsigned int)random_below(255),
				 (ram + GIB * (1 + random_below(4000))) / KIB);
	for (unsigned int i = 0; i < n_cells; i++)
		used += snprintf(words + used, sizeof(words) - (size_t)used,
				 sizes[i] ? " -object memory-backend-ram,id=m%u,size=%" PRIu64
					    "k -numa node,memdev=m%u"
					  : " -numa node",
				 i, sizes[i] / KIB, i);
	return spec_of(words);
}

static void random_machines_keep_every_invariant(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		AUTO(vm_spec) spec = random_spec();
		AUTO(plan) plan = plan_of(spec);

		assert_int_equal(plan->ram_bytes, spec->ram_bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_is_split_from_2816_mib),
		cmocka_unit_test(cells_in_order_and_split_at_the_hole),
		cmocka_unit_test(a_cell_that_ends_at_the_hole_is_not_split),
		cmocka_unit_test(a_cell_without_memory),
		cmocka_unit_test(windows_above_the_ram),
		cmocka_unit_test(addresses_end_at_phys_bits),
		cmocka_unit_test(sizes_that_overflow),
		cmocka_unit_test(srat_leaves_out_the_legacy_hole),
		cmocka_unit_test(memory_devices_alone_want_an_srat),
		cmocka_unit_test(vcpus_have_packed_apic_ids),
		cmocka_unit_test(what_the_host_lacks),
		cmocka_unit_test(memory_that_cannot_be_ram),
		cmocka_unit_test(the_checker_finds),
		cmocka_unit_test(random_machines_keep_every_invariant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
