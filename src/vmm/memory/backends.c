/* SPDX-License-Identifier: Apache-2.0 */
/* All backends of a machine: see backends.h. */
#include "vmm/memory/backends.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "host/facts.h"
#include "host/mempolicy.h"
#include "vmm/memory/lock.h"
#include "vmm/memory/prealloc.h"

#define PHASE_BYTES (2 * MIB)

/*
 * Guest address of the backend's first byte modulo 2 MiB; 0 when the guest does not boot from it.
 */
static uint64_t phase_of(const struct plan *plan, size_t backend)
{
	for (size_t i = 0; i < plan->n_regions; i++)
		if (plan->regions[i].backend == backend)
			return (plan->regions[i].gpa - plan->regions[i].offset_bytes) % PHASE_BYTES;
	return 0;
}

static int open_all(const struct vm_spec *spec, const struct plan *plan,
		    struct memory_backends *backends, struct err *err)
{
	struct memory_defaults defaults = {
		.merge = spec->machine.mem_merge,
		.dump = spec->machine.dump_guest_core,
	};

	for (size_t i = 0; i < spec->n_backends; i++) {
		int ret = memory_backend_open(&spec->backends[i], &defaults, phase_of(plan, i),
					      &backends->backend[i], err);

		if (ret < 0)
			return ret;
		backends->n_backends++;
	}
	return 0;
}

static int check_allowed(const struct vm_spec *spec, struct err *err)
{
	struct idset allowed;
	bool known = false;

	for (size_t i = 0; i < spec->n_backends; i++) {
		const struct idset *nodes = &spec->backends[i].host_nodes;
		char list[128], subject[ERR_SUBJECT_MAX];

		if (idset_is_empty(nodes))
			continue;
		if (!known && host_nodes_allowed(&allowed, NULL) < 0)
			return 0; /* no NUMA: mbind has said so already */
		known = true;
		for (int id = idset_next(nodes, 0); id >= 0;
		     id = idset_next(nodes, (unsigned int)id + 1)) {
			if (idset_has(&allowed, (unsigned int)id))
				continue;
			idset_format(&allowed, list, sizeof(list));
			return err_set(
				err, ERR_HOST, -EINVAL,
				plan_backend_subject(&spec->backends[i], subject, sizeof(subject)),
				"cannot bind memory to host NUMA nodes: node %d is not "
				"allowed, this process may use memory of nodes %s "
				"(cpuset.mems)",
				id, list);
		}
	}
	return 0;
}

