/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One KVM virtual machine: /dev/kvm, the VM's file descriptor, the in-kernel interrupt controllers
 * and timer, and the memslots.
 *
 * Source of every rule: the kernel's Documentation/virt/kvm/api.rst, by ioctl name.
 *
 * Threads: opened and closed by the main thread. kvm_vm_irq() may be called by any thread.
 * Memslots are changed by the main thread only; KVM itself makes each change atomic for vCPUs.
 */
#ifndef TERRACE_VMM_KVM_VM_H
#define TERRACE_VMM_KVM_VM_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "vmm/memory/gpa.h"

/* What a reset puts the in-kernel devices back to: their state right after creation. */
struct kvm_irqchips {
	struct kvm_irqchip pic_master, pic_slave, ioapic;
	struct kvm_pit_state2 pit;
};

struct kvm_vm {
	int dev_fd; /* /dev/kvm */
	int vm_fd;
	uint32_t run_size_bytes; /* of struct kvm_run and what follows it */
	uint32_t max_vcpus;
	uint32_t recommended_vcpus;
	uint32_t max_memslots;
	bool has_tsc_deadline;
	struct kvm_cpuid2 *supported; /* KVM_GET_SUPPORTED_CPUID */
	struct kvm_irqchips initial;
	uint64_t *slots_used; /* bitmap of max_memslots */
	uint32_t n_slots_used;
};

/*
 * Opens /dev/kvm and creates a VM with in-kernel PIC, IOAPIC, local APICs and PIT.
 * ERR_HOST: no /dev/kvm, no permission, or a capability that Terrace needs is missing.
 */
int kvm_vm_open(struct kvm_vm *ret_vm, struct err *err) __attribute__((warn_unused_result));
/* Accepts a zeroed or half-built struct. */
void kvm_vm_close(struct kvm_vm *vm);

/*
 * Can a Linux guest run at a useful speed? Without hardware virtualisation (SVM or VMX) under it,
 * KVM runs bare-metal test guests but a distribution kernel does not reach init in minutes.
 */
bool kvm_has_hardware(void);

/* Sets the level of a GSI. Any thread. */
void kvm_vm_irq(const struct kvm_vm *vm, unsigned int gsi, bool level);

/* Puts PIC, IOAPIC and PIT back to their state at creation. vCPUs must be paused. */
int kvm_vm_reset(struct kvm_vm *vm, struct err *err);

/*
 * Makes [start, start + size_bytes) guest RAM backed by host memory at host, in one new memslot.
 * Both addresses and the size are page aligned. -ENOSPC when no slot number is free.
 */
int kvm_memslot_add(struct kvm_vm *vm, gpa_t start, uint64_t size_bytes, void *host,
		    uint32_t *ret_slot, struct err *err);
int kvm_memslot_remove(struct kvm_vm *vm, uint32_t slot, struct err *err);

#endif
