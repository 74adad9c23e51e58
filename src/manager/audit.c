/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit: pages of a cell that only the cgroup keeps in place, and that are elsewhere, are moved
 * back.
 *
 * Theory of operation
 *
 * Job: memory that was not populated before the guest ran is placed by whoever touches it first, and
 * that may be a vCPU of another cell; kernels before 7 demote out of a cpuset. Nothing but looking
 * finds such pages.
 *
 * Model: a child process reads numa_maps (which nodes, for whole mappings), and only where a mapping
 * has strays asks for single pages and moves them (move_pages(2)). Between two audits lie AUDIT_FIRST_MS
 * at first, twice as much after each that found nothing, and always many times what the last one
 * took, so that it costs a few per cent of one CPU at most.
 *
 * Invariants: at most one child; it dies with us; it touches neither our QMP nor our files but the log.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "manager/ranges.h"
#include "manager/supervisor_parts.h"

#define AUDIT_FIRST_MS 2000
#define AUDIT_LAST_MS  15000
#define AUDIT_REST     30 /* times what it took */
#define MOVE_MAX_MS    INT64_C(3600000)

enum { FOUND_NOTHING, FOUND_STRAYS, FOUND_FAILURE };

static bool is_audited(const struct supervisor *s, size_t target)
{
	return s->ranges && s->ranges[target].n &&
	       populate_target(s, target)->enforcer == PLACEMENT_CPUSET &&
	       !idset_is_empty(&populate_target(s, target)->nodes);
}

static int audit_target(struct supervisor *s, size_t target)
{
	const struct idset *nodes = &populate_target(s, target)->nodes;
	const struct ranges *ranges = &s->ranges[target];
	struct err err = ERR_INIT;
	uint64_t strays = 0, left = 0;
	int ret = ranges_count_strays(s->state.vmm.pid, ranges, nodes, &strays, &err);

	if (ret == 0 && !strays)
		return FOUND_NOTHING;
	if (ret == 0)
		ret = ranges_move_strays(s->state.vmm.pid, ranges, nodes,
					 process_now_ms() + MOVE_MAX_MS, &left, &err);
	if (ret < 0 && process_is_alive(&s->state.vmm))
		supervisor_log(s, "audit: memory %zu: %s", target, err.message);
	if (ret < 0)
		return FOUND_FAILURE;
	if (left)
		supervisor_log(s,
			       "audit: memory %zu: %" PRIu64 " KiB of %" PRIu64
			       " KiB on other nodes could not be moved",
			       target, left * 4, strays * 4);
	return strays > left ? FOUND_STRAYS : FOUND_NOTHING;
}

static void __attribute__((noreturn)) run_child(struct supervisor *s)
{
	int found = FOUND_NOTHING;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != s->state.supervisor.pid)
		_exit(FOUND_FAILURE);
	for (size_t i = 0; i < populate_targets(s); i++)
		if (is_audited(s, i))
			found = MAX(found, audit_target(s, i));
	_exit(found);
}

int audit_start(struct supervisor *s, struct err *err)
{
	pid_t pid;

	audit_stop(s);
	s->audit_begin_ms = process_now_ms();
	pid = fork();
	if (pid == 0)
		run_child(s);
	if (pid > 0)
		s->audit_pidfd = pidfd_open(pid, 0);
	if (s->audit_pidfd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot look after pages");
	return 0;
}

static void reap(struct supervisor *s, siginfo_t *info)
{
	waitid(P_PIDFD, (id_t)s->audit_pidfd, info, WEXITED);
	close(s->audit_pidfd);
	s->audit_pidfd = -1;
}

void audit_stop(struct supervisor *s)
{
	if (s->audit_pidfd < 0)
		return;
	pidfd_send_signal(s->audit_pidfd, SIGKILL, NULL, 0);
	reap(s, &(siginfo_t){ 0 });
}

void audit_schedule(struct supervisor *s)
{
	bool any = false;

	for (size_t i = 0; i < populate_targets(s); i++)
		any |= is_audited(s, i);
	s->audit_interval_ms = AUDIT_FIRST_MS;
	s->audit_due_ms = any ? process_now_ms() + AUDIT_FIRST_MS : INT64_MAX;
}

void audit_ended(struct supervisor *s)
{
	int64_t now = process_now_ms(), rest = (now - s->audit_begin_ms) * AUDIT_REST;
	siginfo_t info = { 0 };

	reap(s, &info);
	if (info.si_code == CLD_EXITED && info.si_status == FOUND_STRAYS)
		s->audit_interval_ms = AUDIT_FIRST_MS;
	else
		s->audit_interval_ms = MIN(s->audit_interval_ms * 2, AUDIT_LAST_MS);
	s->audit_due_ms = now + MAX(s->audit_interval_ms, rest);
	numatune_moved(s);
}

int audit_timeout_ms(const struct supervisor *s)
{
	int64_t left = MAX(s->audit_due_ms - process_now_ms(), 0);

	if (s->audit_pidfd >= 0 || s->audit_due_ms == INT64_MAX)
		return -1;
	return (int)MIN(left, INT32_MAX);
}

void audit_if_due(struct supervisor *s)
{
	struct err err = ERR_INIT;

	if (audit_timeout_ms(s) != 0 || !s->guest_runs)
		return;
	if (audit_start(s, &err) < 0) {
		supervisor_log(s, "%s", err.message);
		s->audit_due_ms = process_now_ms() + AUDIT_LAST_MS;
	}
}
