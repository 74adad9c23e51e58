/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor: one process per running domain.
 *
 * It locks the runtime directory, makes the cgroup, starts the VMM paused, learns its threads over
 * QMP, puts them where the placement says, populates, sets the balloon, continues; then it answers
 * commands on control.sock (one JSON object a line, answers {"return": ...} or {"error": {"class",
 * "desc"}}) and waits for the end, which it records, and removes everything.
 *
 * state.json in the runtime directory is written atomically on every change and holds what
 * manager_list() needs: name, uuid, id, state, reason, and pid and start time of supervisor and VMM.
 *
 * The command "info" answers:
 *
 *	{"name", "uuid", "id", "state", "reason", "persistent", "emulator", "supervisor-pid", "vmm-pid",
 *	 "cgroup": path or "", "memory-max-kib", "memory-kib", "started": seconds since 1970,
 *	 "cpu-time-ns", "vcpus-max",
 *	 "vcpus": [{"vcpu", "thread-id", "cell", "cpus": "0-3", "cpu": now on, "cpu-time-ns", "state"}],
 *	 "iothreads": [{"iothread", "thread-id", "cpus"}], "emulator-cpus": "0-3",
 *	 "numatune": {"mode", "nodeset", "memnodes": [{"cell", "mode", "nodeset"}]} or absent,
 *	 "memtune": {"hard-limit-kib", "soft-limit-kib", "swap-hard-limit-kib", "min-guarantee-kib"} (-1: none),
 *	 "used-kib": of the cgroup}
 *
 * How it does that is in supervisor.c (life), launch.c (start), populate.c and audit.c (pages), numatune.c.
 *
 * Threads: the process has one, and short-lived children.
 */
#ifndef TERRACE_MANAGER_SUPERVISOR_H
#define TERRACE_MANAGER_SUPERVISOR_H

#include "base/err.h"
#include "manager/manager.h"

#endif