static int check_ram(const struct plan *plan, const struct memory_backends *backends, int root_fd,
		     struct err *err)
{
	for (size_t i = 0; i < plan->n_regions; i++) {
		int ret = memory_backend_check_ram(backends->backend[plan->regions[i].backend],
						   root_fd, err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int lock_all(const struct memory_backends *backends, struct err *err)
{
	uint64_t wanted_bytes = 0;

	for (size_t i = 0; i < backends->n_backends; i++)
		wanted_bytes += backends->backend[i]->size_bytes;
	for (size_t i = 0; i < backends->n_backends; i++) {
		int ret = memory_lock_on_fault(backends->backend[i]->host,
					       backends->backend[i]->size_bytes, wanted_bytes, err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static const struct spec_thread_context *find_context(const struct vm_spec *spec, const char *id)
{
	for (size_t i = 0; i < spec->n_thread_contexts; i++)
		if (!strcmp(spec->thread_contexts[i].id, id))
			return &spec->thread_contexts[i];
	return NULL;
}

/* Where the threads of a backend run: its thread context's CPUs, else those of its nodes. */
static int choose_cpus(const struct vm_spec *spec, const struct spec_backend *backend, int root_fd,
		       struct prealloc_range *range, struct err *err)
{
	const struct spec_thread_context *context;
	int ret;

	if (!backend->prealloc_context) {
		if (idset_is_empty(&backend->host_nodes))
			return 0;
		return host_nodes_cpus(root_fd, &backend->host_nodes, &range->cpus, err);
	}
	context = find_context(spec, backend->prealloc_context);
	if (!context)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, range->subject, "Device '%s' not found",
			       backend->prealloc_context);
	range->cpus_required = true;
	range->cpus = context->cpu_affinity;
	if (idset_is_empty(&context->node_affinity))
		return 0;
	ret = host_nodes_cpus(root_fd, &context->node_affinity, &range->cpus, err);
	if (ret == 0 && idset_is_empty(&range->cpus))
		return err_set(err, ERR_USER, -EINVAL, range->subject, "The nodes select no CPUs");
	return ret;
}

static int fill_range(const struct vm_spec *spec, const struct memory_backend *backend, int root_fd,
		      const char *subject, struct prealloc_range *range, struct err *err)
{
	*range = (struct prealloc_range){
		.subject = subject,
		.host = backend->host,
		.size_bytes = backend->size_bytes,
		.page_bytes = backend->page_bytes,
		.threads_max = backend->spec->prealloc_threads ? backend->spec->prealloc_threads
							       : MAX(spec->smp.cpus, 1u),
	};
	if (backend->spec->policy == SPEC_POLICY_BIND)
		range->nodes = backend->spec->host_nodes;
	return choose_cpus(spec, backend->spec, root_fd, range, err);
}

static int populate_all(const struct vm_spec *spec, const struct memory_backends *backends,
			int root_fd, struct err *err)
{
	bool all = spec->mem_lock == SPEC_MEM_LOCK_ON;
	autofree struct prealloc_range *ranges = NULL;
	autofree char(*subjects)[ERR_SUBJECT_MAX] = NULL;
	size_t n = 0;

	for (size_t i = 0; i < backends->n_backends; i++)
		n += all || backends->backend[i]->spec->prealloc;
	if (!n)
		return 0;
	ranges = calloc(n, sizeof(*ranges));
	subjects = calloc(n, sizeof(*subjects));
	if (!ranges || !subjects)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "preallocation");
	n = 0;
	for (size_t i = 0; i < backends->n_backends; i++) {
		const struct memory_backend *backend = backends->backend[i];
		int ret;

		if (backend->readonly || (!all && !backend->spec->prealloc))
			continue;
		plan_backend_subject(backend->spec, subjects[n], sizeof(subjects[n]));
		ret = fill_range(spec, backend, root_fd, subjects[n], &ranges[n], err);
		if (ret < 0)
			return ret;
		n++;
	}
	return memory_prealloc(ranges, n, root_fd, err);
}

static int open_steps(const struct vm_spec *spec, const struct plan *plan, int root_fd,
		      struct memory_backends *backends, struct err *err)
{
	int ret = open_all(spec, plan, backends, err);

	if (ret == 0)
		ret = check_allowed(spec, err);
	if (ret == 0)
		ret = check_ram(plan, backends, root_fd, err);
	if (ret == 0 && spec->mem_lock != SPEC_MEM_LOCK_OFF)
		ret = lock_all(backends, err);
	if (ret == 0)
		ret = populate_all(spec, backends, root_fd, err);
	return ret;
}

static void release(struct memory_backends *backends, void (*func)(struct memory_backend *))
{
	if (!backends)
		return;
	for (size_t i = 0; i < backends->n_backends; i++)
		func(backends->backend[i]);
	free(backends->backend);
	free(backends);
}

int memory_backends_open(const struct vm_spec *spec, const struct plan *plan, int root_fd,
			 struct memory_backends **ret_backends, struct err *err)
{
	struct memory_backends *backends = calloc(1, sizeof(*backends));
	int ret;

	if (backends)
		backends->backend = calloc(spec->n_backends + 1, sizeof(*backends->backend));
	if (!backends || !backends->backend) {
		free(backends);
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "memory backends");
	}
	ret = open_steps(spec, plan, root_fd, backends, err);
	if (ret < 0) {
		release(backends, memory_backend_undo);
		return ret;
	}
	*ret_backends = backends;
	return 0;
}

void memory_backends_close(struct memory_backends *backends)
{
	release(backends, memory_backend_close);
}

void *memory_backends_region_host(const struct memory_backends *backends,
				  const struct plan_region *region)
{
	return (char *)backends->backend[region->backend]->host + region->offset_bytes;
}

int memory_backends_add_regions(const struct memory_backends *backends, const struct plan *plan,
				struct guest_memory *mem, struct err *err)
{
	for (size_t i = 0; i < plan->n_regions; i++) {
		const struct plan_region *region = &plan->regions[i];
		int ret = guest_memory_add(mem, gpa(region->gpa), region->size_bytes,
					   memory_backends_region_host(backends, region), err);

		if (ret < 0)
			return ret;
	}
	return 0;
}
