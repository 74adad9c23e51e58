/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user should know about a placement: vCPUs far from their memory, and what this kernel will
 * not keep. What does not fit is in placement_fit.c; advice explains itself (placement_advice.c).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "plan/placement_internal.h"

const char *placement_size_text(uint64_t bytes, bool round_up, char *buf, size_t buf_size)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0, shift;
	uint64_t whole, rest, tenths;

	while (unit + 1 < ARRAY_SIZE(units) && bytes >> (10 * (unit + 1)))
		unit++;
	shift = 10 * unit;
	whole = bytes >> shift;
	rest = bytes & ((UINT64_C(1) << shift) - 1);
	/* In 1024ths first: ten times the rest would not fit. */
	tenths = unit ? (rest >> (shift - 10)) * 10 / 1024 : 0;
	if (round_up && unit && (tenths << (shift - 10)) * 1024 / 10 < rest && ++tenths == 10) {
		tenths = 0;
		whole++;
	}
	if (tenths)
		snprintf(buf, buf_size, "%" PRIu64 ".%" PRIu64 " %s", whole, tenths, units[unit]);
	else
		snprintf(buf, buf_size, "%" PRIu64 " %s", whole, units[unit]);
	return buf;
}

const char *placement_nodes_text(const struct idset *nodes, char *buf, size_t buf_size)
{
	int used = snprintf(buf, buf_size, idset_count(nodes) == 1 ? "node " : "nodes ");

	idset_format(nodes, buf + used, buf_size - (size_t)used);
	return buf;
}

/* ---- memory as one list ------------------------------------------------------------------------ */

size_t placement_memory_count(const struct placement *placement)
{
	return placement->n_cells + placement->n_devices;
}

const struct placement_memory *placement_memory_at(const struct placement *placement, size_t i)
{
	return i < placement->n_cells ? &placement->cells[i]
				      : &placement->devices[i - placement->n_cells];
}

bool placement_must_stay(const struct placement_memory *memory)
{
	return memory->enforcer == PLACEMENT_CPUSET || memory->policy == SPEC_POLICY_BIND;
}

const char *placement_names_text(const struct placement *placement, const bool *which, char *buf,
				 size_t buf_size)
{
	struct idset cells = IDSET_EMPTY, devices = IDSET_EMPTY;
	char list[96];
	size_t used = 0;

	for (size_t i = 0; i < placement_memory_count(placement); i++)
		if (i < placement->n_cells && which[i])
			idset_add(&cells, (unsigned int)i);
		else if (which[i])
			idset_add(&devices, (unsigned int)(i - placement->n_cells) + 1);
	if (!idset_is_empty(&cells)) {
		idset_format(&cells, list, sizeof(list));
		if (placement->has_cells)
			snprintf(buf, buf_size, "cell%s %s", idset_count(&cells) == 1 ? "" : "s",
				 list);
		else
			snprintf(buf, buf_size, "the guest's memory");
		used = strlen(buf);
	}
	if (!idset_is_empty(&devices)) {
		idset_format(&devices, list, sizeof(list));
		snprintf(buf + used, buf_size - used, "%smemory device%s %s", used ? " and " : "",
			 idset_count(&devices) == 1 ? "" : "s", list);
	}
	return buf;
}

/* ---- far memory ------------------------------------------------------------------------------- */

/* Each cell's vCPUs, as CPUs that they may use. */
static void union_cpus(const struct placement *placement, struct idset *ret_cell_cpus)
{
	for (size_t i = 0; i < placement->n_vcpus; i++)
		idset_union(&ret_cell_cpus[placement->vcpu_cells[i]], &placement->vcpu_cpus[i]);
}

static void add_far_notes(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	autofree struct idset *cpus = calloc(placement->n_cells, sizeof(*cpus));
	struct idset loose = IDSET_EMPTY;
	char list[96], host[96];

	if (!cpus) {
		build->no_memory = true;
		return;
	}
	union_cpus(placement, cpus);
	for (size_t i = 0; i < placement->n_cells; i++) {
		const struct placement_memory *cell = &placement->cells[i];
		struct idset near;

		if (idset_is_empty(&cell->nodes) || idset_is_empty(&cpus[i]))
			continue;
		host_facts_near_cpus(build->facts, &cell->nodes, &near);
		idset_union(&near, &build->facts->isolated_cpus);
		if (idset_is_empty(&near) || idset_is_subset(&cpus[i], &near))
			continue;
		if (idset_intersects(&cpus[i], &near)) {
			idset_add(&loose, (unsigned int)i);
			continue;
		}
		idset_format(&cpus[i], host, sizeof(host));
		if (placement->has_cells)
			snprintf(list, sizeof(list), "cell %zu", i);
		else
			snprintf(list, sizeof(list), "the guest");
		placement_note(build, "far: %s has its memory on %s, but its vCPUs run on CPUs %s",
			       list, NODES_TEXT(&cell->nodes), host);
	}
	if (idset_is_empty(&loose))
		return;
	idset_format(&loose, list, sizeof(list));
	if (placement->has_cells)
		placement_note(build,
			       "vCPUs of cell%s %s may also run far from their memory (vcpupin "
			       "keeps them near)",
			       idset_count(&loose) == 1 ? "" : "s", list);
	else
		placement_note(build, "vCPUs may also run far from their memory (vcpupin, or vcpu "
				      "cpuset, keeps them near)");
}

