/* SPDX-License-Identifier: Apache-2.0 */
/* The VMM's threads: learnt over QMP, then each into its group and on its CPUs. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "host/affinity.h"
#include "manager/supervisor_parts.h"

/* ---- learning ---------------------------------------------------------------------------------- */

static int read_vcpus(struct supervisor *s, const struct json *answer, struct err *err)
{
	size_t n = json_kind(answer) == JSON_ARRAY ? json_length(answer) : 0;
	autofree pid_t *tids = calloc(n + 1, sizeof(*tids));

	if (!tids)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "vCPUs");
	for (size_t i = 0; i < n; i++) {
		const struct json *cpu = json_at(answer, i);
		int64_t tid;
		uint64_t index;

		if (json_kind(cpu) != JSON_OBJECT ||
		    json_get_i64(cpu, "thread-id", &tid, err) < 0 ||
		    json_get_u64(cpu, "cpu-index", &index, err) < 0)
			return err_prefix(err, "query-cpus-fast"), -EPROTO;
		if (index < n)
			tids[index] = (pid_t)tid;
	}
	free(s->vcpu_tids);
	s->vcpu_tids = TAKE_PTR(tids);
	s->n_vcpus = n;
	return 0;
}

static int read_iothreads(struct supervisor *s, const struct json *answer, struct err *err)
{
	size_t n = json_kind(answer) == JSON_ARRAY ? json_length(answer) : 0;
	autofree struct supervisor_iothread *threads = calloc(n + 1, sizeof(*threads));
	static const char prefix[] = "iothread";

	if (!threads)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "I/O threads");
	s->n_iothreads = 0;
	for (size_t i = 0; i < n; i++) {
		const struct json *thread = json_at(answer, i);
		uint64_t number;
		const char *id;
		int64_t tid;

		if (json_kind(thread) != JSON_OBJECT ||
		    json_get_i64(thread, "thread-id", &tid, err) < 0 ||
		    json_get_string(thread, "id", &id, err) < 0)
			return err_prefix(err, "query-iothreads"), -EPROTO;
		/* Others are not of the domain's making. */
		if (strncmp(id, prefix, strlen(prefix)) != 0 ||
		    number_parse(id + strlen(prefix), &number) < 0)
			continue;
		threads[s->n_iothreads++] = (struct supervisor_iothread){
			.id = (uint32_t)number,
			.tid = (pid_t)tid,
		};
	}
	free(s->iothreads);
	s->iothreads = TAKE_PTR(threads);
	return 0;
}

int threads_learn(struct supervisor *s, struct err *err)
{
	AUTO(json) vcpus = NULL;
	AUTO(json) iothreads = NULL;
	int ret = vmm_link_call(s->link, "query-cpus-fast", NULL, SUPERVISOR_CALL_MS, &vcpus, err);

	if (ret == 0)
		ret = read_vcpus(s, vcpus, err);
	if (ret < 0)
		return ret;
	ret = vmm_link_call(s->link, "query-iothreads", NULL, SUPERVISOR_CALL_MS, &iothreads, err);
	if (ret == -ENOSYS) /* a VMM without them */
		return 0;
	return ret < 0 ? ret : read_iothreads(s, iothreads, err);
}

/* ---- placing ----------------------------------------------------------------------------------- */

static int place_vcpu(struct supervisor *s, unsigned int vcpu, struct err *err)
{
	const struct placement *p = s->placement;
	char group[32];
	int ret;

	if (vcpu >= p->n_vcpus || !s->vcpu_tids[vcpu])
		return 0;
	snprintf(group, sizeof(group), "vcpu%u", vcpu);
	ret = groups_thread_place(&s->groups, group, &p->vcpu_mems[vcpu],
				  p->vcpu_pinned[vcpu] ? &p->vcpu_cpus[vcpu] : NULL,
				  s->vcpu_tids[vcpu], err);
	if (ret == 0)
		ret = host_affinity_set(s->vcpu_tids[vcpu], &p->vcpu_cpus[vcpu], err);
	return ret < 0 ? err_prefix(err, "vCPU %u", vcpu) : 0;
}

