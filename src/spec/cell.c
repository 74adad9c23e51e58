/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells: which vCPUs and which memory each has. Rules and texts: QEMU 10.0, "-numa node" and
 * "-numa cpu". See build.h.
 *
 * Theory of operation
 * Model: readers declare cells in any order, so cells[] has holes until spec_cells_complete() finds
 *	them dense. A vCPU belongs to at most one cell at any time, to exactly one afterwards.
 * Memory: a cell names a backend (memdev), or a size (legacy mem=) for which a backend "ram-node<N>"
 *	is made, or has none. After completion mem_bytes is the size in every case.
 * Failure: the first broken rule is reported; the spec is then only good for spec_free().
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "spec/build.h"

#define PAGE_BYTES (4 * KIB)

/* Cell that has the vCPU, or -1. Also before completion. */
static int cell_of_vcpu(const struct vm_spec *spec, unsigned int vcpu)
{
	for (unsigned int i = 0; i < SPEC_CELL_MAX; i++)
		if (spec->cells[i].present && idset_has(&spec->cells[i].cpus, vcpu))
			return (int)i;
	return -1;
}

static int check_cpus(const struct vm_spec *spec, unsigned int id, const struct idset *cpus,
		      struct err *err)
{
	if (idset_last(cpus) >= (int)spec->smp.maxcpus) {
		int bad = idset_next(cpus, spec->smp.maxcpus);

		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "CPU index (%d) should be smaller than maxcpus (%u)", bad,
			       spec->smp.maxcpus);
	}
	for (unsigned int i = 0; i < SPEC_CELL_MAX; i++)
		if (i != id && spec->cells[i].present &&
		    idset_intersects(&spec->cells[i].cpus, cpus))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "CPU is already assigned to node-id: %u", i);
	return 0;
}

/* HMAT knows a cell with CPUs only as its own initiator. */
static int check_initiator(const struct vm_spec *spec, unsigned int id,
			   const struct spec_cell *cell, struct err *err)
{
	if (cell->initiator < 0)
		return 0;
	if (!spec->machine.hmat)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, "
			       "enable it with -machine hmat=on before using any of hmat specific "
			       "options");
	if (cell->initiator >= (int)SPEC_CELL_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "The initiator id %d expects an integer between 0 and %u",
			       cell->initiator, SPEC_CELL_MAX - 1);
	if (!idset_is_empty(&cell->cpus) && cell->initiator != (int)id)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "The initiator of CPU NUMA node %u should be itself (got %d)", id,
			       cell->initiator);
	return 0;
}

static int check_memory(const struct vm_spec *spec, const struct spec_cell *cell, struct err *err)
{
	if (cell->memdev && !spec_backend_find(spec, cell->memdev))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "memdev=%s is ambiguous: there is no memory backend with this id",
			       cell->memdev);
	for (unsigned int i = 0; i < SPEC_CELL_MAX; i++) {
		const struct spec_cell *other = &spec->cells[i];

		if (!other->present)
			continue;
		if ((cell->memdev && other->mem_bytes) || (cell->mem_bytes && other->memdev))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "numa configuration should use either mem= or memdev=,mixing "
				       "both is not allowed");
		if (cell->memdev && other->memdev && !strcmp(cell->memdev, other->memdev))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "memory backend %s can't be used multiple times.",
				       cell->memdev);
	}
	return 0;
}

int spec_cell_add(struct vm_spec *spec, unsigned int id, struct spec_cell *cell, struct err *err)
{
	int ret;

	if (id >= SPEC_CELL_MAX || spec->n_cells >= SPEC_CELL_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Max number of NUMA nodes reached: %u", SPEC_CELL_MAX);
	if (spec->cells[id].present)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Duplicate NUMA nodeid: %u", id);
	ret = check_cpus(spec, id, &cell->cpus, err);
	if (ret < 0)
		return ret;
	if (cell->memdev && cell->mem_bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "cannot specify both mem= and memdev=");
	ret = check_memory(spec, cell, err);
	if (ret < 0)
		return ret;
	ret = check_initiator(spec, id, cell, err);
	if (ret < 0)
		return ret;
	spec->cells[id] = *cell;
	spec->cells[id].present = true;
	spec->n_cells++;
	*cell = (struct spec_cell){ .initiator = -1 };
	return 0;
}

int spec_cell_cpus_add(struct vm_spec *spec, unsigned int id, const struct idset *vcpus,
		       struct err *err)
{
	struct spec_cell *cell = &spec->cells[id];
	int ret = check_cpus(spec, id, vcpus, err);

	if (ret < 0)
		return ret;
	if (cell->initiator >= 0 && cell->initiator != (int)id)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "The initiator of CPU NUMA node %u should be itself (got %d)", id,
			       cell->initiator);
	idset_union(&cell->cpus, vcpus);
	return 0;
}

