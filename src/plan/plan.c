/* SPDX-License-Identifier: Apache-2.0 */
/* Building the plan: see plan.h. */
#include "plan/plan.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan/layout.h"
#include "spec/build.h"

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	free(plan->regions);
	free(plan->slots);
	free(plan->cells);
	free(plan->vcpus);
	free(plan->affinities);
	free(plan);
}

static int no_memory(struct err *err)
{
	return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "plan");
}

const char *plan_backend_subject(const struct spec_backend *backend, char *buf, size_t buf_size)
{
	if (backend->implicit) {
		snprintf(buf, buf_size, "-m");
		return buf;
	}
	snprintf(buf, buf_size, "-object %s,id=%s", spec_backend_type_name(backend->type),
		 backend->id);
	return buf;
}

/* ---- the host ------------------------------------------------------------------------------ */

static int check_host_nodes(const struct spec_backend *backend, const struct host_facts *facts,
			    struct err *err)
{
	char subject[ERR_SUBJECT_MAX], nodes[128];

	plan_backend_subject(backend, subject, sizeof(subject));
	for (int id = idset_next(&backend->host_nodes, 0); id >= 0;
	     id = idset_next(&backend->host_nodes, (unsigned int)id + 1)) {
		if (idset_has(&facts->nodes, (unsigned int)id))
			continue;
		idset_format(&facts->nodes, nodes, sizeof(nodes));
		return err_set(err, ERR_USER, -EINVAL, subject,
			       "host node %d does not exist; this host has node%s %s", id,
			       idset_count(&facts->nodes) == 1 ? "" : "s", nodes);
	}
	if (idset_is_empty(&backend->host_nodes) ||
	    idset_intersects(&backend->host_nodes, &facts->memory_nodes))
		return 0;
	idset_format(&facts->memory_nodes, nodes, sizeof(nodes));
	return err_set(err, ERR_USER, -EINVAL, subject,
		       "no node of host-nodes has memory; nodes with memory: %s", nodes);
}

