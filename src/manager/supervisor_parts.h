/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct supervisor as its parts see it: private to supervisor.c (life), launch.c (start), threads.c
 * and populate.c (placing), control.c and the commands.
 *
 * Threads: the supervisor has one.
 */
#ifndef TERRACE_MANAGER_SUPERVISOR_PARTS_H
#define TERRACE_MANAGER_SUPERVISOR_PARTS_H

#include <signal.h>
#include <sys/types.h>
#include <time.h>

#include "manager/argv.h"
#include "manager/dirs.h"
#include "manager/emulator.h"
#include "manager/groups.h"
#include "manager/report.h"
#include "manager/runtime.h"
#include "manager/supervisor.h"
#include "manager/vmm_link.h"
#include "plan/placement.h"

struct control;
struct console;
struct ranges;

/* Long enough for a busy machine, short enough for a person. */
#define SUPERVISOR_CALL_MS 20000

struct supervisor_iothread {
	uint32_t id;
	pid_t tid;
};

/* What the VMM has said about its end. */
enum supervisor_end {
	END_NONE,
	END_SHUTDOWN, /* the guest powered off */
	END_RESET,    /* the guest's reset ended it (-no-reboot) */
	END_PANIC,
	END_DESTROYED, /* we, or a signal */
};

struct supervisor {
	struct manager *manager;
	struct domain_spec *domain; /* as it runs: live changes are in it */
	unsigned int flags;
	struct report *report;
	char *dir;  /* RUNTIME/NAME */
	int dir_fd; /* holds its lock */
	struct runtime_state state;
	time_t started;
	int signal_fd; /* SIGTERM, SIGINT, SIGHUP */
	sigset_t signals_before;
	int owner_pidfd; /* its end destroys the domain; -1 */

	struct host_facts *facts;
	struct emulator *emulator;
	struct placement *placement;
	struct groups groups;
	struct argv argv;

	/* One run of the VMM. */
	struct vmm_watch watch; /* vmm_pidfd -1: none */
	char *log_path;
	off_t log_begin; /* where this run's output begins */
	struct vmm_link *link;
	pid_t *vcpu_tids;
	size_t n_vcpus;
	struct supervisor_iothread *iothreads;
	size_t n_iothreads;
	int64_t run_begin_ms;
	struct ranges *ranges; /* of populate_targets() that only the cgroup keeps; else empty */
	int audit_pidfd;       /* a child; -1: none */
	int64_t audit_begin_ms, audit_due_ms, audit_interval_ms;
	bool is_wide;	 /* the leader's group has nodes of the time before the last change */
	bool guest_runs; /* launched: events change the state */

	enum supervisor_end end;
	bool destroying;       /* whatever the VMM says, it was us */
	bool fake_reboot;      /* the next power-off is a reboot */
	bool leave;	       /* end the loop */
	unsigned int restarts; /* in a row, without a minute of life between them */

	struct control *control;
	struct console *console; /* foreground only */
};

/* ---- supervisor.c ---- */

/*
 * Runs a domain from its start to its end, in this process. domain is borrowed. Returns 0 when it ran
 * (the exit status is then in *ret_status), or the error that kept it from running, told to report
 * as well.
 */
int supervisor_run(struct manager *manager, const struct domain_spec *domain, unsigned int flags,
		   int owner_pidfd, struct report *report, int *ret_status, struct err *err)
	__attribute__((warn_unused_result));

/* Changes state.json; reason NULL: as it is. */
void supervisor_state_set(struct supervisor *s, enum manager_state state, const char *reason);
/* Writes domain.xml. */
int supervisor_xml_write(struct supervisor *s, struct err *err) __attribute__((warn_unused_result));
/* SIGTERM, after timeout_ms SIGKILL; graceful: then an error instead. */
int supervisor_vmm_end(struct supervisor *s, int timeout_ms, bool graceful, struct err *err)
	__attribute__((warn_unused_result));
/* One line in the domain's log. */
void supervisor_log(struct supervisor *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void supervisor_event(void *context, const char *name, const struct json *data);

/* ---- launch.c ---- */

/* From the description to a guest that runs (or is paused). Undo with supervisor_run_fini(). */
int supervisor_launch(struct supervisor *s, struct err *err) __attribute__((warn_unused_result));
/* What belongs to one run of the VMM: kills it, removes the cgroup. */
int supervisor_run_fini(struct supervisor *s, struct err *err) __attribute__((warn_unused_result));

/* ---- spawn.c ---- */

/*
 * Forks the VMM, lets enter() prepare it while it waits (cgroup, affinity), and lets it exec. It dies
 * with this process. -errno of exec is told as such.
 */
struct spawn_request {
	char *const *argv;
	const char *log_path;
	uint64_t memlock_bytes; /* 0: as it is; UINT64_MAX: no limit */
	int (*enter)(void *context, pid_t pid, struct err *err);
	void *context;
};
int spawn_vmm(const struct spawn_request *request, pid_t *ret_pid, int *ret_pidfd, struct err *err)
	__attribute__((warn_unused_result));
/* The last line that was written behind begin; "" when there is none. Returns buf. */
const char *spawn_last_line(const char *log_path, off_t begin, char *buf, size_t buf_size);

/* ---- threads.c ---- */

int threads_learn(struct supervisor *s, struct err *err) __attribute__((warn_unused_result));
/* Groups, affinities, schedulers. */
int threads_place(struct supervisor *s, struct err *err) __attribute__((warn_unused_result));
/* The cell that has the vCPU; 0 for a guest without cells. */
unsigned int threads_cell_of(const struct supervisor *s, unsigned int vcpu);

/* ---- populate.c ---- */

/*
 * Memory of cells that only the cgroup keeps in place: populated there, and strays moved there. Fills
 * s->ranges.
 */
int populate_cells(struct supervisor *s, struct err *err) __attribute__((warn_unused_result));
bool populate_is_ours(const struct placement_memory *memory);
/* Cells, then memory devices. */
size_t populate_targets(const struct supervisor *s);
const struct placement_memory *populate_target(const struct supervisor *s, size_t target);
/* ---- audit.c ---- */

/* Begins to look after the cells of this run; nothing to do for most domains. */
void audit_schedule(struct supervisor *s);
/* Now. s->audit_pidfd is readable when it has ended: audit_ended(). */
int audit_start(struct supervisor *s, struct err *err) __attribute__((warn_unused_result));
void audit_ended(struct supervisor *s);
void audit_stop(struct supervisor *s);
/* For poll(): until the next is due; -1: none. */
int audit_timeout_ms(const struct supervisor *s);
void audit_if_due(struct supervisor *s);

/* ---- numatune.c ---- */

/* The pages of a change are where they can be: narrows the leader's group, if it was widened. */
void numatune_moved(struct supervisor *s);

#endif
