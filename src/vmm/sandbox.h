/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -sandbox on: takes system calls away from the program that a KVM machine never needs, so that
 * somebody who has taken it over from inside the guest gets less far. The groups are QEMU's.
 *
 *	always		calls that change the whole host (reboot, mount, modules, swap, kexec, port access)
 *	obsolete	calls that no program of today uses			(denied unless =allow)
 *	elevateprivileges=deny	changing user, group or process group
 *	spawn=deny	fork, vfork, exec, and clone that makes a process
 *	resourcecontrol=deny	affinity, scheduling class, priority
 *
 * A denied call kills the process (SIGSYS), but resourcecontrol's, which return EPERM, and clone3 under
 * spawn=deny, which returns ENOSYS: its flags are behind a pointer that a filter cannot follow, and
 * the C library then uses clone. Calls of other ABIs (i386, x32) kill always. With any sandbox,
 * programs with the set-user-id bit gain nothing (PR_SET_NO_NEW_PRIVS, which a filter needs).
 *
 * Threads: the filter holds for all threads of the process, those that exist and those to come.
 */
#ifndef TERRACE_VMM_SANDBOX_H
#define TERRACE_VMM_SANDBOX_H

#include "base/err.h"
#include "spec/spec.h"

/* Once set-up is over. There is no way back. No-op when !sandbox->enable. The errno of seccomp(2). */
int sandbox_enter(const struct spec_sandbox *sandbox, struct err *err);

#endif
