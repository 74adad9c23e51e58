/* SPDX-License-Identifier: Apache-2.0 */
/* CPUID with the guest's topology: see cpuid.h. */
#include "vmm/kvm/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/util.h"

/* Room for the leaves that we add where the host has none: 0xb and 0x1f with their end markers. */
#define EXTRA_ENTRIES 8u

/* Level types of leaf 0xb and 0x1f, ECX 15:8. */
enum {
	LEVEL_END = 0,
	LEVEL_THREAD = 1,
	LEVEL_CORE = 2,
	LEVEL_DIE = 5, /* 0x1f only */
};

/* How many APIC id bits each level takes, and how many CPUs lie below it. */
struct topology {
	struct spec_vcpu_place place;
	unsigned int thread_bits, core_bits, die_bits;
	uint32_t threads_per_core, threads_per_die, threads_per_socket;
};

static unsigned int bits_for(uint32_t count)
{
	unsigned int bits = 0;

	while ((UINT32_C(1) << bits) < count)
		bits++;
	return bits;
}

static struct topology topology_of(const struct spec_smp *smp, unsigned int vcpu)
{
	return (struct topology){
		.place = spec_vcpu_place(smp, vcpu),
		.thread_bits = bits_for(smp->threads),
		.core_bits = bits_for(smp->cores),
		.die_bits = bits_for(smp->dies),
		.threads_per_core = smp->threads,
		.threads_per_die = smp->threads * smp->cores,
		.threads_per_socket = smp->threads * smp->cores * smp->dies,
	};
}

struct kvm_cpuid_entry2 *cpuid_find(struct kvm_cpuid2 *cpuid, uint32_t function, uint32_t index)
{
	for (uint32_t i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		if (e->function == function &&
		    (!(e->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) || e->index == index))
			return e;
	}
	return NULL;
}

unsigned int cpuid_phys_bits(const struct kvm_cpuid2 *cpuid)
{
	const struct kvm_cpuid_entry2 *e = cpuid_find((struct kvm_cpuid2 *)cpuid, 0x80000008, 0);

	return e ? e->eax & 0xff : 36; /* SDM: 36 where the leaf is absent */
}

static void drop_leaf(struct kvm_cpuid2 *cpuid, uint32_t function)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function != function)
			cpuid->entries[kept++] = cpuid->entries[i];
	cpuid->nent = kept;
}

static void add_level(struct kvm_cpuid2 *cpuid, uint32_t function, uint32_t *index,
		      unsigned int type, unsigned int shift, uint32_t count, uint32_t apic_id)
{
	cpuid->entries[cpuid->nent++] = (struct kvm_cpuid_entry2){
		.function = function,
		.index = *index,
		.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
		.eax = shift, /* bits to shift the APIC id right to reach the next level */
		.ebx = count,
		.ecx = *index | type << 8,
		.edx = apic_id,
	};
	(*index)++;
}

/* Leaf 0xb names threads and cores, 0x1f dies as well; a package is what lies above the last. */
static void set_extended_topology(struct kvm_cpuid2 *cpuid, const struct topology *t, bool dies)
{
	uint32_t function = dies ? 0x1f : 0xb;
	unsigned int core_shift = t->thread_bits + t->core_bits;
	uint32_t index = 0, id = t->place.apic_id;

	drop_leaf(cpuid, function);
	add_level(cpuid, function, &index, LEVEL_THREAD, t->thread_bits, t->threads_per_core, id);
	if (dies) {
		add_level(cpuid, function, &index, LEVEL_CORE, core_shift, t->threads_per_die, id);
		add_level(cpuid, function, &index, LEVEL_DIE, core_shift + t->die_bits,
			  t->threads_per_socket, id);
	} else {
		add_level(cpuid, function, &index, LEVEL_CORE, core_shift + t->die_bits,
			  t->threads_per_socket, id);
	}
	add_level(cpuid, function, &index, LEVEL_END, 0, 0, id);
}

static void set_leaf_1(struct kvm_cpuid_entry2 *e, const struct topology *t, bool tsc_deadline)
{
	uint32_t id_space = UINT32_C(1) << (t->thread_bits + t->core_bits + t->die_bits);

	e->ebx = (e->ebx & 0xffff) | (MIN(id_space, 255u) << 16) | (t->place.apic_id & 0xff) << 24;
	e->ecx |= 1u << 31; /* hypervisor present */
	e->ecx |= 1u << 21; /* x2APIC: in-kernel, so always there */
	if (tsc_deadline)
		e->ecx |= 1u << 24;
	if (t->threads_per_socket > 1)
		e->edx |= 1u << 28; /* HTT: EBX 23:16 is valid */
	else
		e->edx &= ~(1u << 28);
}

