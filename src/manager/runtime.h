/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runtime directories: one for each running domain, locked by its supervisor.
 *
 *	RUNTIME/.lock		held for moments, while an id is taken or definitions change
 *	RUNTIME/.next-id
 *	RUNTIME/.ended/NAME	why the domain ended last: "STATE REASON"
 *	RUNTIME/NAME/		flock()ed by the supervisor
 *		state.json, domain.xml, qmp.sock, control.sock, serialN.sock
 *
 * A directory that nobody locks is left over. Whoever finds one takes the lock, kills what state.json
 * names (by pid and start time), removes the cgroup, and then the directory: in this order, so that
 * there is never a process or a group that no directory leads to.
 *
 * Threads: any; locks are between processes.
 */
#ifndef TERRACE_MANAGER_RUNTIME_H
#define TERRACE_MANAGER_RUNTIME_H

#include "base/err.h"
#include "manager/dirs.h"
#include "manager/process.h"

/* state.json */
struct runtime_state {
	char *name;
	char uuid[37];
	int id;
	enum manager_state state;
	char reason[32];
	struct process supervisor, vmm;
};
void runtime_state_fini(struct runtime_state *state);
#define AUTO_RUNTIME_STATE(name) \
	__attribute__((cleanup(runtime_state_fini))) struct runtime_state name = { 0 }

int runtime_state_write(const char *dir, const struct runtime_state *state, struct err *err)
	__attribute__((warn_unused_result));
/* -ENOENT: none yet. */
int runtime_state_read(const char *dir, struct runtime_state *ret_state, struct err *err)
	__attribute__((warn_unused_result));

/* RUNTIME/.lock; close the descriptor to unlock. */
int runtime_lock_all(const struct manager *manager, struct err *err)
	__attribute__((warn_unused_result));

/* The next id, never given twice while RUNTIME lives. */
int runtime_id_new(const struct manager *manager, struct err *err)
	__attribute__((warn_unused_result));

/*
 * Makes and locks RUNTIME/NAME, after cleaning up what an earlier owner left. Returns the locked
 * descriptor. -EBUSY: "Requested operation is not valid: domain is already running".
 */
int runtime_dir_take(const struct manager *manager, const char *name, struct err *err)
	__attribute__((warn_unused_result));

/*
 * The state of RUNTIME/NAME if somebody holds it; -ESRCH if not, and then what was left over is
 * cleaned up.
 */
int runtime_dir_look(const struct manager *manager, const char *name,
		     struct runtime_state *ret_state, struct err *err)
	__attribute__((warn_unused_result));

/* Kills, removes group and files. The caller holds the lock. */
int runtime_dir_clean(const struct manager *manager, const char *name, struct err *err)
	__attribute__((warn_unused_result));

void runtime_ended_write(const struct manager *manager, const char *name, enum manager_state state,
			 const char *reason);
/* SHUTOFF, "unknown" when nothing is known. */
void runtime_ended_read(const struct manager *manager, const char *name,
			enum manager_state *ret_state, char *reason, size_t reason_size);
void runtime_ended_forget(const struct manager *manager, const char *name);

#endif
