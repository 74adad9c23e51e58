/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a description to a guest that runs.
 *
 * Theory of operation
 *
 * Order, and why: what can be refused without making anything comes first (placement, emulator,
 * cgroup's powers). Then the cgroup with its nodes; the VMM enters it before it execs, starts paused
 * (-S), and tells its threads over QMP; each is moved into a group that has its nodes already. Memory
 * is populated by threads that are in their cell's group. Only then the guest runs, so that whoever
 * touches a page first may only take it from the right nodes.
 *
 * Every wait ends when the VMM ends, when we are told to end, or when the one who started us is gone:
 * a domain that nobody has heard of is not left behind.
 *
 * Failure: supervisor_run_fini() takes back any part of it. A VMM that ended says why on its last
 * line of output, which becomes the error.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "host/affinity.h"
#include "host/facts.h"
#include "host/sysfs.h"
#include "manager/console.h"
#include "manager/supervisor_parts.h"

#define CONNECT_MS	     60000
#define POPULATE_BYTES_PER_S (32 * MIB) /* the slowest machine that is still waited for */
#define LAST_WORDS_MS	     3000

/* ---- decisions --------------------------------------------------------------------------------- */

static int decide_placement(struct supervisor *s, struct err *err)
{
	autoclose int root_fd = host_root_open(err);
	struct placement_emulator emulator = emulator_placement(s->emulator);
	struct placement *placement;
	int ret;

	if (root_fd < 0)
		return root_fd;
	host_facts_free(s->facts);
	s->facts = NULL;
	ret = host_facts_read(root_fd, &s->facts, err);
	if (ret == 0)
		ret = placement_build(s->domain, s->facts, &emulator, &placement, err);
	if (ret < 0)
		return ret;
	placement_free(s->placement);
	s->placement = placement;
	return 0;
}

static int decide(struct supervisor *s, struct err *err)
{
	autofree char *path = NULL, *cache = dirs_path(s->manager->runtime_dir, ".cache", "");
	int ret = emulator_find(s->domain, &path, err);

	if (ret < 0)
		return ret;
	if (cache && dirs_make(cache, NULL) < 0) {
		free(cache);
		cache = NULL;
	}
	if (!s->emulator)
		ret = emulator_probe(path, cache, &s->emulator, err);
	if (ret == 0)
		ret = decide_placement(s, err);
	if (ret == 0)
		ret = groups_check(s->domain, s->placement, &s->groups, s->report, err);
	for (size_t i = 0; ret == 0 && i < s->placement->n_notes; i++)
		report_progress(s->report, "%s", s->placement->notes[i]);
	return ret;
}

/* ---- the command line -------------------------------------------------------------------------- */

static int build_argv(struct supervisor *s, struct err *err)
{
	autofree char *socket = dirs_path(s->dir, "qmp.sock", ""),
		      *memory = dirs_path(s->manager->memory_dir, s->domain->name, "");
	struct argv_context context = {
		.id = s->state.id,
		.qmp_socket = socket,
		.runtime_dir = s->dir,
		.memory_dir = memory,
		.paused = true,
		.populate_later = true,
		.facts = s->facts,
	};

	if (!socket || !memory)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "command line");
	if (s->domain->memory_backing.source.given &&
	    s->domain->memory_backing.source.type == DOMAIN_MEMORY_FILE) {
		int ret = dirs_make(memory, err);

		if (ret < 0)
			return ret;
	}
	unlink(socket);
	argv_fini(&s->argv);
	s->argv = (struct argv){ 0 };
	return argv_build(s->domain, s->placement, s->emulator, &context, &s->argv, err);
}

/* ---- the process -------------------------------------------------------------------------------- */

/* The child waits meanwhile. */
static int enter(void *context, pid_t pid, struct err *err)
{
	struct supervisor *s = context;
	int ret = process_identify(pid, &s->state.vmm);

	if (ret < 0)
		return err_set_errno(err, ERR_HOST, ret, NULL, "cannot start a process");
	/* On disk before it is more than a fork of us: whoever cleans up after us finds it. */
	ret = runtime_state_write(s->dir, &s->state, err);
	if (ret == 0 && s->groups.cgroup)
		ret = cgroup_process_add(s->groups.cgroup, "emulator", pid, err);
	if (ret == 0)
		ret = host_affinity_set(pid, &s->placement->emulator_cpus, err);
	return ret;
}

static uint64_t memlock_of(const struct domain_spec *domain)
{
	const struct domain_number *hard = &domain->memtune.hard_limit_bytes;

	if (domain->memtune.given && hard->given && hard->value < DOMAIN_MEMTUNE_UNLIMITED_BYTES)
		return (uint64_t)hard->value;
	return domain->memory_backing.locked ? UINT64_MAX : 0;
}

static int spawn(struct supervisor *s, struct err *err)
{
	struct spawn_request request = {
		.argv = s->argv.argv,
		.log_path = s->log_path,
		.memlock_bytes = memlock_of(s->domain),
		.enter = enter,
		.context = s,
	};
	autofree char *line = argv_quote(&s->argv);
	struct stat st;
	pid_t pid;
	int ret;

	supervisor_log(s, "starting: %s", line ? line : s->emulator->path);
	s->log_begin = stat(s->log_path, &st) == 0 ? st.st_size : 0;
	ret = spawn_vmm(&request, &pid, &s->watch.vmm_pidfd, err);
	if (ret < 0)
		s->state.vmm = (struct process){ 0 };
	return ret;
}

