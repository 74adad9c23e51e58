/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One virtual CPU: its KVM file descriptor, its registers at reset and at Linux entry.
 *
 * Knows nothing of threads; vcpu_set.h runs vCPUs.
 * Threads: while a vCPU is in KVM_RUN, other threads must not call anything here for it.
 */
#ifndef TERRACE_VMM_KVM_VCPU_H
#define TERRACE_VMM_KVM_VCPU_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"
#include "vmm/boot/boot.h"
#include "vmm/kvm/vm.h"

struct vcpu {
	unsigned int index;
	uint32_t apic_id;
	int fd;
	struct kvm_run *run; /* run_size_bytes long */
	uint32_t run_size_bytes;
	/* State after creation, for resets. */
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_lapic_state lapic;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp_state;
	struct kvm_msrs *msrs;
};

/* Creates the vCPU with its CPUID and remembers its state. */
int vcpu_open(struct kvm_vm *vm, const struct spec_smp *smp, unsigned int index,
	      struct vcpu *ret_vcpu, struct err *err) __attribute__((warn_unused_result));
void vcpu_close(struct vcpu *vcpu);

/* Back to the state after creation: the boot CPU runnable, the others waiting for INIT/SIPI. */
int vcpu_reset(struct vcpu *vcpu, struct err *err);

/* Sets the boot CPU's registers to a kernel's entry protocol. */
int vcpu_set_entry(struct vcpu *vcpu, const struct boot_cpu_state *entry, struct err *err);

#endif
