/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers placement.h: whose cpuset.mems is what, CPUs of threads by the order of their sources, sizes
 * that overflow, advice (small, near, fast nodes; the same twice), and that a plan of the largest
 * host and domain is instant. Whole placements are golden cases.
 */
#include <time.h>

#include "../domain/read.h"
#include "host/topology.h"
#include "plan/placement.h"

#define TWO_CELLS                                                                            \
	"<vcpu>4</vcpu><cpu><numa><cell cpus='0-1' memory='1' unit='GiB'/><cell cpus='2-3' " \
	"memory='1' unit='GiB'/></numa></cpu>"
#define FOUR_NODES "pack:4 [numa(memory=64GiB)] core:4 pu:1"

static struct host_facts *host_of(const char *text)
{
	struct host_facts *facts = NULL;
	struct err err = ERR_INIT;

	if (host_topology_from_synthetic(text, &facts, &err) < 0)
		fail_msg("%s", err.message);
	return facts;
}

static struct placement *place(const struct domain_spec *domain, const struct host_facts *facts)
{
	struct placement *placement = NULL;
	struct err err = ERR_INIT;

	if (placement_build(domain, facts, NULL, &placement, &err) < 0)
		fail_msg("%s", err.message);
	return placement;
}

static void assert_set(const struct idset *set, const char *text)
{
	char buf[256];

	idset_format(set, buf, sizeof(buf));
	assert_string_equal(buf, text);
}

static void assert_mems(const char *numatune, const char *domain_mems, const char *emulator,
			const char *vcpu_0, const char *vcpu_3)
{
	AUTO_STRBUF text = STRBUF_INIT;
	AUTO(host_facts) facts = host_of(FOUR_NODES);
	AUTO(domain_spec) domain = NULL;
	AUTO(placement) placement = NULL;

	strbuf_addf(&text, "%s<numatune>%s</numatune>", TWO_CELLS, numatune);
	domain = read_inside(strbuf_text(&text));
	placement = place(domain, facts);
	assert_set(&placement->domain_mems, domain_mems);
	assert_set(&placement->emulator_mems, emulator);
	assert_int_equal(placement->n_vcpus, 4);
	assert_set(&placement->vcpu_mems[0], vcpu_0);
	assert_set(&placement->vcpu_mems[3], vcpu_3);
}

static void mems_are_the_union_where_there_is_a_policy(void **state)
{
	(void)state;
	assert_mems("<memory mode='strict' nodeset='0'/><memnode cellid='1' nodeset='3'/>", "0,3",
		    "0,3", "0,3", "0,3");
	assert_mems("<memory mode='strict' nodeset='0'/>"
		    "<memnode cellid='1' mode='preferred' nodeset='3'/>",
		    "0,3", "0,3", "0,3", "0,3");
}

static void mems_are_the_cells_where_only_the_cgroup_keeps(void **state)
{
	(void)state;
	assert_mems("<memory mode='restrictive' nodeset='0'/>"
		    "<memnode cellid='1' mode='restrictive' nodeset='3'/>",
		    "0,3", "0", "0", "3");
	assert_mems("<memory mode='strict' migratable='yes' nodeset='0-1'/>"
		    "<memnode cellid='1' nodeset='2-3'/>",
		    "0-3", "0-1", "0-1", "2-3");
}

static void mems_are_not_written_for_soft_policies(void **state)
{
	(void)state;
	assert_mems("<memory mode='preferred' nodeset='0'/>"
		    "<memnode cellid='1' mode='strict' nodeset='3'/>",
		    "", "", "", "");
	assert_mems("<memory mode='interleave' nodeset='0-1'/>", "", "", "", "");
	assert_mems("<memnode cellid='1' mode='strict' nodeset='3'/>", "", "", "", "");
	assert_mems("", "", "", "", "");
}

