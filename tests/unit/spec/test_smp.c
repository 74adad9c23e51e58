/* SPDX-License-Identifier: Apache-2.0 */
/* Covers spec_smp_complete() and spec_vcpu_place(): defaults, preference, limits, APIC ids. */
#include "make.h"

/* Given (0: not given), then expected. */
static const struct {
	struct spec_smp given, full;
} good[] = {
	/* cpus, maxcpus, sockets, dies, cores, threads */
	{ { 0, 0, 0, 0, 0, 0 }, { 1, 1, 1, 1, 1, 1 } },
	{ { 8, 0, 0, 0, 0, 0 }, { 8, 8, 1, 1, 8, 1 } },
	{ { 0, 8, 0, 0, 0, 0 }, { 8, 8, 1, 1, 8, 1 } },
	{ { 8, 16, 0, 0, 0, 0 }, { 8, 16, 1, 1, 16, 1 } },
	{ { 0, 0, 2, 0, 0, 0 }, { 2, 2, 2, 1, 1, 1 } },
	{ { 0, 0, 0, 0, 4, 0 }, { 4, 4, 1, 1, 4, 1 } },
	{ { 0, 0, 0, 0, 0, 2 }, { 2, 2, 1, 1, 1, 2 } },
	{ { 0, 0, 2, 2, 4, 2 }, { 32, 32, 2, 2, 4, 2 } },
	{ { 8, 0, 2, 0, 0, 0 }, { 8, 8, 2, 1, 4, 1 } },
	{ { 8, 0, 0, 0, 4, 0 }, { 8, 8, 2, 1, 4, 1 } },
	{ { 8, 0, 0, 0, 0, 2 }, { 8, 8, 1, 1, 4, 2 } },
	{ { 8, 0, 2, 0, 2, 0 }, { 8, 8, 2, 1, 2, 2 } },
	{ { 8, 0, 2, 0, 0, 2 }, { 8, 8, 2, 1, 2, 2 } },
	{ { 8, 0, 0, 0, 2, 2 }, { 8, 8, 2, 1, 2, 2 } },
	{ { 8, 0, 0, 2, 0, 0 }, { 8, 8, 1, 2, 4, 1 } },
	{ { 16, 0, 0, 2, 4, 0 }, { 16, 16, 2, 2, 4, 1 } },
	{ { 16, 32, 2, 2, 4, 0 }, { 16, 32, 2, 2, 4, 2 } },
	{ { 4, 128, 2, 1, 64, 1 }, { 4, 128, 2, 1, 64, 1 } },
	{ { 1, 0, 1, 1, 1, 1 }, { 1, 1, 1, 1, 1, 1 } },
	{ { 4096, 0, 0, 0, 0, 0 }, { 4096, 4096, 1, 1, 4096, 1 } },
	{ { 0, 0, 64, 0, 64, 0 }, { 4096, 4096, 64, 1, 64, 1 } },
};

static const struct {
	struct spec_smp given;
	const char *error; /* a part of it */
} bad[] = {
	{ { 8, 0, 3, 0, 0, 0 }, "must match maxcpus: sockets (3)" },
	{ { 4, 0, 3, 1, 1, 1 }, "threads (1) != maxcpus (4)" },
	{ { 8, 0, 2, 0, 4, 2 }, "!= maxcpus (8)" },
	{ { 2, 0, 4, 0, 0, 0 }, "cores (0)" },
	{ { 2, 0, 0, 0, 4, 0 }, "sockets (0)" },
	{ { 2, 0, 2, 0, 2, 0 }, "threads (0)" },
	{ { 8, 4, 0, 0, 0, 0 }, "== maxcpus (4) < smp_cpus (8)" },
	{ { 8, 4, 2, 1, 2, 1 }, "must be equal to or greater than smp" },
	{ { 4097, 0, 0, 0, 0, 0 }, "Invalid SMP CPUs 4097. The max CPUs supported by machine 'q35'" },
	{ { 1, 4097, 0, 0, 0, 0 }, "Invalid SMP CPUs 4097" },
	{ { 0, 0, 65, 0, 64, 0 }, "Invalid SMP CPUs 4160" },
	{ { 0, 0, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX }, "Invalid SMP CPUs" },
	{ { 1, 0, UINT32_MAX, UINT32_MAX, 0, UINT32_MAX }, "must match maxcpus" },
	{ { 1, 0, 0, UINT32_MAX, UINT32_MAX, UINT32_MAX }, "must match maxcpus" },
	{ { 1, 0, UINT32_MAX, UINT32_MAX, UINT32_MAX, 0 }, "must match maxcpus" },
};

static void topologies_are_completed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct spec_smp smp = good[i].given;

		assert_int_equal(spec_smp_complete(&smp, "q35", NULL), 0);
		assert_memory_equal(&smp, &good[i].full, sizeof(smp));
		/* Completing again changes nothing. */
		assert_int_equal(spec_smp_complete(&smp, "q35", NULL), 0);
		assert_memory_equal(&smp, &good[i].full, sizeof(smp));
	}
}

static void bad_topologies_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct spec_smp smp = bad[i].given;
		struct err err = ERR_INIT;

		assert_int_equal(spec_smp_complete(&smp, "q35", &err), -EINVAL);
		assert_non_null(strstr(err.message, bad[i].error));
		assert_memory_equal(&smp, &bad[i].given, sizeof(smp));
	}
}

static void places_follow_the_index(void **state)
{
	/* 2 sockets of 1 die of 3 cores of 2 threads: 3 cores need 2 bits of the APIC id. */
	struct spec_smp smp = { 12, 12, 2, 1, 3, 2 };
	struct spec_vcpu_place place = spec_vcpu_place(&smp, 0);

	(void)state;
	assert_int_equal(place.apic_id, 0);
	place = spec_vcpu_place(&smp, 5);
	assert_int_equal(place.socket, 0);
	assert_int_equal(place.core, 2);
	assert_int_equal(place.thread, 1);
	assert_int_equal(place.apic_id, 5);
	place = spec_vcpu_place(&smp, 6);
	assert_int_equal(place.socket, 1);
	assert_int_equal(place.core, 0);
	assert_int_equal(place.thread, 0);
	assert_int_equal(place.apic_id, 8);
}

static void dies_have_their_own_bits(void **state)
{
	struct spec_smp smp = { 24, 24, 2, 3, 2, 2 };
	struct spec_vcpu_place place = spec_vcpu_place(&smp, 11);

	(void)state;
	assert_int_equal(place.die, 2);
	assert_int_equal(place.core, 1);
	assert_int_equal(place.thread, 1);
	assert_int_equal(place.apic_id, 2 << 2 | 1 << 1 | 1);
	assert_int_equal(spec_vcpu_place(&smp, 12).apic_id, 1 << 4);
}

static void apic_ids_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct spec_smp smp = good[i].full;
		uint32_t last = 0;

		for (unsigned int vcpu = 1; vcpu < smp.maxcpus; vcpu++) {
			uint32_t id = spec_vcpu_place(&smp, vcpu).apic_id;

			assert_true(id > last);
			last = id;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topologies_are_completed),
		cmocka_unit_test(bad_topologies_are_refused),
		cmocka_unit_test(places_follow_the_index),
		cmocka_unit_test(dies_have_their_own_bits),
		cmocka_unit_test(apic_ids_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
