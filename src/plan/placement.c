/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding a placement: see placement.h.
 *
 * Order: sizes and pages (they follow from the XML alone), then advice where it is asked for (it
 * needs the sizes), then nodes, policy and enforcer of each piece of memory, then cpuset.mems (the
 * unions need all nodes), CPUs, and notes about the result.
 */
#include "plan/placement.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "plan/placement_internal.h"

#define BASE_PAGE_BYTES	   4096
#define CELL_ALIGN_BYTES   MIB
#define DEVICE_ALIGN_BYTES (2 * MIB)

static int no_memory(struct err *err)
{
	return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "placement");
}

void placement_free(struct placement *placement)
{
	if (!placement)
		return;
	for (size_t i = 0; i < placement->n_notes; i++)
		free(placement->notes[i]);
	free(placement->notes);
	free(placement->cells);
	free(placement->devices);
	free(placement->vcpu_mems);
	free(placement->vcpu_cpus);
	free(placement->vcpu_pinned);
	free(placement->vcpu_cells);
	free(placement->iothread_cpus);
	free(placement->iothread_ids);
	free(placement->iothread_pinned);
	free(placement);
}

const char *placement_mode_name(enum domain_numa_mode mode)
{
	static const char *const names[] = {
		[0] = "none",
		[DOMAIN_NUMA_STRICT] = "strict",
		[DOMAIN_NUMA_PREFERRED] = "preferred",
		[DOMAIN_NUMA_INTERLEAVE] = "interleave",
		[DOMAIN_NUMA_RESTRICTIVE] = "restrictive",
		[DOMAIN_NUMA_WEIGHTED_INTERLEAVE] = "weighted-interleave",
	};

	return names[mode];
}

void placement_note(struct placement_build *build, const char *fmt, ...)
{
	struct placement *placement = build->placement;
	char **notes = realloc(placement->notes, (placement->n_notes + 1) * sizeof(*notes));
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (notes)
		placement->notes = notes;
	if (!notes || vasprintf(&text, fmt, args) < 0)
		build->no_memory = true;
	else
		notes[placement->n_notes++] = text;
	va_end(args);
}

unsigned int placement_vcpus_at_start(const struct domain_spec *domain)
{
	const struct domain_vcpu *vcpu = &domain->vcpu;

	return (unsigned int)(vcpu->current.given ? vcpu->current.value : vcpu->count.value);
}

/* ---- sizes and pages ------------------------------------------------------------------------ */

/* Sizes are int64_t in the domain: more than that is libvirt's overflow. */
static bool align_size(int64_t size_bytes, uint64_t align_bytes, uint64_t *ret_bytes)
{
	return checked_align_up((uint64_t)size_bytes, align_bytes, ret_bytes) &&
	       *ret_bytes <= INT64_MAX;
}

/* The page size that <hugepages> gives a cell; 0: base pages. */
static uint64_t cell_page_bytes(const struct placement_build *build, uint32_t cell)
{
	const struct domain_hugepages *hugepages = &build->domain->memory_backing.hugepages;
	const struct domain_page *found = NULL;
	uint64_t bytes;

	if (!hugepages->given)
		return 0;
	for (size_t i = 0; i < hugepages->n_pages; i++) {
		const struct domain_page *page = &hugepages->pages[i];

		if (page->nodeset.given ? idset_has(&page->nodeset.ids, cell) : !found)
			found = page;
	}
	if (hugepages->n_pages && !found)
		return 0;
	if (found)
		bytes = (uint64_t)found->size_bytes.value;
	else
		bytes = build->facts && build->facts->huge_page_bytes
				? build->facts->huge_page_bytes
				: 2 * MIB;
	return bytes == BASE_PAGE_BYTES ? 0 : bytes;
}

static bool is_populated(const struct domain_spec *domain, uint64_t page_bytes)
{
	return page_bytes || domain->memory_backing.allocation.mode == DOMAIN_IMMEDIATE;
}

/* All memory but the devices: the machine of a guest without cells. */
static int64_t initial_bytes(const struct domain_spec *domain)
{
	int64_t bytes = domain->memory.size_bytes.value;

	for (size_t i = 0; i < domain->devices.n_memories; i++)
		bytes -= domain->devices.memories[i].target.size_bytes.value;
	return bytes;
}

