/* SPDX-License-Identifier: Apache-2.0 */
/* The command "info": see supervisor.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "domain/domain.h"
#include "host/affinity.h"
#include "manager/control.h"
#include "manager/store.h"

static void set_idset(struct json *object, const char *name, const struct idset *set)
{
	char text[16384];

	idset_format(set, text, sizeof(text));
	json_set_string(object, name, text);
}

static void set_affinity(struct json *object, const char *name, pid_t tid)
{
	struct idset cpus;

	if (host_affinity_get(tid, &cpus, NULL) == 0)
		set_idset(object, name, &cpus);
	else
		json_set_string(object, name, "");
}

static const char *vcpu_state(const struct supervisor *s, const struct process_stat *stat)
{
	if (s->state.state != MANAGER_RUNNING)
		return "paused";
	return stat->state == 'R' ? "running" : "idle";
}

static struct json *vcpu_json(const struct supervisor *s, size_t vcpu)
{
	struct json *object = json_new_object();
	struct process_stat stat = { .state = '?' };

	(void)!process_stat(s->state.vmm.pid, s->vcpu_tids[vcpu], &stat);
	json_set_u64(object, "vcpu", vcpu);
	json_set_i64(object, "thread-id", s->vcpu_tids[vcpu]);
	json_set_u64(object, "cell", threads_cell_of(s, (unsigned int)vcpu));
	set_affinity(object, "cpus", s->vcpu_tids[vcpu]);
	json_set_u64(object, "cpu", stat.cpu);
	json_set_u64(object, "cpu-time-ns", stat.cpu_time_ns);
	json_set_string(object, "state", vcpu_state(s, &stat));
	return object;
}

static void set_threads(struct json *info, const struct supervisor *s)
{
	struct json *vcpus = json_new_array(), *iothreads = json_new_array();

	for (size_t i = 0; i < s->n_vcpus; i++)
		json_append(vcpus, vcpu_json(s, i));
	json_set(info, "vcpus", vcpus);
	for (size_t i = 0; i < s->n_iothreads; i++) {
		struct json *object = json_new_object();

		json_set_u64(object, "iothread", s->iothreads[i].id);
		json_set_i64(object, "thread-id", s->iothreads[i].tid);
		set_affinity(object, "cpus", s->iothreads[i].tid);
		json_append(iothreads, object);
	}
	json_set(info, "iothreads", iothreads);
	set_affinity(info, "emulator-cpus", s->state.vmm.pid);
}

static void set_numatune(struct json *info, const struct supervisor *s)
{
	const struct domain_numatune *tune = &s->domain->numatune;
	struct json *object, *memnodes;

	if (!tune->given)
		return;
	object = json_new_object();
	memnodes = json_new_array();
	json_set_string(
		object, "mode",
		domain_numa_mode_name(tune->memory.mode ? tune->memory.mode : DOMAIN_NUMA_STRICT));
	set_idset(object, "nodeset",
		  tune->memory.nodeset.given ? &tune->memory.nodeset.ids : &s->placement->advice);
	for (size_t i = 0; i < tune->n_memnodes; i++) {
		struct json *memnode = json_new_object();

		json_set_i64(memnode, "cell", tune->memnodes[i].cellid.value);
		json_set_string(memnode, "mode", domain_numa_mode_name(tune->memnodes[i].mode));
		set_idset(memnode, "nodeset", &tune->memnodes[i].nodeset.ids);
		json_append(memnodes, memnode);
	}
	json_set(object, "memnodes", memnodes);
	json_set(info, "numatune", object);
}

static void set_limit(struct json *object, const char *name, const struct domain_number *number)
{
	bool none = !number->given || number->value >= DOMAIN_MEMTUNE_UNLIMITED_BYTES;

	json_set_i64(object, name, none ? -1 : number->value / (int64_t)KIB);
}

/* -1: none. */
static void set_memtune(struct json *info, const struct supervisor *s)
{
	const struct domain_memtune *tune = &s->domain->memtune;
	struct json *object = json_new_object();

	set_limit(object, "hard-limit-kib", &tune->hard_limit_bytes);
	set_limit(object, "soft-limit-kib", &tune->soft_limit_bytes);
	set_limit(object, "swap-hard-limit-kib", &tune->swap_hard_limit_bytes);
	set_limit(object, "min-guarantee-kib", &tune->min_guarantee_bytes);
	json_set(info, "memtune", object);
}

static void set_memory(struct json *info, const struct supervisor *s)
{
	const struct domain_spec *domain = s->domain;
	uint64_t used;

	json_set_i64(info, "memory-max-kib", domain->memory.size_bytes.value / (int64_t)KIB);
	json_set_i64(info, "memory-kib",
		     (domain->current_memory_bytes.given ? domain->current_memory_bytes.value
							 : domain->memory.size_bytes.value) /
			     (int64_t)KIB);
	if (s->groups.cgroup && s->groups.host.memory &&
	    cgroup_memory_used(s->groups.cgroup, &used, NULL) == 0)
		json_set_u64(info, "used-kib", used / KIB);
}

CONTROL_COMMAND(info)
{
	struct json *info = json_new_object();
	struct process_stat stat = { 0 };

	(void)args, (void)err;
	json_set_string(info, "name", s->state.name);
	json_set_string(info, "uuid", s->state.uuid);
	json_set_i64(info, "id", s->state.id);
	json_set_string(info, "state", manager_state_name(s->state.state));
	json_set_string(info, "reason", s->state.reason);
	json_set_bool(info, "persistent", store_has(s->manager, s->state.name));
	json_set_string(info, "emulator", s->emulator->path);
	json_set_i64(info, "supervisor-pid", s->state.supervisor.pid);
	json_set_i64(info, "vmm-pid", s->state.vmm.pid);
	json_set_string(info, "cgroup", s->groups.cgroup ? cgroup_path(s->groups.cgroup) : "");
	set_memory(info, s);
	json_set_i64(info, "started", s->started);
	(void)!process_stat(s->state.vmm.pid, 0, &stat);
	json_set_u64(info, "cpu-time-ns", stat.cpu_time_ns);
	json_set_i64(info, "vcpus-max", s->domain->vcpu.count.value);
	set_threads(info, s);
	set_numatune(info, s);
	set_memtune(info, s);
	*ret_value = info;
	return 0;
}