/* Memory that the VMM populates by itself delays its first word. */
static int connect_timeout_ms(const struct supervisor *s)
{
	uint64_t bytes = 0, ms;

	for (size_t i = 0; i < s->placement->n_cells; i++)
		if (s->placement->cells[i].populate || s->domain->memory_backing.locked)
			bytes += s->placement->cells[i].size_bytes;
	ms = CONNECT_MS + bytes / POPULATE_BYTES_PER_S * 1000;
	return (int)MIN(ms, (uint64_t)INT32_MAX);
}

static int connect_qmp(struct supervisor *s, struct err *err)
{
	autofree char *socket = dirs_path(s->dir, "qmp.sock", "");

	if (!socket)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "QMP");
	return vmm_link_open(socket, &s->watch, connect_timeout_ms(s), supervisor_event, s,
			     &s->link, err);
}

/* ---- last steps --------------------------------------------------------------------------------- */

static int set_balloon(struct supervisor *s, struct err *err)
{
	const struct domain_spec *domain = s->domain;
	struct json *arguments;
	int ret;

	if (!domain->current_memory_bytes.given || !domain->memory.size_bytes.given ||
	    domain->current_memory_bytes.value >= domain->memory.size_bytes.value)
		return 0;
	ret = vmm_link_call(s->link, "query-balloon", NULL, SUPERVISOR_CALL_MS, NULL, err);
	if (ret == -ENODEV || ret == -ENOSYS) {
		report_progress(s->report,
				"<currentMemory> has no effect: this machine has no balloon");
		return 0;
	}
	if (ret < 0)
		return ret;
	arguments = json_new_object();
	json_set_i64(arguments, "value", domain->current_memory_bytes.value);
	return vmm_link_call(s->link, "balloon", arguments, SUPERVISOR_CALL_MS, NULL, err);
}

/* Before the guest says its first word. */
static int open_console(struct supervisor *s, struct err *err)
{
	if (!(s->flags & MANAGER_START_FOREGROUND))
		return 0;
	console_close(s->console);
	s->console = NULL;
	return console_open(s->dir, &s->console, err);
}

static int let_run(struct supervisor *s, struct err *err)
{
	int ret;

	s->run_begin_ms = process_now_ms();
	s->guest_runs = true;
	audit_schedule(s);
	if (s->flags & MANAGER_START_PAUSED) {
		supervisor_state_set(s, MANAGER_PAUSED, "starting up");
		return 0;
	}
	ret = vmm_link_call(s->link, "cont", NULL, SUPERVISOR_CALL_MS, NULL, err);
	if (ret == 0)
		supervisor_state_set(s, MANAGER_RUNNING, "booted");
	return ret;
}

/* If the VMM is gone, what it said last is the reason, whatever we were waiting for. */
static int explain(struct supervisor *s, int ret, struct err *err)
{
	siginfo_t info = { 0 };
	char line[ERR_MESSAGE_MAX - 100];
	struct vmm_watch only = { s->watch.vmm_pidfd, { -1, -1 } };

	if ((ret != -ECHILD && ret != -ECONNRESET) || s->watch.vmm_pidfd < 0)
		return ret;
	if (vmm_watch_wait(&only, LAST_WORDS_MS, NULL) != -ECHILD)
		return ret;
	spawn_last_line(s->log_path, s->log_begin, line, sizeof(line));
	if (*line)
		return err_set(err, ERR_HOST, -ECHILD, NULL,
			       "internal error: process exited while connecting to monitor: %s",
			       line);
	if (waitid(P_PIDFD, (id_t)s->watch.vmm_pidfd, &info, WEXITED | WNOWAIT) < 0)
		return ret;
	return err_set(err, ERR_HOST, -ECHILD, NULL,
		       "internal error: process exited while connecting to monitor: %s %d without "
		       "a word (its log is %s)",
		       info.si_code == CLD_EXITED ? "exit status" : "signal", info.si_status,
		       s->log_path);
}

int supervisor_launch(struct supervisor *s, struct err *err)
{
	static int (*const steps[])(struct supervisor *, struct err *) = {
		build_argv,	spawn,	     connect_qmp,  threads_learn, threads_place,
		populate_cells, set_balloon, open_console, let_run,
	};
	int ret = decide(s, err);

	if (ret == 0) {
		report_progress(s->report, "starting %s", s->emulator->name);
		ret = groups_make(&s->groups, s->domain, s->placement, err);
	}
	for (size_t i = 0; ret == 0 && i < ARRAY_SIZE(steps); i++)
		ret = steps[i](s, err);
	return ret < 0 ? explain(s, ret, err) : 0;
}

int supervisor_run_fini(struct supervisor *s, struct err *err)
{
	int ret = 0;

	s->guest_runs = false;
	if (s->watch.vmm_pidfd >= 0) {
		ret = supervisor_vmm_end(s, 0, false, err);
		waitid(P_PIDFD, (id_t)s->watch.vmm_pidfd, &(siginfo_t){ 0 }, WEXITED | WNOHANG);
	}
	audit_stop(s);
	free(s->ranges);
	s->ranges = NULL;
	s->is_wide = false;
	vmm_link_close(s->link);
	s->link = NULL;
	cleanup_close(&s->watch.vmm_pidfd);
	s->watch.vmm_pidfd = -1;
	free(s->vcpu_tids);
	free(s->iothreads);
	s->vcpu_tids = NULL;
	s->iothreads = NULL;
	s->n_vcpus = s->n_iothreads = 0;
	if (ret == 0)
		ret = groups_remove(&s->groups, err);
	return ret;
}