static const struct supervisor_iothread *find_iothread(const struct supervisor *s, uint32_t id)
{
	for (size_t i = 0; i < s->n_iothreads; i++)
		if (s->iothreads[i].id == id)
			return &s->iothreads[i];
	return NULL;
}

static int place_iothread(struct supervisor *s, size_t index, struct err *err)
{
	const struct placement *p = s->placement;
	uint32_t id = p->iothread_ids[index];
	const struct supervisor_iothread *thread = find_iothread(s, id);
	char group[32];
	int ret;

	if (!thread)
		return 0;
	snprintf(group, sizeof(group), "iothread%u", id);
	ret = groups_thread_place(&s->groups, group, &p->emulator_mems,
				  p->iothread_pinned[index] ? &p->iothread_cpus[index] : NULL,
				  thread->tid, err);
	if (ret == 0)
		ret = host_affinity_set(thread->tid, &p->iothread_cpus[index], err);
	return ret < 0 ? err_prefix(err, "I/O thread %u", id) : 0;
}

/* ---- schedulers -------------------------------------------------------------------------------- */

static int set_scheduler(pid_t tid, const struct domain_sched *sched, struct err *err)
{
	static const int policies[] = {
		[DOMAIN_SCHED_BATCH] = SCHED_BATCH,
		[DOMAIN_SCHED_IDLE] = SCHED_IDLE,
		[DOMAIN_SCHED_FIFO] = SCHED_FIFO,
		[DOMAIN_SCHED_RR] = SCHED_RR,
	};
	struct sched_param param = {
		.sched_priority = sched->priority.given ? (int)sched->priority.value : 0,
	};

	if (sched_setscheduler(tid, policies[sched->scheduler], &param) < 0)
		return err_set_errno(err, ERR_HOST, -errno, "/domain/cputune",
				     "Cannot set scheduler parameters for a thread");
	return 0;
}

static const struct domain_sched *find_sched(const struct domain_sched *scheds, size_t n,
					     unsigned int id)
{
	for (size_t i = 0; i < n; i++)
		if (idset_has(&scheds[i].ids.ids, id))
			return &scheds[i];
	return NULL;
}

static int set_schedulers(struct supervisor *s, struct err *err)
{
	const struct domain_cputune *tune = &s->domain->cputune;
	const struct domain_sched *sched;
	int ret = 0;

	if (!tune->given)
		return 0;
	for (size_t i = 0; ret == 0 && i < s->n_vcpus; i++) {
		sched = find_sched(tune->vcpuscheds, tune->n_vcpuscheds, (unsigned int)i);
		if (sched && s->vcpu_tids[i])
			ret = set_scheduler(s->vcpu_tids[i], sched, err);
	}
	for (size_t i = 0; ret == 0 && i < s->n_iothreads; i++) {
		sched = find_sched(tune->iothreadscheds, tune->n_iothreadscheds,
				   s->iothreads[i].id);
		if (sched)
			ret = set_scheduler(s->iothreads[i].tid, sched, err);
	}
	if (ret == 0 && tune->emulatorsched.given)
		ret = set_scheduler(s->state.vmm.pid, &tune->emulatorsched, err);
	return ret;
}

int threads_place(struct supervisor *s, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < s->n_vcpus; i++)
		ret = place_vcpu(s, (unsigned int)i, err);
	for (size_t i = 0; ret == 0 && i < s->placement->n_iothreads; i++)
		ret = place_iothread(s, i, err);
	if (ret == 0)
		ret = groups_tune(&s->groups, s->domain, s->n_vcpus, s->placement->iothread_ids,
				  s->placement->n_iothreads, err);
	return ret < 0 ? ret : set_schedulers(s, err);
}

unsigned int threads_cell_of(const struct supervisor *s, unsigned int vcpu)
{
	return vcpu < s->placement->n_vcpus ? s->placement->vcpu_cells[vcpu] : 0;
}