static int size_cells(struct placement_build *build, struct err *err)
{
	const struct domain_numa *numa = &build->domain->cpu.numa;
	struct placement *placement = build->placement;

	placement->has_cells = numa->n_cells;
	placement->n_cells = MAX(numa->n_cells, (size_t)1);
	placement->cells = calloc(placement->n_cells, sizeof(*placement->cells));
	if (!placement->cells)
		return no_memory(err);
	for (uint32_t i = 0; i < placement->n_cells; i++) {
		struct placement_memory *cell = &placement->cells[i];
		int64_t bytes = placement->has_cells ? numa->cells[i].memory_bytes.value
						     : initial_bytes(build->domain);

		cell->cell = i;
		cell->page_bytes = cell_page_bytes(build, i);
		cell->populate = is_populated(build->domain, cell->page_bytes);
		if (!align_size(bytes, CELL_ALIGN_BYTES, &cell->size_bytes)) {
			if (!placement->has_cells)
				return err_set(err, ERR_USER, -EOVERFLOW, "/domain/memory",
					       "internal error: initial memory size overflowed "
					       "after alignment");
			return err_set(err, ERR_USER, -EOVERFLOW, "/domain/cpu/numa",
				       "internal error: memory size of NUMA node '%" PRIu32
				       "' overflowed after alignment",
				       i);
		}
		cell->start_bytes = cell->size_bytes;
	}
	return 0;
}

/* Its memory is a file of the user's. */
static bool is_file(const struct domain_memory_device *device)
{
	return device->model == DOMAIN_MEMORY_NVDIMM || device->model == DOMAIN_MEMORY_VIRTIO_PMEM;
}

static uint64_t device_page_bytes(const struct placement_build *build,
				  const struct domain_memory_device *device, uint32_t cell)
{
	uint64_t bytes = (uint64_t)device->source.pagesize_bytes.value;

	if (is_file(device))
		return 0;
	if (!device->source.pagesize_bytes.given)
		return cell_page_bytes(build, cell);
	return bytes == BASE_PAGE_BYTES ? 0 : bytes;
}

static uint64_t device_start_bytes(const struct domain_memory_device *device, uint64_t size_bytes)
{
	if (is_file(device))
		return 0;
	return device->model == DOMAIN_MEMORY_VIRTIO_MEM
		       ? (uint64_t)device->target.requested_bytes.value
		       : size_bytes;
}

static int size_devices(struct placement_build *build, struct err *err)
{
	const struct domain_devices *devices = &build->domain->devices;
	struct placement *placement = build->placement;

	placement->devices = calloc(devices->n_memories + 1, sizeof(*placement->devices));
	if (!placement->devices)
		return no_memory(err);
	for (size_t i = 0; i < devices->n_memories; i++) {
		const struct domain_memory_device *from = &devices->memories[i];
		struct placement_memory *device = &placement->devices[placement->n_devices++];

		device->cell = (uint32_t)from->target.node.value;
		device->page_bytes = device_page_bytes(build, from, device->cell);
		device->populate = is_populated(build->domain, device->page_bytes) ||
				   (from->model == DOMAIN_MEMORY_NVDIMM && !from->source.pmem);
		if (!align_size(from->target.size_bytes.value, DEVICE_ALIGN_BYTES,
				&device->size_bytes))
			return err_set(err, ERR_USER, -EOVERFLOW, "/domain/devices/memory",
				       "internal error: size of memory module '%zu' overflowed "
				       "after alignment",
				       i);
		device->start_bytes = device_start_bytes(from, device->size_bytes);
	}
	return 0;
}

static int check_max(const struct domain_spec *domain, struct err *err)
{
	uint64_t aligned;

	if (domain->max_memory.given &&
	    !align_size(domain->max_memory.size_bytes.value, CELL_ALIGN_BYTES, &aligned))
		return err_set(err, ERR_USER, -EOVERFLOW, "/domain/maxMemory",
			       "internal error: maximum memory size overflowed after alignment");
	return 0;
}

/* ---- what the host and the emulator have ----------------------------------------------------- */