/* ------------------------------------------------------------------ completion: vCPUs */

/* Nobody was mapped: sockets go round the cells, so that no socket is torn apart. */
static void spread_sockets(struct vm_spec *spec)
{
	for (unsigned int vcpu = 0; vcpu < spec->smp.maxcpus; vcpu++) {
		unsigned int socket = spec_vcpu_place(&spec->smp, vcpu).socket;

		idset_add(&spec->cells[socket % spec->n_cells].cpus, vcpu);
	}
}

static void describe_vcpu(const struct spec_smp *smp, unsigned int vcpu, struct strbuf *text)
{
	struct spec_vcpu_place place = spec_vcpu_place(smp, vcpu);

	strbuf_addf(text, "%sCPU %u [socket-id: %u, ", text->length ? ", " : "", vcpu,
		    place.socket);
	if (smp->dies > 1)
		strbuf_addf(text, "die-id: %u, ", place.die);
	strbuf_addf(text, "core-id: %u, thread-id: %u]", place.core, place.thread);
}

/* Some were mapped: the rest go to cell 0, which QEMU warns about. */
static void adopt_rest(struct vm_spec *spec)
{
	AUTO_STRBUF rest = STRBUF_INIT;

	for (unsigned int vcpu = 0; vcpu < spec->smp.maxcpus; vcpu++) {
		if (cell_of_vcpu(spec, vcpu) >= 0)
			continue;
		describe_vcpu(&spec->smp, vcpu, &rest);
		idset_add(&spec->cells[0].cpus, vcpu);
	}
	if (!rest.length)
		return;
	spec_warn(spec, "CPU(s) not present in any NUMA nodes: %s", strbuf_text(&rest));
	spec_warn(spec, "All CPU(s) up to maxcpus should be described in NUMA config, ability to "
			"start up with partial NUMA mappings is obsoleted and will be removed in "
			"future");
}

static void complete_cpus(struct vm_spec *spec)
{
	for (unsigned int i = 0; i < spec->n_cells; i++) {
		if (!idset_is_empty(&spec->cells[i].cpus)) {
			adopt_rest(spec);
			return;
		}
	}
	spread_sockets(spec);
}

static int complete_initiators(struct vm_spec *spec, struct err *err)
{
	for (unsigned int i = 0; i < spec->n_cells; i++) {
		struct spec_cell *cell = &spec->cells[i];
		int initiator = cell->initiator;

		if (!spec->machine.hmat)
			continue;
		if (!idset_is_empty(&cell->cpus)) {
			if (initiator >= 0 && initiator != (int)i)
				return err_set(err, ERR_USER, -EINVAL, "-numa",
					       "The initiator of CPU NUMA node %u should be itself "
					       "(got %d)",
					       i, initiator);
			cell->initiator = (int)i;
			continue;
		}
		if (initiator < 0)
			continue;
		if (initiator >= (int)spec->n_cells)
			return err_set(err, ERR_USER, -EINVAL, "-numa",
				       "NUMA node %d is missing, use '-numa node' option to declare "
				       "it first",
				       initiator);
		if (idset_is_empty(&spec->cells[initiator].cpus))
			return err_set(err, ERR_USER, -EINVAL, "-numa",
				       "The initiator of NUMA node %u is invalid", i);
	}
	return 0;
}

/* ------------------------------------------------------------------ completion: memory */

static int check_dense(const struct vm_spec *spec, struct err *err)
{
	for (unsigned int i = 0; i < spec->n_cells; i++)
		if (!spec->cells[i].present)
			return err_set(err, ERR_USER, -EINVAL, "-numa",
				       "numa: Node ID missing: %u", i);
	return 0;
}

/* The size of each cell from its backend; spec_cell_add() saw that the backend exists. */
static void take_backend_sizes(struct vm_spec *spec)
{
	for (unsigned int i = 0; i < spec->n_cells; i++) {
		struct spec_cell *cell = &spec->cells[i];

		if (cell->memdev)
			cell->mem_bytes = spec_backend_find(spec, cell->memdev)->size_bytes;
	}
}

