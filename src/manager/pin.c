/* SPDX-License-Identifier: Apache-2.0 */
/* The commands vcpupin, emulatorpin, iothreadpin and memtune: threads and limits, live. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "host/affinity.h"
#include "manager/control.h"

static int get_cpus(const struct supervisor *s, const struct json *args, struct idset *ret_cpus,
		    struct err *err)
{
	struct idset online = IDSET_EMPTY;
	const char *text;
	int ret = json_get_string(args, "cpulist", &text, err);

	if (ret < 0)
		return ret;
	if (idset_parse(text, IDSET_MAX, ret_cpus, NULL) < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: Failed to parse bitmap '%s'", text);
	for (size_t i = 0; i < s->facts->n_nodes; i++)
		idset_union(&online, &s->facts->node[i].cpus);
	if (idset_is_empty(ret_cpus) || !idset_intersects(ret_cpus, &online))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: cpulist '%s' has no CPU of this host", text);
	return 0;
}

/*
 * Both, in the order in which the thread is never without a CPU: the group takes the affinity along
 * where it must.
 */
static int pin(struct supervisor *s, const char *group, pid_t tid, const struct idset *cpus,
	       struct err *err)
{
	int ret = 0;

	if (s->groups.cgroup && s->groups.host.cpuset)
		ret = cgroup_cpus_set(s->groups.cgroup, group, cpus, err);
	return ret < 0 ? ret : host_affinity_set(tid, cpus, err);
}

/* ---- what the XML says -------------------------------------------------------------------------- */

/* One more element, zeroed; NULL: no memory. */
static void *grow(void *array, size_t *n, size_t size)
{
	char *more = realloc(*(void **)array, (*n + 1) * size);

	if (!more)
		return NULL;
	*(void **)array = more;
	memset(more + *n * size, 0, size);
	return more + (*n)++ * size;
}

static int record_vcpu(struct domain_cputune *tune, unsigned int vcpu, const struct idset *cpus)
{
	struct domain_vcpupin *pin = NULL;

	for (size_t i = 0; i < tune->n_vcpupins; i++)
		if (tune->vcpupins[i].vcpu.value == vcpu)
			pin = &tune->vcpupins[i];
	if (!pin)
		pin = grow(&tune->vcpupins, &tune->n_vcpupins, sizeof(*pin));
	if (!pin)
		return -ENOMEM;
	*pin = (struct domain_vcpupin){ { true, vcpu }, { true, *cpus } };
	tune->given = true;
	return 0;
}

static int record_iothread(struct domain_cputune *tune, uint32_t id, const struct idset *cpus)
{
	struct domain_iothreadpin *pin = NULL;

	for (size_t i = 0; i < tune->n_iothreadpins; i++)
		if (tune->iothreadpins[i].iothread.value == id)
			pin = &tune->iothreadpins[i];
	if (!pin)
		pin = grow(&tune->iothreadpins, &tune->n_iothreadpins, sizeof(*pin));
	if (!pin)
		return -ENOMEM;
	*pin = (struct domain_iothreadpin){ { true, id }, { true, *cpus } };
	tune->given = true;
	return 0;
}

static int recorded(struct supervisor *s, int ret, struct err *err)
{
	return ret < 0 ? err_set_errno(err, ERR_HOST, ret, NULL, "live XML")
		       : supervisor_xml_write(s, err);
}

/* ---- commands ----------------------------------------------------------------------------------- */

CONTROL_COMMAND(vcpupin)
{
	struct idset cpus;
	char group[32];
	uint64_t vcpu;
	int ret = json_get_u64(args, "vcpu", &vcpu, err);

	(void)ret_value;
	if (ret == 0)
		ret = get_cpus(s, args, &cpus, err);
	if (ret < 0)
		return ret;
	if (vcpu >= s->n_vcpus)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: vcpu %" PRIu64
			       " is out of range of live cpu count %zu",
			       vcpu, s->n_vcpus);
	snprintf(group, sizeof(group), "vcpu%u", (unsigned int)vcpu);
	ret = pin(s, group, s->vcpu_tids[vcpu], &cpus, err);
	if (ret < 0)
		return ret;
	if (vcpu < s->placement->n_vcpus) {
		s->placement->vcpu_cpus[vcpu] = cpus;
		s->placement->vcpu_pinned[vcpu] = true;
	}
	return recorded(s, record_vcpu(&s->domain->cputune, (unsigned int)vcpu, &cpus), err);
}