static int check_nodes(const struct placement_build *build, const struct idset *nodes,
		       const char *subject, struct err *err)
{
	if (!build->facts)
		return 0;
	for (int id = idset_next(nodes, 0); id >= 0; id = idset_next(nodes, (unsigned int)id + 1))
		if (!idset_has(&build->facts->nodes, (unsigned int)id))
			return err_set(err, ERR_USER, -EINVAL, subject,
				       "unsupported configuration: NUMA node %d is unavailable",
				       id);
	return 0;
}

static int check_weighted(const struct placement_build *build, const char *subject, struct err *err)
{
	const struct host_tiering *kernel = build->facts ? &build->facts->tiering : NULL;

	if (build->emulator && !build->emulator->weighted_interleave)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, subject,
			       "unsupported configuration: %s does not know the memory policy "
			       "'weighted-interleave'; use mode 'interleave', or terrace-vmm",
			       build->emulator->name);
	if (kernel && host_kernel_before(kernel, 6, 9))
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, subject,
			       "unsupported configuration: mode 'weighted-interleave' needs Linux "
			       "6.9 or newer, this host has %u.%u; use mode 'interleave'",
			       kernel->kernel_major, kernel->kernel_minor);
	return 0;
}

static int check_preferred(const struct placement_build *build, const struct idset *nodes,
			   const char *subject, struct err *err)
{
	/* MPOL_PREFERRED_MANY came with 5.15. */
	if (idset_count(nodes) > 1 && build->facts &&
	    host_kernel_before(&build->facts->tiering, 5, 15))
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, subject,
			       "internal error: NUMA memory tuning in 'preferred' mode only "
			       "supports single node");
	return 0;
}

/* One <memory> or <memnode>. */
static int check_tuning(const struct placement_build *build, enum domain_numa_mode mode,
			enum domain_yes_no tiering, const struct idset *nodes, const char *subject,
			struct err *err)
{
	int ret = check_nodes(build, nodes, subject, err);

	if (!ret && mode == DOMAIN_NUMA_WEIGHTED_INTERLEAVE)
		ret = check_weighted(build, subject, err);
	if (!ret && mode == DOMAIN_NUMA_PREFERRED)
		ret = check_preferred(build, nodes, subject, err);
	if (!ret && tiering == DOMAIN_YES && build->emulator && !build->emulator->numa_balancing)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, subject,
			       "unsupported configuration: tiering='yes' needs the property "
			       "'numa-balancing' of memory backends, which %s lacks; use "
			       "terrace-vmm, or mode 'restrictive', where the kernel tiers anyway",
			       build->emulator->name);
	return ret;
}

static int check_tunings(const struct placement_build *build, struct err *err)
{
	const struct domain_numatune *tune = &build->domain->numatune;
	const struct domain_devices *devices = &build->domain->devices;
	char subject[ERR_SUBJECT_MAX];
	int ret = 0;

	if (tune->memory.given)
		ret = check_tuning(build, tune->memory.mode, tune->memory.tiering,
				   &tune->memory.nodeset.ids, "/domain/numatune/memory", err);
	for (size_t i = 0; !ret && i < tune->n_memnodes; i++) {
		const struct domain_numatune_memnode *memnode = &tune->memnodes[i];

		snprintf(subject, sizeof(subject), "/domain/numatune/memnode[%zu]", i + 1);
		ret = check_tuning(build, memnode->mode, memnode->tiering, &memnode->nodeset.ids,
				   subject, err);
	}
	for (size_t i = 0; !ret && i < devices->n_memories; i++) {
		snprintf(subject, sizeof(subject), "/domain/devices/memory[%zu]/source/nodemask",
			 i + 1);
		ret = check_nodes(build, &devices->memories[i].source.nodemask.ids, subject, err);
	}
	return ret;
}

/* ---- nodes, policy, enforcer ------------------------------------------------------------------ */

static const struct domain_numatune_memnode *find_memnode(const struct domain_numatune *tune,
							  uint32_t cell)
{
	for (size_t i = 0; i < tune->n_memnodes; i++)
		if (tune->memnodes[i].cellid.value == cell)
			return &tune->memnodes[i];
	return NULL;
}

/* Mode and nodes by <memnode> (NULL: none), else <memory>, else none. */
static void tune_memory(const struct placement_build *build,
			const struct domain_numatune_memnode *memnode,
			struct placement_memory *memory)
{
	const struct domain_numatune_memory *all = &build->domain->numatune.memory;

