/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers kvm/cpuid.h: the guest's topology replaces the host's in leaves 1, 4, 0xb, 0x1f,
 * 0x80000008 and 0x8000001e; leaf 0xb appears where the host has none; everything else is passed
 * through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "vmm/kvm/cpuid.h"

#define INTEL_EBX 0x756e6547u
#define AMD_EBX	  0x68747541u

struct table {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entries[16];
};

static void add(struct table *t, uint32_t function, uint32_t index, uint32_t eax, uint32_t ebx)
{
	bool indexed = function == 4 || function == 0xb || function == 0x1f || function == 7;

	t->entries[t->head.nent++] = (struct kvm_cpuid_entry2){
		.function = function,
		.index = index,
		.flags = indexed ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0,
		.eax = eax,
		.ebx = ebx,
	};
}

static struct table host_table(uint32_t vendor)
{
	struct table t = { 0 };

	add(&t, 0, 0, vendor == INTEL_EBX ? 0x1f : 0xd, vendor);
	add(&t, 1, 0, 0x806f8, 0x07100800);
	add(&t, 4, 0, 0x1c004121, 1); /* L1, the host's sharing */
	add(&t, 4, 1, 0x1c03c163, 1); /* L3 */
	add(&t, 7, 0, 2, 0x12345678);
	add(&t, 0x1f, 0, 9, 99);
	add(&t, 0x80000008, 0, 0x302e, 0);
	add(&t, 0x8000001e, 0, 77, 77);
	return t;
}

static struct kvm_cpuid2 *build(struct table *t, struct spec_smp smp, unsigned int vcpu)
{
	struct kvm_cpuid2 *cpuid = NULL;

	assert_int_equal(cpuid_build(&t->head, &smp, vcpu, true, &cpuid, NULL), 0);
	return cpuid;
}

static void leaf_1_names_the_vcpu(void **state)
{
	struct table t = host_table(INTEL_EBX);
	struct spec_smp smp = { 6, 6, 2, 1, 3, 1 };
	autofree struct kvm_cpuid2 *cpuid = build(&t, smp, 4); /* socket 1, core 1: id 0b101 */
	struct kvm_cpuid_entry2 *e = cpuid_find(cpuid, 1, 0);

	(void)state;
	assert_int_equal(e->ebx >> 24, 5);
	assert_int_equal(e->ebx >> 16 & 0xff, 4); /* 3 cores rounded up to a power of two */
	assert_int_equal(e->ebx & 0xffff, 0x0800);
	assert_true(e->ecx & 1u << 31);
	assert_true(e->ecx & 1u << 21);
	assert_true(e->edx & 1u << 28);
}

static void extended_topology_is_added_where_the_host_has_none(void **state)
{
	struct table t = host_table(AMD_EBX);
	struct spec_smp smp = { 8, 8, 2, 1, 2, 2 };
	autofree struct kvm_cpuid2 *cpuid = build(&t, smp, 7);
	struct kvm_cpuid_entry2 *threads = cpuid_find(cpuid, 0xb, 0);
	struct kvm_cpuid_entry2 *cores = cpuid_find(cpuid, 0xb, 1);
	struct kvm_cpuid_entry2 *end = cpuid_find(cpuid, 0xb, 2);

	(void)state;
	assert_non_null(threads);
	assert_int_equal(threads->eax, 1);
	assert_int_equal(threads->ebx, 2);
	assert_int_equal(threads->ecx, 0x100);
	assert_int_equal(threads->edx, 7);
	assert_int_equal(cores->eax, 2);
	assert_int_equal(cores->ebx, 4);
	assert_int_equal(cores->ecx, 0x201);
	assert_int_equal(end->ecx >> 8, 0);
	assert_true(cpuid_find(cpuid, 0, 0)->eax >= 0xb);
}

static void dies_are_described_on_intel_only(void **state)
{
	struct table intel = host_table(INTEL_EBX), amd = host_table(AMD_EBX);
	struct spec_smp smp = { 8, 8, 1, 2, 4, 1 };
	autofree struct kvm_cpuid2 *on_intel = build(&intel, smp, 5);
	autofree struct kvm_cpuid2 *on_amd = build(&amd, smp, 5);

	(void)state;
	assert_int_equal(cpuid_find(on_intel, 0x1f, 1)->eax, 2);
	assert_int_equal(cpuid_find(on_intel, 0x1f, 2)->ecx, 0x502);
	assert_int_equal(cpuid_find(on_intel, 0x1f, 2)->eax, 3);
	assert_null(cpuid_find(on_amd, 0x1f, 0));
	assert_int_equal(cpuid_find(on_amd, 0x8000001e, 0)->ecx, 0x101);
}

static void host_levels_do_not_shine_through(void **state)
{
	struct table t = host_table(INTEL_EBX);
	struct spec_smp smp = { 1, 1, 1, 1, 1, 1 };
	autofree struct kvm_cpuid2 *cpuid = build(&t, smp, 0);

	(void)state;
	assert_null(cpuid_find(cpuid, 0x1f, 0));
	assert_false(cpuid_find(cpuid, 1, 0)->edx & 1u << 28);
	assert_int_equal(cpuid_find(cpuid, 4, 0)->eax >> 14, 0);
	assert_int_equal(cpuid_find(cpuid, 0x8000001e, 0)->eax, 0);
}

static void caches_are_shared_by_the_guests_cores(void **state)
{
	struct table t = host_table(INTEL_EBX);
	struct spec_smp smp = { 8, 8, 1, 1, 4, 2 };
	autofree struct kvm_cpuid2 *cpuid = build(&t, smp, 0);

	(void)state;
	assert_int_equal(cpuid_find(cpuid, 4, 0)->eax >> 14 & 0xfff, 1); /* L1: two threads */
	assert_int_equal(cpuid_find(cpuid, 4, 1)->eax >> 14 & 0xfff, 7); /* L3: all eight */
	assert_int_equal(cpuid_find(cpuid, 4, 0)->eax >> 26, 3);	 /* four cores */
	assert_int_equal(cpuid_find(cpuid, 0x80000008, 0)->ecx, 3u << 12 | 7);
}

static void other_leaves_pass_through(void **state)
{
	struct table t = host_table(INTEL_EBX);
	struct spec_smp smp = { 4, 4, 4, 1, 1, 1 };
	autofree struct kvm_cpuid2 *cpuid = build(&t, smp, 3);

	(void)state;
	assert_int_equal(cpuid_find(cpuid, 7, 0)->ebx, 0x12345678);
	assert_int_equal(cpuid_phys_bits(cpuid), 0x2e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_1_names_the_vcpu),
		cmocka_unit_test(extended_topology_is_added_where_the_host_has_none),
		cmocka_unit_test(dies_are_described_on_intel_only),
		cmocka_unit_test(host_levels_do_not_shine_through),
		cmocka_unit_test(caches_are_shared_by_the_guests_cores),
		cmocka_unit_test(other_leaves_pass_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
