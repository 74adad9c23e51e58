/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On which CPUs each thread runs: its pin, else the CPUs of the advised nodes, else <vcpu cpuset>,
 * else every online CPU that is not isolated (as libvirt).
 */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "plan/placement_internal.h"

/* What a thread without a pin of its own gets. */
struct usual {
	struct idset cpus;
	bool asked; /* the XML asks for CPUs: they are cpuset.cpus too */
};

static struct usual usual_cpus(const struct placement_build *build)
{
	const struct domain_vcpu *vcpu = &build->domain->vcpu;
	const struct host_facts *facts = build->facts;
	struct usual usual = { IDSET_EMPTY, true };

	if (vcpu->placement == DOMAIN_AUTO)
		host_facts_near_cpus(facts, &build->placement->advice, &usual.cpus);
	else if (vcpu->cpuset.given)
		usual.cpus = vcpu->cpuset.ids;
	if (!idset_is_empty(&usual.cpus))
		return usual;
	usual.asked = false;
	if (facts)
		for (size_t w = 0; w < ARRAY_SIZE(usual.cpus.words); w++)
			usual.cpus.words[w] = facts->online_cpus.words[w] &
					      ~facts->isolated_cpus.words[w];
	return usual;
}

/*
 * With strict and one cell at most the VMM's own threads start beside the memory: what they touch
 * early is then on the right node even before the cgroup is.
 */
static void beside_the_memory(const struct placement_build *build, struct usual *usual)
{
	const struct placement *placement = build->placement;
	struct idset cpus;

	if (usual->asked || !build->facts || placement->n_cells > 1 ||
	    build->domain->numatune.memory.mode != DOMAIN_NUMA_STRICT ||
	    idset_is_empty(&placement->emulator_mems))
		return;
	host_facts_near_cpus(build->facts, &placement->emulator_mems, &cpus);
	if (!idset_is_empty(&cpus))
		usual->cpus = cpus;
}

static void fill_emulator(struct placement_build *build, struct usual usual)
{
	const struct domain_emulatorpin *pin = &build->domain->cputune.emulatorpin;
	struct placement *placement = build->placement;

	if (pin->given)
		usual = (struct usual){ pin->cpuset.ids, true };
	else
		beside_the_memory(build, &usual);
	placement->emulator_cpus = usual.cpus;
	placement->emulator_pinned = usual.asked;
}

static void fill_vcpus(struct placement_build *build, const struct usual *usual)
{
	const struct domain_cputune *tune = &build->domain->cputune;
	struct placement *placement = build->placement;

	for (size_t i = 0; i < placement->n_vcpus; i++) {
		placement->vcpu_cpus[i] = usual->cpus;
		placement->vcpu_pinned[i] = usual->asked;
	}
	for (size_t i = 0; i < tune->n_vcpupins; i++) {
		size_t vcpu = (size_t)tune->vcpupins[i].vcpu.value;

		/* A pin of a vCPU that does not exist is without effect; the reader warned. */
		if (vcpu >= placement->n_vcpus)
			continue;
		placement->vcpu_cpus[vcpu] = tune->vcpupins[i].cpuset.ids;
		placement->vcpu_pinned[vcpu] = true;
	}
}

static bool is_listed(const struct domain_iothreadids *listed, uint32_t id)
{
	for (size_t i = 0; i < listed->n_iothreads; i++)
		if (listed->iothreads[i].id.value == id)
			return true;
	return false;
}

static int by_id(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Those listed, and the lowest free ids from 1 for the rest; ascending. */
static void fill_iothread_ids(const struct domain_spec *domain, struct placement *placement)
{
	const struct domain_iothreadids *listed = &domain->iothreadids;
	size_t n = 0;

	while (n < listed->n_iothreads) {
		placement->iothread_ids[n] = (uint32_t)listed->iothreads[n].id.value;
		n++;
	}
	for (uint32_t id = 1; n < placement->n_iothreads; id++)
		if (!is_listed(listed, id))
			placement->iothread_ids[n++] = id;
	if (n)
		qsort(placement->iothread_ids, n, sizeof(*placement->iothread_ids), by_id);
}

static int fill_iothreads(struct placement_build *build, const struct usual *usual, struct err *err)
{
	const struct domain_cputune *tune = &build->domain->cputune;
	struct placement *placement = build->placement;
	size_t n = MAX((size_t)build->domain->iothreads.value,
		       build->domain->iothreadids.n_iothreads);

	placement->iothread_cpus = calloc(n + 1, sizeof(*placement->iothread_cpus));
	placement->iothread_ids = calloc(n + 1, sizeof(*placement->iothread_ids));
	placement->iothread_pinned = calloc(n + 1, sizeof(*placement->iothread_pinned));
	if (!placement->iothread_cpus || !placement->iothread_ids || !placement->iothread_pinned)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "placement");
	placement->n_iothreads = n;
	fill_iothread_ids(build->domain, placement);
	for (size_t i = 0; i < n; i++) {
		placement->iothread_cpus[i] = usual->cpus;
		placement->iothread_pinned[i] = usual->asked;
		for (size_t p = 0; p < tune->n_iothreadpins; p++) {
			if (tune->iothreadpins[p].iothread.value != placement->iothread_ids[i])
				continue;
			placement->iothread_cpus[i] = tune->iothreadpins[p].cpuset.ids;
			placement->iothread_pinned[i] = true;
		}
	}
	return 0;
}

int placement_fill_cpus(struct placement_build *build, struct err *err)
{
	struct usual usual = usual_cpus(build);

	fill_emulator(build, usual);
	fill_vcpus(build, &usual);
	return fill_iothreads(build, &usual, err);
}