static void device_nodes_are_in_the_union(void **state)
{
	AUTO(host_facts) facts = host_of(FOUR_NODES);
	AUTO(domain_spec)
	domain = read_inside(
		"<maxMemory slots='2' unit='GiB'>8</maxMemory>" TWO_CELLS
		"<numatune><memory mode='strict' nodeset='0'/></numatune><devices>"
		"<memory model='dimm'><source><nodemask>2</nodemask></source><target>"
		"<size unit='KiB'>1048577</size><node>1</node></target></memory></devices>");
	AUTO(placement) placement = place(domain, facts);

	(void)state;
	assert_set(&placement->domain_mems, "0,2");
	assert_set(&placement->vcpu_mems[2], "0,2");
	assert_int_equal(placement->n_devices, 1);
	assert_set(&placement->devices[0].nodes, "2");
	assert_int_equal(placement->devices[0].policy, SPEC_POLICY_BIND);
	/* Modules are multiples of 2 MiB. */
	assert_int_equal(placement->devices[0].size_bytes, GIB + 2 * MIB);
}

static void cpus_by_the_order_of_their_sources(void **state)
{
	AUTO(host_facts) facts = host_of(FOUR_NODES);
	AUTO(domain_spec)
	domain = read_inside("<vcpu cpuset='4-7'>2</vcpu><iothreads>2</iothreads><cputune>"
			     "<vcpupin vcpu='1' cpuset='9'/><emulatorpin cpuset='1'/>"
			     "<iothreadpin iothread='2' cpuset='3'/></cputune>");
	AUTO(domain_spec) plain = read_inside("<iothreads>1</iothreads>");
	AUTO(placement) placement = place(domain, facts);
	AUTO(placement) all = NULL;

	(void)state;
	assert_set(&placement->vcpu_cpus[0], "4-7");
	assert_true(placement->vcpu_pinned[0]);
	assert_set(&placement->vcpu_cpus[1], "9");
	assert_set(&placement->emulator_cpus, "1");
	assert_int_equal(placement->n_iothreads, 2);
	assert_int_equal(placement->iothread_ids[1], 2);
	assert_set(&placement->iothread_cpus[0], "4-7");
	assert_set(&placement->iothread_cpus[1], "3");
	/* Nothing asked for: every online CPU that is not isolated, and no cpuset.cpus. */
	idset_add(&facts->isolated_cpus, 3);
	idset_del(&facts->online_cpus, 15);
	all = place(plain, facts);
	assert_set(&all->vcpu_cpus[0], "0-2,4-14");
	assert_set(&all->emulator_cpus, "0-2,4-14");
	assert_set(&all->iothread_cpus[0], "0-2,4-14");
	assert_false(all->vcpu_pinned[0] || all->emulator_pinned || all->iothread_pinned[0]);
}

static void the_emulator_starts_beside_strict_memory(void **state)
{
	AUTO(host_facts) facts = host_of(FOUR_NODES);
	AUTO(domain_spec)
	one = read_inside("<numatune><memory mode='strict' nodeset='2'/></numatune>");
	AUTO(domain_spec)
	two = read_inside(TWO_CELLS "<numatune><memory mode='strict' nodeset='2'/></numatune>");
	AUTO(placement) a = place(one, facts);
	AUTO(placement) b = place(two, facts);

	(void)state;
	assert_set(&a->emulator_cpus, "8-11");
	assert_set(&a->vcpu_cpus[0], "0-15");
	assert_false(a->emulator_pinned);
	assert_set(&b->emulator_cpus, "0-15");
}

static void iothreads_have_listed_and_lowest_ids(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<iothreads>4</iothreads><iothreadids><iothread id='4000000000'/>"
			     "<iothread id='2'/></iothreadids>");
	AUTO(placement) placement = place(domain, NULL);

	(void)state;
	assert_int_equal(placement->n_iothreads, 4);
	assert_int_equal(placement->iothread_ids[0], 1);
	assert_int_equal(placement->iothread_ids[1], 2);
	assert_int_equal(placement->iothread_ids[2], 3);
	assert_int_equal(placement->iothread_ids[3], 4000000000u);
}