/* A thread whose CPUs are all absent cannot be placed. */
static void add_cpu_notes(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	const struct idset *online = &build->facts->online_cpus;
	struct idset vcpus = IDSET_EMPTY;
	char list[96];

	for (unsigned int i = 0; i < placement->n_vcpus; i++)
		if (placement->vcpu_pinned[i] &&
		    !idset_intersects(&placement->vcpu_cpus[i], online))
			idset_add(&vcpus, i);
	idset_format(&vcpus, list, sizeof(list));
	if (!idset_is_empty(&vcpus))
		placement_note(build, "will not start: no CPU of vCPU%s %s is online",
			       idset_count(&vcpus) == 1 ? "" : "s", list);
	if (placement->emulator_pinned && !idset_intersects(&placement->emulator_cpus, online))
		placement_note(build, "will not start: no CPU of the emulator's is online");
	for (size_t i = 0; i < placement->n_iothreads; i++)
		if (placement->iothread_pinned[i] &&
		    !idset_intersects(&placement->iothread_cpus[i], online))
			placement_note(build,
				       "will not start: no CPU of I/O thread %" PRIu32 " is online",
				       placement->iothread_ids[i]);
}

/* ---- what the kernel does ---------------------------------------------------------------------- */

/*
 * Slower nodes to which pages of memory on nodes can be demoted, though they should stay: all, or
 * those of limit alone.
 */
static struct idset ways_out(const struct host_tiering *tiering, const struct idset *nodes,
			     const struct idset *limit)
{
	struct idset out = IDSET_EMPTY;

	for (int id = idset_next(nodes, 0); id >= 0; id = idset_next(nodes, (unsigned int)id + 1)) {
		struct idset slower = host_slower_nodes(tiering, (unsigned int)id);

		idset_union(&out, &slower);
	}
	for (size_t w = 0; w < ARRAY_SIZE(out.words); w++)
		out.words[w] &= ~nodes->words[w] & (limit ? limit->words[w] : ~UINT64_C(0));
	return out;
}

/* Marks all memory that must stay on the same nodes as memory i. */
static void mark_alike(const struct placement *placement, size_t i, bool *which)
{
	const struct placement_memory *memory = placement_memory_at(placement, i);

	for (size_t j = 0; j < placement_memory_count(placement); j++)
		which[j] = placement_must_stay(placement_memory_at(placement, j)) &&
			   idset_equal(&placement_memory_at(placement, j)->nodes, &memory->nodes);
}

/*
 * Seen: demotion ignores policies on every kernel; 6.12 ignores cpusets too when the reclaimer is
 * outside of the cgroup. 7.3 respects the one of the group that the memory is charged to, which is
 * the domain's and not the cell's.
 */
static void add_demotion_notes(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	const struct host_tiering *tiering = &build->facts->tiering;
	bool respects = host_kernel_is(tiering, 7, 3) && !idset_is_empty(&placement->domain_mems);
	const char *how = respects			  ? "respects the whole domain's nodes only"
			  : host_kernel_is(tiering, 7, 3) ? "ignores policies"
			  : host_kernel_is(tiering, 6, 13) ? "ignores policies and perhaps cpusets"
							   : "ignores policies and cpusets";
	size_t n = placement_memory_count(placement);
	autofree bool *which = calloc(n, sizeof(*which)), *done = calloc(n, sizeof(*done));
	char names[256];

	if (!which || !done) {
		build->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct placement_memory *memory = placement_memory_at(placement, i);
		struct idset out = ways_out(tiering, &memory->nodes,
					    respects ? &placement->domain_mems : NULL);

		if (done[i] || !placement_must_stay(memory) || idset_is_empty(&out))
			continue;
		mark_alike(placement, i, which);
		for (size_t j = 0; j < n; j++)
			done[j] |= which[j];
		placement_note(
			build,
			"demotion is on (/sys/kernel/mm/numa/demotion_enabled), and in Linux "
			"%u.%u it %s: pages of %s can go from %s to %s",
			tiering->kernel_major, tiering->kernel_minor, how,
			placement_names_text(placement, which, names, sizeof(names)),
			NODES_TEXT(&memory->nodes), NODES_TEXT(&out));
	}
}