	memory->migratable = all->migratable == DOMAIN_YES;
	if (memnode) {
		memory->mode = memnode->mode;
		memory->tiering = memnode->tiering == DOMAIN_YES;
		memory->nodes = memnode->nodeset.ids;
	} else if (all->given) {
		memory->mode = all->mode;
		memory->tiering = all->tiering == DOMAIN_YES;
		memory->nodes = all->placement == DOMAIN_AUTO ? build->placement->advice
							      : all->nodeset.ids;
	}
}

static void enforce_memory(struct placement_memory *memory)
{
	static const enum spec_policy policies[] = {
		[0] = SPEC_POLICY_DEFAULT,
		[DOMAIN_NUMA_STRICT] = SPEC_POLICY_BIND,
		[DOMAIN_NUMA_PREFERRED] = SPEC_POLICY_PREFERRED,
		[DOMAIN_NUMA_INTERLEAVE] = SPEC_POLICY_INTERLEAVE,
		[DOMAIN_NUMA_RESTRICTIVE] = SPEC_POLICY_DEFAULT,
		[DOMAIN_NUMA_WEIGHTED_INTERLEAVE] = SPEC_POLICY_WEIGHTED_INTERLEAVE,
	};

	if (idset_is_empty(&memory->nodes))
		return;
	if (!memory->migratable)
		memory->policy = policies[memory->mode];
	memory->numa_balancing = memory->tiering && memory->policy != SPEC_POLICY_DEFAULT;
	memory->enforcer = memory->policy != SPEC_POLICY_DEFAULT ? PLACEMENT_POLICY
								 : PLACEMENT_CPUSET;
}

static void place_memory(struct placement_build *build)
{
	const struct domain_numatune *tune = &build->domain->numatune;
	const struct domain_devices *devices = &build->domain->devices;
	struct placement *placement = build->placement;

	for (uint32_t i = 0; i < placement->n_cells; i++) {
		tune_memory(build, find_memnode(tune, i), &placement->cells[i]);
		enforce_memory(&placement->cells[i]);
	}
	for (size_t i = 0; i < placement->n_devices; i++) {
		const struct domain_memory_device *from = &devices->memories[i];
		struct placement_memory *device = &placement->devices[i];

		/* The mode is the cell's even where the device names its own nodes. */
		tune_memory(build,
			    from->target.node.given ? find_memnode(tune, device->cell) : NULL,
			    device);
		if (from->source.nodemask.given) {
			device->nodes = from->source.nodemask.ids;
			if (!device->mode)
				device->mode = DOMAIN_NUMA_STRICT;
		}
		enforce_memory(device);
	}
}

/* ---- cpuset.mems ------------------------------------------------------------------------------ */

/*
 * Nodes without memory are of no use there, and cgroup v1 refuses them. A set of nothing else is
 * left as it is: a note says that it cannot work.
 */
static void drop_memoryless(const struct host_facts *facts, struct idset *mems)
{
	struct idset rest = *mems;

	if (!facts)
		return;
	for (size_t w = 0; w < ARRAY_SIZE(rest.words); w++)
		rest.words[w] &= facts->memory_nodes.words[w];
	if (!idset_is_empty(&rest))
		*mems = rest;
}

static struct idset union_of_all(const struct placement *placement, const struct idset *first)
{
	struct idset all = *first;

	for (size_t i = 0; i < placement->n_cells; i++)
		idset_union(&all, &placement->cells[i].nodes);
	for (size_t i = 0; i < placement->n_devices; i++)
		idset_union(&all, &placement->devices[i].nodes);
	return all;
}

/*
 * Driven by <memory> alone, as in libvirt: strict, and what only the cgroup keeps. Unlike there, the
 * union has the nodes of memory devices.
 */
