/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroup of a running domain: see groups.h. */
#include "manager/groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define KILL_TIMEOUT_MS 10000

static int find_host(bool create, struct cgroup_host *ret_host, struct err *err)
{
	const char *wish = getenv("TERRACE_CGROUP");

	if (wish && !strcmp(wish, "none")) {
		*ret_host = (struct cgroup_host){ 0 };
		return 0;
	}
	return cgroup_host_find("", create, ret_host, err);
}

static bool has_limit(const struct domain_number *number)
{
	return number->given && number->value < DOMAIN_MEMTUNE_UNLIMITED_BYTES;
}

static bool wants_memory(const struct domain_memtune *memtune)
{
	return memtune->given &&
	       (has_limit(&memtune->hard_limit_bytes) || has_limit(&memtune->soft_limit_bytes) ||
		has_limit(&memtune->swap_hard_limit_bytes) || memtune->min_guarantee_bytes.given);
}

static bool wants_cpu(const struct domain_cputune *cputune)
{
	return cputune->given &&
	       (cputune->shares.given || cputune->quota.given || cputune->global_quota.given ||
		cputune->emulator_quota.given || cputune->iothread_quota.given);
}

static bool needs_cpuset(const struct placement *placement)
{
	for (size_t i = 0; i < placement->n_cells; i++)
		if (placement->cells[i].enforcer == PLACEMENT_CPUSET)
			return true;
	for (size_t i = 0; i < placement->n_devices; i++)
		if (placement->devices[i].enforcer == PLACEMENT_CPUSET)
			return true;
	return false;
}

#define REMEDY "run as root, or in a cgroup that is delegated to you (terrace doctor tells more)"

int groups_check(const struct domain_spec *domain, const struct placement *placement,
		 struct groups *groups, struct report *report, struct err *err)
{
	int ret = find_host(true, &groups->host, err);

	if (ret < 0)
		return ret;
	if (needs_cpuset(placement) && !groups->host.cpuset)
		return err_set(err, ERR_HOST, -ENOTSUP, "/domain/numatune",
			       "Requested operation is not valid: cgroup cpuset controller is not "
			       "mounted, and nothing else keeps memory of this mode on its nodes: "
			       "mode 'strict' needs none, or " REMEDY);
	if (wants_memory(&domain->memtune) && !groups->host.memory)
		return err_set(err, ERR_HOST, -ENOTSUP, "/domain/memtune",
			       "unsupported configuration: Memory cgroup is not available on this "
			       "host: " REMEDY);
	if (wants_cpu(&domain->cputune) && !groups->host.cpu)
		return err_set(err, ERR_HOST, -ENOTSUP, "/domain/cputune",
			       "unsupported configuration: cgroup cpu is required for scheduler "
			       "tuning: " REMEDY);
	if (!groups->host.cpuset && !idset_is_empty(&placement->domain_mems))
		report_progress(report,
				"without a cgroup (cpuset) nothing but the policy of its memory "
				"keeps the domain on its nodes: what the VMM itself allocates may "
				"lie elsewhere, and the kernel may demote memory; " REMEDY);
	return 0;
}

/* ---- making ----------------------------------------------------------------------------------- */

int groups_limit(struct groups *groups, enum cgroup_limit limit, int64_t bytes, struct err *err)
{
	bool none = bytes < 0 || bytes >= DOMAIN_MEMTUNE_UNLIMITED_BYTES;

	return cgroup_limit_set(groups->cgroup, limit,
				limit == CGROUP_MIN && none ? 0
				: none			    ? CGROUP_UNLIMITED
							    : (uint64_t)bytes,
				err);
}

