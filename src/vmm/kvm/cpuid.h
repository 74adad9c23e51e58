/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPUID leaves that one vCPU sees: what KVM supports on this host, with the topology that the
 * command line asks for written over the host's.
 *
 * Pure: works on the table that KVM_GET_SUPPORTED_CPUID returned. Sources: Intel SDM volume 2,
 * CPUID (leaves 1, 4, 0xb, 0x1f); AMD APM volume 3, appendix E (0x80000008, 0x8000001d/1e); the
 * kernel's Documentation/virt/kvm/x86/cpuid.rst (0x40000000, 0x40000001).
 */
#ifndef TERRACE_VMM_KVM_CPUID_H
#define TERRACE_VMM_KVM_CPUID_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"

/*
 * Returns a new table (free()) for the vCPU with the given index.
 * -ENOMEM only.
 */
int cpuid_build(const struct kvm_cpuid2 *supported, const struct spec_smp *smp, unsigned int vcpu,
		bool tsc_deadline, struct kvm_cpuid2 **ret_cpuid, struct err *err);

/* The entry of a leaf (and subleaf, where the leaf has them), or NULL. */
struct kvm_cpuid_entry2 *cpuid_find(struct kvm_cpuid2 *cpuid, uint32_t function, uint32_t index);

/* Guest physical address bits that the table announces (leaf 0x80000008, EAX 7:0); 36 if absent. */
unsigned int cpuid_phys_bits(const struct kvm_cpuid2 *cpuid);

#endif