static void assert_overflow(struct domain_spec *domain, const char *message)
{
	struct placement *placement = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(placement_build(domain, NULL, NULL, &placement, &err), -EOVERFLOW);
	assert_string_equal(err.message, message);
	assert_null(placement);
}

static void sizes_that_overflow(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<maxMemory slots='2' unit='GiB'>8</maxMemory>" TWO_CELLS
			     "<devices><memory model='dimm'><target><size unit='GiB'>1</size>"
			     "<node>1</node></target></memory></devices>");
	AUTO(domain_spec) plain = read_inside("");
	const int64_t largest = INT64_MAX & ~INT64_C(1023);

	(void)state;
	domain->devices.memories[0].target.size_bytes.value = largest;
	assert_overflow(domain, "internal error: size of memory module '0' overflowed after "
				"alignment");
	domain->cpu.numa.cells[1].memory_bytes.value = largest;
	assert_overflow(domain, "internal error: memory size of NUMA node '1' overflowed after "
				"alignment");
	domain->max_memory.size_bytes.value = largest;
	assert_overflow(domain, "internal error: maximum memory size overflowed after alignment");
	plain->memory.size_bytes.value = largest;
	assert_overflow(plain, "internal error: initial memory size overflowed after alignment");
}

static void cells_are_aligned(void **state)
{
	AUTO(domain_spec) domain = read_inside("");
	AUTO(placement) placement = NULL;

	(void)state;
	domain->memory.size_bytes.value = 5 * (int64_t)MIB + 1024;
	placement = place(domain, NULL);
	assert_false(placement->has_cells);
	assert_int_equal(placement->n_cells, 1);
	assert_int_equal(placement->cells[0].size_bytes, 6 * MIB);
	assert_int_equal(placement->cells[0].enforcer, PLACEMENT_ANYWHERE);
}

/* ---- advice ---------------------------------------------------------------------------------- */

static void assert_advice(const struct host_facts *facts, unsigned int gib, unsigned int vcpus,
			  const char *nodes)
{
	AUTO(domain_spec) domain = read_inside("<vcpu placement='auto'>1</vcpu>");
	AUTO(placement) placement = NULL;
	AUTO(placement) again = NULL;

	domain->memory.size_bytes.value = gib * (int64_t)GIB;
	domain->vcpu.count.value = vcpus;
	placement = place(domain, facts);
	assert_set(&placement->advice, nodes);
	assert_true(idset_equal(&placement->cells[0].nodes, &placement->advice));
	assert_true(placement->n_notes > 0);
	assert_non_null(strstr(placement->notes[0], "placement='auto'"));
	again = place(domain, facts);
	assert_true(idset_equal(&placement->advice, &again->advice));
}

static void advice_is_the_fewest_nodes_with_room(void **state)
{
	AUTO(host_facts) facts = host_of(FOUR_NODES);

	(void)state;
	facts->has_free = true;
	for (size_t i = 0; i < 4; i++)
		facts->node[i].available_bytes = (10 + 10 * i) * GIB; /* 10, 20, 30, 40 */
	assert_advice(facts, 8, 2, "3");
	assert_advice(facts, 39, 4, "3");
	assert_advice(facts, 60, 4, "2-3");
	assert_advice(facts, 8, 8, "2-3");
	assert_advice(facts, 99, 4, "0-3");
	/* More vCPUs than CPUs: all CPUs are what can be had. */
	assert_advice(facts, 1, 100, "0-3");
}

static void advice_is_near(void **state)
{
	/* Distances pair 0 with 2 and 1 with 3. */
	static const uint8_t distances[] = { 10, 30, 12, 30, 30, 10, 30, 12,
					     12, 30, 10, 30, 30, 12, 30, 10 };
	AUTO(host_facts) facts = host_of(FOUR_NODES);

	(void)state;
	facts->distances = malloc(sizeof(distances));
	memcpy(facts->distances, distances, sizeof(distances));
	assert_advice(facts, 100, 2, "0,2");
	facts->has_free = true;
	for (size_t i = 0; i < 4; i++)
		facts->node[i].available_bytes = 60 * GIB;
	facts->node[2].available_bytes = 30 * GIB;
	assert_advice(facts, 100, 2, "1,3");
	/* Two far nodes beat three near ones. */
	facts->node[3].available_bytes = 30 * GIB;
	assert_advice(facts, 100, 2, "0-1");
}