/* Deterministic cache parameters: who shares each cache, in APIC id space minus one. */
static void set_leaf_4(struct kvm_cpuid_entry2 *e, const struct topology *t)
{
	uint32_t cores = UINT32_C(1) << (t->core_bits + t->die_bits);
	uint32_t level = e->eax >> 5 & 7;
	uint32_t sharing = UINT32_C(1)
			   << (level >= 3 ? t->thread_bits + t->core_bits : t->thread_bits);

	if (!(e->eax & 0x1f)) /* no more caches */
		return;
	e->eax = (e->eax & 0x3fff) | MIN(sharing - 1, 0xfffu) << 14 | MIN(cores - 1, 63u) << 26;
}

static void set_leaf_8000001d(struct kvm_cpuid_entry2 *e, const struct topology *t)
{
	uint32_t level = e->eax >> 5 & 7;
	uint32_t sharing = level >= 3 ? t->threads_per_die : t->threads_per_core;

	if (!(e->eax & 0x1f))
		return;
	e->eax = (e->eax & ~(0xfffu << 14)) | MIN(sharing - 1, 0xfffu) << 14;
}

static void set_leaf_8000001e(struct kvm_cpuid_entry2 *e, const struct topology *t)
{
	uint32_t core_id = t->place.apic_id >> t->thread_bits;
	uint32_t dies = t->threads_per_socket / t->threads_per_die;

	e->eax = t->place.apic_id;
	e->ebx = (t->threads_per_core - 1) << 8 | (core_id & 0xff);
	e->ecx = (dies - 1) << 8 | ((t->place.socket * dies + t->place.die) & 0xff);
	e->edx = 0;
}

static void set_leaf(struct kvm_cpuid_entry2 *e, const struct topology *t, bool tsc_deadline)
{
	switch (e->function) {
	case 1:
		set_leaf_1(e, t, tsc_deadline);
		break;
	case 4:
		set_leaf_4(e, t);
		break;
	case 0x80000001: /* AMD: CmpLegacy says that leaf 1's count is of cores */
		if (t->threads_per_socket > 1 && t->threads_per_core == 1)
			e->ecx |= 1u << 1;
		else
			e->ecx &= ~(1u << 1);
		break;
	case 0x80000008: /* AMD: ECX 7:0 threads - 1, 15:12 size of the core part of the APIC id */
		e->ecx = (e->ecx & ~0xf0ffu) | MIN(t->threads_per_socket - 1, 255u) |
			 (t->thread_bits + t->core_bits + t->die_bits) << 12;
		break;
	case 0x8000001d:
		set_leaf_8000001d(e, t);
		break;
	case 0x8000001e:
		set_leaf_8000001e(e, t);
		break;
	}
}

static bool is_intel(struct kvm_cpuid2 *cpuid)
{
	const struct kvm_cpuid_entry2 *e = cpuid_find(cpuid, 0, 0);

	return e && e->ebx == 0x756e6547; /* "Genu" */
}

int cpuid_build(const struct kvm_cpuid2 *supported, const struct spec_smp *smp, unsigned int vcpu,
		bool tsc_deadline, struct kvm_cpuid2 **ret_cpuid, struct err *err)
{
	struct topology t = topology_of(smp, vcpu);
	size_t n = supported->nent + EXTRA_ENTRIES;
	struct kvm_cpuid2 *cpuid = calloc(1, sizeof(*cpuid) + n * sizeof(cpuid->entries[0]));
	struct kvm_cpuid_entry2 *basic;
	bool use_1f;

	if (!cpuid)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	memcpy(cpuid, supported, sizeof(*cpuid) + supported->nent * sizeof(cpuid->entries[0]));
	for (uint32_t i = 0; i < cpuid->nent; i++)
		set_leaf(&cpuid->entries[i], &t, tsc_deadline);
	/*
	 * 0x1f exists on Intel only, and is preferred by guests where it is: it must go when we do
	 * not describe dies, or the guest would see the host's levels in it.
	 */
	use_1f = smp->dies > 1 && is_intel(cpuid);
	drop_leaf(cpuid, 0x1f);
	set_extended_topology(cpuid, &t, false);
	if (use_1f)
		set_extended_topology(cpuid, &t, true);
	basic = cpuid_find(cpuid, 0, 0);
	if (basic)
		basic->eax = MAX(basic->eax, use_1f ? 0x1fu : 0xbu);
	*ret_cpuid = cpuid;
	return 0;
}