static bool any_memory(const struct placement *placement,
		       bool (*test)(const struct placement_memory *memory))
{
	for (size_t i = 0; i < placement_memory_count(placement); i++)
		if (test(placement_memory_at(placement, i)))
			return true;
	return false;
}

static bool is_preferred_many(const struct placement_memory *memory)
{
	return memory->policy == SPEC_POLICY_PREFERRED && idset_count(&memory->nodes) > 1;
}

static bool is_weighted(const struct placement_memory *memory)
{
	return memory->policy == SPEC_POLICY_WEIGHTED_INTERLEAVE;
}

static bool has_tiering(const struct placement_memory *memory)
{
	return memory->numa_balancing;
}

/* Memory that the kernel may tier, on nodes of more than one tier. */
static void add_promotion_note(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	const struct host_tiering *tiering = &build->facts->tiering;
	size_t n = placement_memory_count(placement);
	autofree bool *which = calloc(n, sizeof(*which));
	bool any = false;
	char names[256];

	if (!which) {
		build->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct placement_memory *memory = placement_memory_at(placement, i);

		for (size_t t = 0; t + 1 < tiering->n_tiers; t++) {
			int fast = idset_next(&tiering->tiers[t].nodes, 0);
			struct idset slower = host_slower_nodes(tiering,
								(unsigned int)MAX(fast, 0));

			which[i] |= memory->enforcer == PLACEMENT_CPUSET &&
				    idset_intersects(&memory->nodes, &tiering->tiers[t].nodes) &&
				    idset_intersects(&memory->nodes, &slower);
		}
		any |= which[i];
	}
	if (any)
		placement_note(build,
			       "%s: pages on slow nodes are not promoted while "
			       "kernel.numa_balancing is %u (sysctl kernel.numa_balancing=2)",
			       placement_names_text(placement, which, names, sizeof(names)),
			       tiering->numa_balancing);
}

static void add_kernel_notes(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	const struct host_tiering *tiering = &build->facts->tiering;

	if (!tiering->kernel_major) {
		if (any_memory(placement, is_preferred_many))
			placement_note(build,
				       "mode 'preferred' with several nodes needs Linux 5.15 "
				       "or newer; this host's kernel is not known");
		if (any_memory(placement, is_weighted))
			placement_note(build,
				       "mode 'weighted-interleave' needs Linux 6.9 or newer; "
				       "this host's kernel is not known");
		return;
	}
	if (any_memory(placement, has_tiering) && !(tiering->numa_balancing & 2))
		placement_note(build,
			       "tiering='yes' is without effect while kernel.numa_balancing is %u "
			       "(sysctl kernel.numa_balancing=2 promotes)",
			       tiering->numa_balancing);
	if (!(tiering->numa_balancing & 2))
		add_promotion_note(build);
	if (tiering->demotion_enabled)
		add_demotion_notes(build);
}

/* ---- who touches first ------------------------------------------------------------------------- */

/*
 * Without a policy a page lands on a node of the thread that touches it first. That is exact only
 * for memory that is populated, by a thread that stands where the memory belongs.
 */
static void add_touch_note(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	size_t n = placement_memory_count(placement);
	autofree bool *which = calloc(n, sizeof(*which));
	bool any = false;
	char names[256];

	if (!which) {
		build->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct placement_memory *memory = placement_memory_at(placement, i);

		which[i] = memory->enforcer == PLACEMENT_CPUSET && !memory->populate &&
			   !idset_is_subset(&placement->domain_mems, &memory->nodes);
		any |= which[i];
	}
	if (any)
		placement_note(build,
			       "%s: without a policy, and not populated before the guest runs "
			       "(<allocation mode='immediate'/>), a page is at first on the nodes "
			       "of the thread that touches it; of cells, strays are moved back "
			       "while the guest runs",
			       placement_names_text(placement, which, names, sizeof(names)));
}

static void add_memoryless_notes(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	const struct host_facts *facts = build->facts;

	for (size_t i = 0; i < placement->n_cells; i++) {
		const struct placement_memory *cell = &placement->cells[i];

		if (!idset_is_empty(&cell->nodes) &&
		    !idset_intersects(&cell->nodes, &facts->memory_nodes))
			placement_note(build, "will not start: %s of cell %zu ha%s no memory",
				       NODES_TEXT(&cell->nodes), i,
				       idset_count(&cell->nodes) == 1 ? "s" : "ve");
	}
}

void placement_add_notes(struct placement_build *build)
{
	if (!build->facts || !build->facts->n_nodes)
		return;
	add_memoryless_notes(build);
	placement_add_fit_notes(build);
	add_cpu_notes(build);
	add_far_notes(build);
	add_touch_note(build);
	add_kernel_notes(build);
}