static void slow_nodes_come_last(void **state)
{
	AUTO(host_facts) facts = host_of(FOUR_NODES);

	(void)state;
	facts->node[2].cpus = facts->node[3].cpus = IDSET_EMPTY;
	facts->node[3].memory_bytes = 1024 * GIB;
	assert_advice(facts, 60, 2, "0");
	assert_advice(facts, 100, 2, "0-1");
	/* Equally far: the larger one. */
	assert_advice(facts, 150, 2, "0-1,3");
	assert_advice(facts, 400, 2, "0-1,3");
	/* Nothing is enough: everything. */
	assert_advice(facts, 4000, 2, "0-3");
}

/* Nodes as bits; all of the 6 have 4 CPUs. Memory of a set, and the sum of its distances. */
static uint64_t bytes_of(const struct host_facts *facts, unsigned int set)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < facts->n_nodes; i++)
		if (set >> i & 1)
			sum += facts->node[i].available_bytes;
	return sum;
}

static unsigned int distance_of(const struct host_facts *facts, unsigned int set)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < facts->n_nodes; i++)
		for (size_t j = 0; j < facts->n_nodes; j++)
			if (i != j && (set >> i & 1) && (set >> j & 1))
				sum += facts->distances[i * facts->n_nodes + j];
	return sum;
}

/* The best of all sets: the fewest nodes, then the nearest. */
static unsigned int best_set(const struct host_facts *facts, uint64_t bytes, unsigned int vcpus)
{
	unsigned int best = 0;

	for (unsigned int set = 1; set < 1u << facts->n_nodes; set++) {
		int count = __builtin_popcount(set), best_count = __builtin_popcount(best);

		if (bytes_of(facts, set) < bytes || (unsigned int)count * 4 < vcpus)
			continue;
		if (!best || count < best_count ||
		    (count == best_count && distance_of(facts, set) < distance_of(facts, best)))
			best = set;
	}
	return best;
}

static unsigned int advised_set(const struct host_facts *facts, uint64_t bytes, unsigned int vcpus)
{
	AUTO(domain_spec) domain = read_inside("<vcpu placement='auto'>1</vcpu>");
	AUTO(placement) placement = NULL;

	domain->memory.size_bytes.value = (int64_t)bytes;
	domain->vcpu.count.value = vcpus;
	placement = place(domain, facts);
	return (unsigned int)placement->advice.words[0];
}

static unsigned int next_random(unsigned int *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16 & 0x7fff;
}

static void advice_is_as_good_as_the_best_of_all_sets(void **state)
{
	AUTO(host_facts) facts = host_of("pack:6 [numa(memory=64GiB)] core:4 pu:1");
	unsigned int random = 1, n_more = 0;

	(void)state;
	facts->has_free = true;
	facts->distances = malloc(36);
	for (int round = 0; round < 2000; round++) {
		uint64_t bytes = (1 + next_random(&random) % 150) * GIB;
		unsigned int vcpus = 1 + next_random(&random) % 12, best, is;

		for (size_t i = 0; i < 6; i++) {
			facts->node[i].available_bytes = next_random(&random) % 64 * GIB;
			for (size_t j = 0; j <= i; j++)
				facts->distances[i * 6 + j] = facts->distances[j * 6 + i] =
					(uint8_t)(i == j ? 10 : 12 + next_random(&random) % 4 * 6);
		}
		/* With the VMM and page tables, as in placement_advice.c. */
		best = best_set(facts, bytes + bytes / 256 + 64 * MIB, vcpus);
		if (!best)
			continue;
		is = advised_set(facts, bytes, vcpus);
		assert_true(bytes_of(facts, is) >= bytes);
		assert_true(__builtin_popcount(is) * 4u >= vcpus);
		if (__builtin_popcount(best) <= 2) {
			assert_int_equal(__builtin_popcount(is), __builtin_popcount(best));
			assert_int_equal(distance_of(facts, is), distance_of(facts, best));
		}
		n_more += __builtin_popcount(is) > __builtin_popcount(best);
	}
	/* The search is greedy: sets of three and more may have one node too many. */
	print_message("%u of 2000 sets are larger than they need be\n", n_more);
	assert_true(n_more < 20);
}

