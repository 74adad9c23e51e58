/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vCPUs of a machine and the threads that run them.
 *
 * Threads: vcpu_set_request_pause() may be called by any thread, the vCPU threads included;
 * everything else belongs to the main thread.
 */
#ifndef TERRACE_VMM_KVM_VCPU_SET_H
#define TERRACE_VMM_KVM_VCPU_SET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/devices/io_bus.h"
#include "vmm/kvm/vcpu.h"

struct vcpu_set;

/* What a vCPU cannot handle itself. Called in the vCPU's thread, after a pause was requested. */
enum vcpu_event {
	VCPU_TRIPLE_FAULT,   /* KVM_EXIT_SHUTDOWN: the processor would reset */
	VCPU_INTERNAL_ERROR, /* KVM could not go on; text says why */
};
typedef void (*vcpu_event_fn)(void *opaque, unsigned int vcpu, enum vcpu_event event,
			      const char *text);

/*
 * Creates all vCPUs of smp.cpus and starts their threads, paused. Returns when every thread has its
 * name ("CPU n/KVM") and thread id. The buses are borrowed.
 */
int vcpu_set_open(struct kvm_vm *vm, const struct spec_smp *smp, struct io_bus *pio,
		  struct io_bus *mmio, vcpu_event_fn event, void *opaque, struct vcpu_set **ret_set,
		  struct err *err) __attribute__((warn_unused_result));
/* Pauses, ends and joins the threads. Accepts NULL. */
void vcpu_set_close(struct vcpu_set *set);
CLEANUP_DEFINE(vcpu_set, vcpu_set_close)

unsigned int vcpu_set_count(const struct vcpu_set *set);
pid_t vcpu_set_tid(const struct vcpu_set *set, unsigned int vcpu);

/* Asks all vCPUs to stop before their next guest instruction; does not wait. */
void vcpu_set_request_pause(struct vcpu_set *set);
/* As above, and waits until every vCPU has left the guest and finished its pending access. */
void vcpu_set_pause(struct vcpu_set *set);
void vcpu_set_resume(struct vcpu_set *set);

/* All vCPUs back to their state after creation. The set must be paused. */
int vcpu_set_reset(struct vcpu_set *set, struct err *err);
/* Points the boot CPU at a kernel. The set must be paused and in its state after creation. */
int vcpu_set_set_entry(struct vcpu_set *set, const struct boot_cpu_state *entry, struct err *err);

#endif