CONTROL_COMMAND(emulatorpin)
{
	struct idset cpus;
	int ret = get_cpus(s, args, &cpus, err);

	(void)ret_value;
	if (ret == 0)
		ret = pin(s, "emulator", s->state.vmm.pid, &cpus, err);
	if (ret < 0)
		return ret;
	s->placement->emulator_cpus = cpus;
	s->placement->emulator_pinned = true;
	s->domain->cputune.given = true;
	s->domain->cputune.emulatorpin = (struct domain_emulatorpin){ true, { true, cpus } };
	return supervisor_xml_write(s, err);
}

CONTROL_COMMAND(iothreadpin)
{
	struct idset cpus;
	char group[32];
	uint64_t id;
	pid_t tid = 0;
	int ret = json_get_u64(args, "iothread", &id, err);

	(void)ret_value;
	if (ret == 0)
		ret = get_cpus(s, args, &cpus, err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < s->n_iothreads; i++)
		if (s->iothreads[i].id == id)
			tid = s->iothreads[i].tid;
	if (!tid)
		return err_set(err, ERR_USER, -ENOENT, NULL,
			       "invalid argument: iothread %" PRIu64 " not found", id);
	snprintf(group, sizeof(group), "iothread%u", (unsigned int)id);
	ret = pin(s, group, tid, &cpus, err);
	if (ret < 0)
		return ret;
	return recorded(s, record_iothread(&s->domain->cputune, (uint32_t)id, &cpus), err);
}

/* ---- memtune ------------------------------------------------------------------------------------ */

struct limit_change {
	const char *name;
	enum cgroup_limit limit;
	struct domain_number *number;
	bool given;
	int64_t bytes;
};

static int read_changes(const struct json *args, struct limit_change *changes, size_t n,
			struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		int ret;

		if (!json_member(args, changes[i].name))
			continue;
		ret = json_get_i64(args, changes[i].name, &changes[i].bytes, err);
		if (ret < 0)
			return ret;
		changes[i].given = true;
		if (changes[i].bytes < 0 || changes[i].bytes > DOMAIN_MEMTUNE_UNLIMITED_BYTES)
			changes[i].bytes = DOMAIN_MEMTUNE_UNLIMITED_BYTES;
	}
	return 0;
}

static int64_t value_after(const struct limit_change *change)
{
	if (change->given)
		return change->bytes;
	return change->number->given ? change->number->value : DOMAIN_MEMTUNE_UNLIMITED_BYTES;
}

static int apply(struct supervisor *s, struct limit_change *change, struct err *err)
{
	int ret;

	if (!change->given)
		return 0;
	ret = groups_limit(&s->groups, change->limit, change->bytes, err);
	if (ret == 0)
		*change->number = (struct domain_number){
			change->bytes < DOMAIN_MEMTUNE_UNLIMITED_BYTES, change->bytes
		};
	return ret;
}

CONTROL_COMMAND(memtune)
{
	struct domain_memtune *tune = &s->domain->memtune;
	struct limit_change changes[] = {
		{ "hard-limit", CGROUP_HARD, &tune->hard_limit_bytes },
		{ "swap-hard-limit", CGROUP_MEMORY_AND_SWAP, &tune->swap_hard_limit_bytes },
		{ "soft-limit", CGROUP_SOFT, &tune->soft_limit_bytes },
		{ "min", CGROUP_MIN, &tune->min_guarantee_bytes },
	};
	bool raise;
	int ret = read_changes(args, changes, ARRAY_SIZE(changes), err);

	(void)ret_value;
	if (ret < 0)
		return ret;
	if (!s->groups.cgroup || !s->groups.host.memory)
		return err_set(err, ERR_HOST, -ENOTSUP, NULL,
			       "Requested operation is not valid: cgroup memory controller is not "
			       "mounted");
	if (value_after(&changes[0]) > value_after(&changes[1]))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: memory hard_limit tunable value must be lower "
			       "than or equal to swap_hard_limit");
	/* Memory with swap is never below memory alone: the kernel (v1) refuses that. */
	raise = changes[1].given && tune->swap_hard_limit_bytes.given &&
		changes[1].bytes > tune->swap_hard_limit_bytes.value;
	ret = apply(s, &changes[raise ? 1 : 0], err);
	if (ret == 0)
		ret = apply(s, &changes[raise ? 0 : 1], err);
	/* v2 has swap alone: what remains for it depends on the memory limit. */
	if (ret == 0 && raise && changes[0].given)
		ret = apply(s, &changes[1], err);
	if (ret == 0)
		ret = apply(s, &changes[2], err);
	if (ret == 0)
		ret = apply(s, &changes[3], err);
	if (ret < 0)
		return ret;
	tune->given = true;
	return supervisor_xml_write(s, err);
}
