/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual machine, from its description to its end.
 *
 *	vmm_open(spec, &vmm, err)	everything exists, nothing runs
 *	vmm_run(vmm)			returns when the machine has ended
 *	vmm_close(vmm)			nothing is left
 *
 * Threads: main thread.
 */
#ifndef TERRACE_VMM_VMM_H
#define TERRACE_VMM_VMM_H

#include "base/cleanup.h"
#include "base/err.h"
#include "spec/spec.h"

struct vmm;

/*
 * Makes the machine: checks the host, plans, maps and places memory, creates vCPUs and devices,
 * loads the kernel, opens the monitors. spec must be complete and is borrowed. On failure everything
 * is undone.
 */
int vmm_open(const struct vm_spec *spec, struct vmm **ret_vmm, struct err *err)
	__attribute__((warn_unused_result));

/* Runs until power-off, quit or a signal; returns the exit status of the program. */
int vmm_run(struct vmm *vmm);

void vmm_close(struct vmm *vmm);
CLEANUP_DEFINE(vmm, vmm_close)

#endif