static int check_host(const struct vm_spec *spec, const struct host_facts *facts, struct err *err)
{
	for (size_t i = 0; i < spec->n_backends; i++) {
		int ret = check_host_nodes(&spec->backends[i], facts, err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* ---- boot RAM ------------------------------------------------------------------------------ */

/* Where the next bytes of RAM come from. */
struct source {
	size_t backend;
	uint64_t offset_bytes;
	uint64_t size_bytes;
	uint32_t cell;
};

static int check_source(const struct vm_spec *spec, const struct source *source, struct err *err)
{
	const struct spec_backend *backend = &spec->backends[source->backend];
	char subject[ERR_SUBJECT_MAX];

	plan_backend_subject(backend, subject, sizeof(subject));
	if (!is_aligned(source->size_bytes, PLAN_PAGE_BYTES))
		return err_set(err, ERR_USER, -EINVAL, subject,
			       "size %" PRIu64 " is not a multiple of 4096 bytes",
			       source->size_bytes);
	if (source->offset_bytes > backend->size_bytes ||
	    source->size_bytes > backend->size_bytes - source->offset_bytes)
		return err_set(err, ERR_USER, -EINVAL, subject,
			       "size %" PRIu64 " is too small for %" PRIu64
			       " bytes of RAM at offset %" PRIu64,
			       backend->size_bytes, source->size_bytes, source->offset_bytes);
	if (backend->readonly)
		return err_set(err, ERR_USER, -EINVAL, subject,
			       "read-only memory cannot be the guest's RAM");
	return 0;
}

/* Appends source's regions from ram_offset on: one, or two where the hole splits it. */
static int add_source(const struct vm_spec *spec, struct plan *plan, const struct source *source,
		      uint64_t ram_offset, struct err *err)
{
	uint64_t done = 0;
	int ret = check_source(spec, source, err);

	if (ret < 0)
		return ret;
	if (source->size_bytes > plan->ram_bytes - ram_offset)
		return err_set(err, ERR_USER, -EINVAL, "-numa",
			       "the cells are larger than the RAM");
	while (done < source->size_bytes) {
		struct plan_region *region = &plan->regions[plan->n_regions++];
		uint64_t room;

		region->gpa = plan_layout_gpa(plan, ram_offset + done, &room);
		region->size_bytes = MIN(room, source->size_bytes - done);
		region->backend = source->backend;
		region->offset_bytes = source->offset_bytes + done;
		region->cell = source->cell;
		done += region->size_bytes;
	}
	return 0;
}

/* The backend of a machine without cells, or of cells with the legacy mem=; SIZE_MAX: none. */
static size_t whole_backend(const struct vm_spec *spec)
{
	const char *id = spec->machine.memory_backend ? spec->machine.memory_backend
						      : SPEC_DEFAULT_RAM_ID;
	const struct spec_backend *backend = spec_backend_find(spec, id);

	return backend ? (size_t)(backend - spec->backends) : SIZE_MAX;
}

static size_t cell_backend(const struct vm_spec *spec, const struct spec_cell *cell)
{
	const struct spec_backend *backend;

	if (!cell->memdev)
		return cell->mem_bytes ? whole_backend(spec) : SIZE_MAX;
	backend = spec_backend_find(spec, cell->memdev);
	return backend ? (size_t)(backend - spec->backends) : SIZE_MAX;
}

static int build_cells(const struct vm_spec *spec, struct plan *plan, struct err *err)
{
	uint64_t ram_offset = 0;

	for (size_t i = 0; i < spec->n_cells; i++) {
		const struct spec_cell *from = &spec->cells[i];
		struct plan_cell *cell = &plan->cells[plan->n_cells++];
		struct source source = { 0 };
		int ret;

		cell->cell = (uint32_t)i;
		cell->size_bytes = from->mem_bytes;
		cell->backend = cell_backend(spec, from);
		cell->vcpus = from->cpus;
		if (!cell->size_bytes)
			continue;
		if (cell->backend == SIZE_MAX)
			return err_set(err, ERR_USER, -EINVAL, "-numa",
				       "cell %zu has memory, but no backend that provides it", i);
		source = (struct source){
			.backend = cell->backend,
			/* Cells with mem= share one backend, end to end. */
			.offset_bytes = from->memdev ? 0 : ram_offset,
			.size_bytes = cell->size_bytes,
			.cell = cell->cell,
		};
		ret = add_source(spec, plan, &source, ram_offset, err);
		if (ret < 0)
			return ret;
		ram_offset += cell->size_bytes;
	}
	if (ram_offset != plan->ram_bytes)
		return err_set(err, ERR_USER, -EINVAL, "-numa",
			       "total memory for NUMA nodes (0x%" PRIx64
			       ") should equal RAM size (0x%" PRIx64 ")",
			       ram_offset, plan->ram_bytes);
	return 0;
}

static int build_ram(const struct vm_spec *spec, struct plan *plan, struct err *err)
{
	struct source source = { .size_bytes = spec->ram_bytes, .cell = PLAN_NO_CELL };

	/* The hole splits at most one cell in two. */
	plan->regions = calloc(spec->n_cells + 2, sizeof(*plan->regions));
	plan->cells = calloc(spec->n_cells + 1, sizeof(*plan->cells));
	if (!plan->regions || !plan->cells)
		return no_memory(err);
	if (spec->n_cells)
		return build_cells(spec, plan, err);
	source.backend = whole_backend(spec);
	if (source.backend == SIZE_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-machine",
			       "no backend provides the RAM (memory-backend)");
	return add_source(spec, plan, &source, 0, err);
}

static int build_slots(struct plan *plan, struct err *err)
{
	plan->slots = calloc(plan->n_regions + 1, sizeof(*plan->slots));
	if (!plan->slots)
		return no_memory(err);
	for (size_t i = 0; i < plan->n_regions; i++)
		plan->slots[plan->n_slots++] = (struct plan_slot){ (uint32_t)i, i };
	return 0;
}

/* ---- vCPUs and SRAT ------------------------------------------------------------------------ */

static int build_vcpus(const struct vm_spec *spec, struct plan *plan, struct err *err)
{
	plan->vcpus = calloc((size_t)spec->smp.maxcpus + 1, sizeof(*plan->vcpus));
	if (!plan->vcpus)
		return no_memory(err);
	for (uint32_t i = 0; i < spec->smp.maxcpus; i++)
		plan->vcpus[plan->n_vcpus++] = (struct plan_vcpu){
			.index = i,
			.apic_id = spec_vcpu_place(&spec->smp, i).apic_id,
			.cell = spec_vcpu_cell(spec, i),
			.present = i < spec->smp.cpus,
		};
	return 0;
}

static void add_affinity(struct plan *plan, uint32_t cell, uint64_t start, uint64_t end)
{
	if (start < end)
		plan->affinities[plan->n_affinities++] = (struct plan_affinity){
			.cell = cell,
			.gpa = start,
			.size_bytes = end - start,
		};
}

static int build_affinities(struct plan *plan, struct err *err)
{
	bool implicit = !plan->n_cells;

	if (implicit && !plan->devices.size_bytes)
		return 0;
	/* The legacy hole can cut a region in two, and so it can cut more than one. */
	plan->affinities = calloc(2 * plan->n_regions + 1, sizeof(*plan->affinities));
	if (!plan->affinities)
		return no_memory(err);
	for (size_t i = 0; i < plan->n_regions; i++) {
		const struct plan_region *region = &plan->regions[i];
		uint64_t end = region->gpa + region->size_bytes;
		uint32_t cell = implicit ? 0 : region->cell;

		add_affinity(plan, cell, region->gpa, MIN(end, PLAN_LEGACY_START));
		add_affinity(plan, cell, MAX(region->gpa, PLAN_LEGACY_END), end);
	}
	if (plan->devices.size_bytes)
		plan->affinities[plan->n_affinities++] = (struct plan_affinity){
			.cell = implicit ? 0 : plan->cells[plan->n_cells - 1].cell,
			.gpa = plan->devices.start,
			.size_bytes = plan->devices.size_bytes,
			.hotplug = true,
		};
	return 0;
}

int plan_build(const struct vm_spec *spec, const struct host_facts *facts, struct plan **ret_plan,
	       struct err *err)
{
	AUTO(plan) plan = calloc(1, sizeof(*plan));
	int ret;

	if (!plan)
		return no_memory(err);
	ret = facts ? check_host(spec, facts, err) : 0;
	if (ret == 0)
		ret = plan_layout_fill(plan, spec->ram_bytes, spec->maxmem_bytes,
				       spec->memory_slots, facts ? facts->phys_bits : 0, err);
	if (ret == 0)
		ret = build_ram(spec, plan, err);
	if (ret == 0)
		ret = build_slots(plan, err);
	if (ret == 0)
		ret = build_vcpus(spec, plan, err);
	if (ret == 0)
		ret = build_affinities(plan, err);
	if (ret < 0)
		return ret;
	*ret_plan = TAKE_PTR(plan);
	return 0;
}