static int check_total(const struct vm_spec *spec, struct err *err)
{
	uint64_t total_bytes = 0;

	for (unsigned int i = 0; i < spec->n_cells; i++) {
		if (!is_aligned(spec->cells[i].mem_bytes, PAGE_BYTES))
			return err_set(err, ERR_USER, -EINVAL, "-numa",
				       "memory of node %u (0x%" PRIx64
				       ") must be a multiple of 0x1000 bytes",
				       i, spec->cells[i].mem_bytes);
		if (!checked_add(total_bytes, spec->cells[i].mem_bytes, &total_bytes))
			return err_set(err, ERR_USER, -EINVAL, "-numa",
				       "total memory for NUMA nodes is 2^64 bytes or more");
	}
	if (total_bytes != spec->ram_bytes)
		return err_set(err, ERR_USER, -EINVAL, "-numa",
			       "total memory for NUMA nodes (0x%" PRIx64
			       ") should equal RAM size (0x%" PRIx64 ")",
			       total_bytes, spec->ram_bytes);
	return 0;
}

/* A backend that nobody named, with the machine's defaults. *ret_id is a copy for the cell. */
static int make_backend(struct vm_spec *spec, const char *id, uint64_t size_bytes, bool implicit,
			char **ret_id, struct err *err)
{
	struct spec_backend backend = spec_backend_default(SPEC_BACKEND_RAM);
	autofree char *copy = strdup(id);
	int ret;

	backend.id = strdup(id);
	backend.size_bytes = size_bytes;
	backend.implicit = implicit;
	ret = copy && backend.id ? spec_backend_add(spec, &backend, err)
				 : err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	spec_backend_fini(&backend);
	if (ret == 0)
		*ret_id = TAKE_PTR(copy);
	return ret;
}

/* mem=SIZE: QEMU keeps one anonymous RAM block; a backend per cell can also be placed. */
static int make_cell_backend(struct vm_spec *spec, unsigned int id, struct err *err)
{
	struct spec_cell *cell = &spec->cells[id];
	char name[48];

	snprintf(name, sizeof(name), "ram-node%u", id);
	for (unsigned int n = 1; spec_backend_find(spec, name); n++)
		snprintf(name, sizeof(name), "ram-node%u-%u", id, n);
	return make_backend(spec, name, cell->mem_bytes, false, &cell->memdev, err);
}

static int complete_cells(struct vm_spec *spec, struct err *err)
{
	int ret = check_dense(spec, err);

	if (ret < 0)
		return ret;
	if (spec->machine.memory_backend)
		return err_set(err, ERR_USER, -EINVAL, "-machine",
			       "'-machine memory-backend' is for a machine without '-numa node': "
			       "give each node its own memdev");
	take_backend_sizes(spec);
	ret = check_total(spec, err);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < spec->n_cells; i++) {
		if (spec->cells[i].memdev || !spec->cells[i].mem_bytes)
			continue;
		ret = make_cell_backend(spec, i, err);
		if (ret < 0)
			return ret;
	}
	complete_cpus(spec);
	return complete_initiators(spec, err);
}

/* Without -numa: one backend for everything, and a cell around it where memory may be added. */
static int complete_flat(struct vm_spec *spec, struct err *err)
{
	struct spec_cell *cell = &spec->cells[0];
	int ret;

	if (!spec->machine.memory_backend) {
		ret = make_backend(spec, SPEC_DEFAULT_RAM_ID, spec->ram_bytes, true,
				   &spec->machine.memory_backend, err);
		if (ret < 0)
			return ret;
	}
	if (spec_backend_find(spec, spec->machine.memory_backend)->size_bytes != spec->ram_bytes)
		return err_set(err, ERR_USER, -EINVAL, "-machine",
			       "Machine memory size does not match the size of the memory backend");
	if (spec->maxmem_bytes <= spec->ram_bytes)
		return 0;
	cell->memdev = strdup(spec->machine.memory_backend);
	if (!cell->memdev)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	cell->present = true;
	cell->implicit = true;
	cell->mem_bytes = spec->ram_bytes;
	spec->n_cells = 1;
	complete_cpus(spec);
	return complete_initiators(spec, err);
}

int spec_cells_complete(struct vm_spec *spec, struct err *err)
{
	return spec->n_cells ? complete_cells(spec, err) : complete_flat(spec, err);
}

unsigned int spec_vcpu_cell(const struct vm_spec *spec, unsigned int vcpu)
{
	return (unsigned int)MAX(cell_of_vcpu(spec, vcpu), 0);
}