/* ---- speed ----------------------------------------------------------------------------------- */

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct domain_spec *big_domain(bool automatic)
{
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_addf(&text, "<vcpu%s>1024</vcpu>", automatic ? " placement='auto'" : "");
	strbuf_addf(&text, "<cpu><numa>");
	for (int i = 0; i < 64; i++)
		strbuf_addf(&text, "<cell cpus='%d-%d' memory='8' unit='GiB'/>", i * 16,
			    i * 16 + 15);
	strbuf_addf(&text, "</numa></cpu>");
	if (!automatic) {
		strbuf_addf(&text, "<numatune><memory mode='restrictive' nodeset='0-63'/>");
		for (int i = 0; i < 64; i++)
			strbuf_addf(&text, "<memnode cellid='%d' mode='restrictive' nodeset='%d'/>",
				    i, i);
		strbuf_addf(&text, "</numatune><cputune>");
		for (int i = 0; i < 1024; i++)
			strbuf_addf(&text, "<vcpupin vcpu='%d' cpuset='%d-%d'/>", i, i / 16 * 64,
				    i / 16 * 64 + 63);
		strbuf_addf(&text, "</cputune>");
	}
	return read_inside(strbuf_text(&text));
}

/*
 * A few milliseconds are meant (5 on a slow machine); the limit is generous because the machine that
 * runs the tests may be busy, and it may be instrumented.
 */
static void the_largest_is_instant(void **state)
{
	AUTO(host_facts) facts = host_of("pack:64 [numa(memory=64GiB)] core:64 pu:1");

	(void)state;
	facts->distances = malloc(64 * 64);
	for (int i = 0; i < 64 * 64; i++)
		facts->distances[i] = (uint8_t)(i / 64 == i % 64 ? 10 : 12 + (i / 64 ^ i % 64));
	facts->has_free = true;
	for (size_t i = 0; i < 64; i++)
		facts->node[i].available_bytes = (40 + i % 7) * GIB;
	for (int automatic = 0; automatic < 2; automatic++) {
		AUTO(domain_spec) domain = big_domain(automatic);
		double start = now_ms(), took;
		AUTO(placement) placement = place(domain, facts);
		AUTO_STRBUF text = STRBUF_INIT;

		placement_format(placement, domain, facts, &text);
		took = now_ms() - start;
		assert_false(text.failed);
		print_message("%s: %.1f ms\n", automatic ? "auto" : "restrictive", took);
		assert_true(took < 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mems_are_the_union_where_there_is_a_policy),
		cmocka_unit_test(mems_are_the_cells_where_only_the_cgroup_keeps),
		cmocka_unit_test(mems_are_not_written_for_soft_policies),
		cmocka_unit_test(device_nodes_are_in_the_union),
		cmocka_unit_test(cpus_by_the_order_of_their_sources),
		cmocka_unit_test(the_emulator_starts_beside_strict_memory),
		cmocka_unit_test(iothreads_have_listed_and_lowest_ids),
		cmocka_unit_test(sizes_that_overflow),
		cmocka_unit_test(cells_are_aligned),
		cmocka_unit_test(advice_is_the_fewest_nodes_with_room),
		cmocka_unit_test(advice_is_near),
		cmocka_unit_test(slow_nodes_come_last),
		cmocka_unit_test(advice_is_as_good_as_the_best_of_all_sets),
		cmocka_unit_test(the_largest_is_instant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