static void place_mems(struct placement_build *build)
{
	const struct domain_numatune_memory *all = &build->domain->numatune.memory;
	struct placement *placement = build->placement;
	bool cgroup_alone = all->mode == DOMAIN_NUMA_RESTRICTIVE || all->migratable == DOMAIN_YES;
	const struct idset *own = all->placement == DOMAIN_AUTO ? &placement->advice
								: &all->nodeset.ids;

	if (!all->given || (!cgroup_alone && all->mode != DOMAIN_NUMA_STRICT))
		return;
	placement->domain_mems = union_of_all(placement, own);
	placement->emulator_mems = cgroup_alone ? *own : placement->domain_mems;
	for (size_t i = 0; i < placement->n_vcpus; i++)
		placement->vcpu_mems[i] = cgroup_alone
						  ? placement->cells[placement->vcpu_cells[i]].nodes
						  : placement->domain_mems;
	drop_memoryless(build->facts, &placement->domain_mems);
	drop_memoryless(build->facts, &placement->emulator_mems);
	for (size_t i = 0; i < placement->n_vcpus; i++)
		drop_memoryless(build->facts, &placement->vcpu_mems[i]);
}

static int new_vcpus(struct placement_build *build, struct err *err)
{
	const struct domain_numa *numa = &build->domain->cpu.numa;
	struct placement *placement = build->placement;
	size_t n = (size_t)build->domain->vcpu.count.value;

	placement->n_vcpus = n;
	placement->vcpu_mems = calloc(n, sizeof(*placement->vcpu_mems));
	placement->vcpu_cpus = calloc(n, sizeof(*placement->vcpu_cpus));
	placement->vcpu_pinned = calloc(n, sizeof(*placement->vcpu_pinned));
	placement->vcpu_cells = calloc(n, sizeof(*placement->vcpu_cells));
	if (!placement->vcpu_mems || !placement->vcpu_cpus || !placement->vcpu_pinned ||
	    !placement->vcpu_cells)
		return no_memory(err);
	/* vCPUs that no cell lists stay in cell 0. */
	for (uint32_t i = 0; i < numa->n_cells; i++) {
		const struct idset *cpus = &numa->cells[i].cpus.ids;

		for (int id = idset_next(cpus, 0); id >= 0 && (size_t)id < n;
		     id = idset_next(cpus, (unsigned int)id + 1))
			placement->vcpu_cells[id] = i;
	}
	return 0;
}

static int advise(struct placement_build *build, struct err *err)
{
	const struct domain_numatune_memory *memory = &build->domain->numatune.memory;
	bool memory_auto = memory->given && memory->placement == DOMAIN_AUTO;

	if (!memory_auto && build->domain->vcpu.placement != DOMAIN_AUTO)
		return 0;
	if (!build->facts)
		return err_set(err, ERR_HOST, -EINVAL, "/domain/vcpu",
			       "placement='auto' needs to know the host");
	if (memory_auto) {
		int ret = placement_advise(build, err);

		if (!ret && build->placement->n_cells > 1 &&
		    idset_count(&build->placement->advice) > 1)
			placement_note(build,
				       "placement='auto': every cell has all of %s; for nodes of "
				       "its own give <memory> a nodeset, and each cell a memnode",
				       NODES_TEXT(&build->placement->advice));
		return ret;
	}
	/* CPUs alone (<memory> is there, or the reader would have made it automatic too). */
	build->placement->advice = memory->nodeset.ids;
	placement_note(build, "placement='auto': vCPUs run beside the memory, on CPUs of %s",
		       NODES_TEXT(&memory->nodeset.ids));
	return 0;
}

int placement_build(const struct domain_spec *domain, const struct host_facts *facts,
		    const struct placement_emulator *emulator, struct placement **ret_placement,
		    struct err *err)
{
	AUTO(placement) placement = calloc(1, sizeof(*placement));
	struct placement_build build = { domain, facts, emulator, placement, false };
	int ret;

	if (!placement)
		return no_memory(err);
	ret = check_max(domain, err);
	if (!ret)
		ret = size_cells(&build, err);
	if (!ret)
		ret = size_devices(&build, err);
	if (!ret)
		ret = check_tunings(&build, err);
	if (!ret)
		ret = advise(&build, err);
	if (!ret)
		ret = new_vcpus(&build, err);
	if (ret)
		return ret;
	place_memory(&build);
	place_mems(&build);
	ret = placement_fill_cpus(&build, err);
	if (ret)
		return ret;
	placement_add_notes(&build);
	if (build.no_memory)
		return no_memory(err);
	*ret_placement = TAKE_PTR(placement);
	return 0;
}