static int set_limits(struct groups *groups, const struct domain_memtune *memtune, struct err *err)
{
	const struct {
		const struct domain_number *number;
		enum cgroup_limit limit;
	} limits[] = {
		/* v1 wants memory <= memory+swap at any time, which this order keeps. */
		{ &memtune->hard_limit_bytes, CGROUP_HARD },
		{ &memtune->soft_limit_bytes, CGROUP_SOFT },
		{ &memtune->swap_hard_limit_bytes, CGROUP_MEMORY_AND_SWAP },
		{ &memtune->min_guarantee_bytes, CGROUP_MIN },
	};

	for (size_t i = 0; memtune->given && i < ARRAY_SIZE(limits); i++) {
		int ret;

		if (!has_limit(limits[i].number))
			continue;
		ret = groups_limit(groups, limits[i].limit, limits[i].number->value, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

struct idset groups_leader_mems(const struct placement *placement)
{
	/*
	 * The leader keeps the union: narrowing its group later would move pages of the whole
	 * process, and move_pages() to a cell's nodes needs them allowed to it.
	 */
	struct idset mems = placement->domain_mems;

	idset_union(&mems, &placement->emulator_mems);
	return mems;
}

static int set_cpuset(struct groups *groups, const char *group, const struct idset *mems,
		      const struct idset *cpus, struct err *err)
{
	int ret = 0;

	if (!groups->host.cpuset)
		return 0;
	if (mems && !idset_is_empty(mems))
		ret = cgroup_mems_set(groups->cgroup, group, mems, err);
	if (ret == 0 && cpus && !idset_is_empty(cpus))
		ret = cgroup_cpus_set(groups->cgroup, group, cpus, err);
	return ret;
}

int groups_make(struct groups *groups, const struct domain_spec *domain,
		const struct placement *placement, struct err *err)
{
	struct idset mems = groups_leader_mems(placement);
	int ret;

	if (!groups->host.version ||
	    !(groups->host.cpuset || groups->host.memory || groups->host.cpu))
		return 0;
	ret = cgroup_new(&groups->host, domain->name, &groups->cgroup, err);
	if (ret == 0 && groups->host.memory)
		ret = set_limits(groups, &domain->memtune, err);
	if (ret == 0)
		ret = set_cpuset(groups, NULL, &mems, NULL, err);
	if (ret == 0)
		ret = cgroup_group_add(groups->cgroup, "emulator", err);
	if (ret == 0)
		ret = set_cpuset(groups, "emulator", &mems,
				 placement->emulator_pinned ? &placement->emulator_cpus : NULL,
				 err);
	return ret;
}

int groups_thread_place(struct groups *groups, const char *group, const struct idset *mems,
			const struct idset *cpus, pid_t tid, struct err *err)
{
	int ret;

	if (!groups->cgroup)
		return 0;
	ret = cgroup_group_add(groups->cgroup, group, err);
	if (ret == 0)
		ret = set_cpuset(groups, group, mems, cpus, err);
	if (ret == 0)
		ret = cgroup_thread_add(groups->cgroup, group, tid, err);
	return ret;
}

/* ---- processor time ---------------------------------------------------------------------------- */

static int set_quota(struct groups *groups, const char *group, const struct domain_number *period,
		     const struct domain_number *quota, struct err *err)
{
	if (!quota->given)
		return 0;
	return cgroup_quota_set(groups->cgroup, group,
				period->given ? (uint64_t)period->value : 100000, quota->value,
				err);
}

int groups_tune(struct groups *groups, const struct domain_spec *domain, size_t n_vcpus,
		const uint32_t *iothread_ids, size_t n_iothreads, struct err *err)
{
	const struct domain_cputune *tune = &domain->cputune;
	char group[32];
	int ret = 0;

	if (!groups->cgroup || !groups->host.cpu || !wants_cpu(tune))
		return 0;
	if (tune->shares.given)
		ret = cgroup_shares_set(groups->cgroup, NULL, (uint64_t)tune->shares.value, err);
	if (ret == 0)
		ret = set_quota(groups, NULL, &tune->global_period, &tune->global_quota, err);
	if (ret == 0)
		ret = set_quota(groups, "emulator", &tune->emulator_period, &tune->emulator_quota,
				err);
	for (size_t i = 0; ret == 0 && i < n_vcpus; i++) {
		snprintf(group, sizeof(group), "vcpu%zu", i);
		ret = set_quota(groups, group, &tune->period, &tune->quota, err);
	}
	for (size_t i = 0; ret == 0 && i < n_iothreads; i++) {
		snprintf(group, sizeof(group), "iothread%u", iothread_ids[i]);
		ret = set_quota(groups, group, &tune->iothread_period, &tune->iothread_quota, err);
	}
	return ret;
}

/* ---- removing ---------------------------------------------------------------------------------- */

int groups_remove(struct groups *groups, struct err *err)
{
	int ret;

	if (!groups->cgroup)
		return 0;
	ret = cgroup_kill(groups->cgroup, KILL_TIMEOUT_MS, err);
	if (ret == 0)
		ret = cgroup_remove(groups->cgroup, err);
	cgroup_free(groups->cgroup);
	groups->cgroup = NULL;
	return ret;
}

int groups_remove_leftover(const char *name, struct err *err)
{
	struct groups groups = { 0 };
	int ret = find_host(false, &groups.host, err);

	if (ret < 0 || !groups.host.version)
		return ret;
	ret = cgroup_open(&groups.host, name, &groups.cgroup, NULL);
	if (ret == -ENOENT)
		return 0;
	return ret < 0 ? err_set_errno(err, ERR_HOST, ret, NULL, "cgroup of domain '%s'", name)
		       : groups_remove(&groups, err);
}
