/* SPDX-License-Identifier: Apache-2.0 */
/* Memory backends: see backend.h. */
#include "vmm/memory/backend.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "host/facts.h"
#include "host/mempolicy.h"
#include "host/populate.h"
#include "plan/plan.h"
#include "vmm/memory/backend_fd.h"
#include "vmm/memory/map.h"

#define BASE_PAGE_BYTES UINT64_C(4096)
#define THP_BYTES	(2 * MIB) /* the PMD size of x86-64 */

static const enum host_policy_mode policy_modes[SPEC_POLICY_COUNT] = {
	[SPEC_POLICY_DEFAULT] = HOST_POLICY_DEFAULT,
	[SPEC_POLICY_PREFERRED] = HOST_POLICY_PREFERRED,
	[SPEC_POLICY_BIND] = HOST_POLICY_BIND,
	[SPEC_POLICY_INTERLEAVE] = HOST_POLICY_INTERLEAVE,
	[SPEC_POLICY_WEIGHTED_INTERLEAVE] = HOST_POLICY_WEIGHTED_INTERLEAVE,
};

static bool choose(enum spec_onoffauto value, bool automatic)
{
	return value == SPEC_AUTO ? automatic : value == SPEC_ON;
}

static int open_descriptor(struct memory_backend *backend, struct err *err)
{
	struct memory_fd opened;
	int ret;

	if (backend->spec->type == SPEC_BACKEND_RAM)
		return 0;
	ret = memory_fd_open(backend->spec, &opened, err);
	if (ret < 0)
		return ret;
	backend->fd = opened.fd;
	backend->page_bytes = opened.page_bytes;
	backend->created = opened.created;
	return 0;
}

static int check_align(const struct memory_backend *backend, struct err *err)
{
	uint64_t align_bytes = backend->spec->align_bytes;

	if (!align_bytes)
		return 0;
	if (!is_aligned(align_bytes, backend->page_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "alignment 0x%" PRIx64 " must be multiples of page size 0x%" PRIx64,
			       align_bytes, backend->page_bytes);
	if (!is_power_of_two(align_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "alignment 0x%" PRIx64 " must be a power of two", align_bytes);
	return 0;
}

static int map_flags(const struct memory_backend *backend)
{
	int flags = backend->shared ? MAP_SHARED : MAP_PRIVATE;

	if (backend->fd < 0)
		flags |= MAP_ANONYMOUS;
	if (!backend->spec->reserve)
		flags |= MAP_NORESERVE;
	return flags;
}

static int map_backend(struct memory_backend *backend, uint64_t phase_bytes, struct err *err)
{
	bool anonymous = backend->fd < 0;
	struct memory_map_request request = {
		.align_bytes = MAX(backend->page_bytes, THP_BYTES),
		/* Pages of files are huge by their place in the file, so only that may count. */
		.phase_bytes = anonymous && !backend->shared ? phase_bytes : 0,
		.protection = backend->readonly ? PROT_READ : PROT_READ | PROT_WRITE,
		.flags = map_flags(backend),
		.fd = backend->fd,
		.offset_bytes = backend->spec->offset_bytes,
	};
	int ret = check_align(backend, err);

	if (ret < 0)
		return ret;
	request.align_bytes = MAX(request.align_bytes, backend->spec->align_bytes);
	if (!checked_align_up(backend->spec->size_bytes, backend->page_bytes,
			      &backend->size_bytes) ||
	    !backend->size_bytes)
		return err_set_errno(err, ERR_USER, -EINVAL, NULL, "memory size");
	request.size_bytes = backend->size_bytes;
	ret = memory_map(&request, &backend->host);
	if (ret < 0 && anonymous)
		return err_set_errno(err, ERR_HOST, ret, NULL, "cannot set up guest memory '%s'",
				     backend->spec->id);
	if (ret < 0)
		return err_set_errno(err, ERR_HOST, ret, NULL,
				     "unable to map backing store for guest RAM");
	return 0;
}

static int set_policy(const struct memory_backend *backend, struct err *err)
{
	const struct spec_backend *spec = backend->spec;
	struct host_policy policy = {
		.mode = policy_modes[spec->policy],
		.numa_balancing = spec->numa_balancing,
		.nodes = spec->host_nodes,
	};

	if (spec->policy == SPEC_POLICY_DEFAULT && idset_is_empty(&spec->host_nodes))
		return 0;
	if (spec->policy == SPEC_POLICY_DEFAULT)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "host-nodes must be empty for policy default, or you should "
			       "explicitly specify a policy other than default");
	if (idset_is_empty(&spec->host_nodes))
		return err_set(err, ERR_USER, -EINVAL, NULL, "host-nodes must be set for policy %s",
			       spec_policy_name(spec->policy));
	return host_policy_set(backend->host, backend->size_bytes, &policy, err);
}

/* Wishes: a kernel without the feature does without, as does the machine. */
static void advise(const struct memory_backend *backend)
{
	if (backend->page_bytes == BASE_PAGE_BYTES)
		madvise(backend->host, backend->size_bytes, MADV_HUGEPAGE);
	/* A child of ours must never make the guest's pages copy on write. */
	madvise(backend->host, backend->size_bytes, MADV_DONTFORK);
	if (backend->merge)
		madvise(backend->host, backend->size_bytes, MADV_MERGEABLE);
	if (!backend->dump)
		madvise(backend->host, backend->size_bytes, MADV_DONTDUMP);
}

static void set_name(const struct memory_backend *backend)
{
	char name[80];

	if (backend->fd >= 0)
		return;
	snprintf(name, sizeof(name), "terrace:%s", backend->spec->id);
	host_range_name(backend->host, backend->size_bytes, name);
}

static int open_steps(struct memory_backend *backend, uint64_t phase_bytes, struct err *err)
{
	int ret = open_descriptor(backend, err);

	if (ret == 0)
		ret = map_backend(backend, phase_bytes, err);
	if (ret == 0)
		ret = set_policy(backend, err);
	if (ret < 0)
		return ret;
	set_name(backend);
	advise(backend);
	return 0;
}

static void set_subject(const struct spec_backend *spec, struct err *err)
{
	if (err)
		plan_backend_subject(spec, err->subject, sizeof(err->subject));
}

int memory_backend_open(const struct spec_backend *spec, const struct memory_defaults *defaults,
			uint64_t phase_bytes, struct memory_backend **ret_backend, struct err *err)
{
	struct memory_backend *backend = calloc(1, sizeof(*backend));
	int ret;

	if (!backend)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "memory backend");
	*backend = (struct memory_backend){
		.spec = spec,
		.page_bytes = BASE_PAGE_BYTES,
		.fd = -1,
		.shared = choose(spec->share, spec->type == SPEC_BACKEND_MEMFD),
		.readonly = spec->readonly,
		.merge = choose(spec->merge, defaults->merge),
		.dump = choose(spec->dump, defaults->dump),
	};
	ret = open_steps(backend, phase_bytes, err);
	if (ret < 0) {
		set_subject(spec, err);
		memory_backend_undo(backend);
		return ret;
	}
	*ret_backend = backend;
	return 0;
}

void memory_backend_close(struct memory_backend *backend)
{
	if (!backend)
		return;
	if (backend->host) {
		if (backend->spec->discard_data && backend->shared && !backend->readonly)
			madvise(backend->host, backend->size_bytes, MADV_REMOVE);
		memory_unmap(backend->host, backend->size_bytes);
	}
	if (backend->fd >= 0)
		close(backend->fd);
	free(backend);
}

void memory_backend_undo(struct memory_backend *backend)
{
	if (backend && backend->created)
		unlink(backend->spec->mem_path);
	memory_backend_close(backend);
}

/* The kernel's reservation ignores a range's policy: see whether the bound nodes have the pages. */
static int check_pool(const struct memory_backend *backend, int root_fd, struct err *err)
{
	const struct idset *nodes = &backend->spec->host_nodes;
	uint64_t free_bytes;
	char list[128];
	int ret;

	ret = host_nodes_available(root_fd, nodes, backend->page_bytes, &free_bytes, err);
	if (ret < 0 || free_bytes >= backend->size_bytes)
		return ret;
	idset_format(nodes, list, sizeof(list));
	return err_set(err, ERR_HOST, -ENOMEM, NULL,
		       "%" PRIu64 " MiB of huge pages are wanted on host-nodes %s, %" PRIu64
		       " MiB are free there",
		       backend->size_bytes / MIB, list, free_bytes / MIB);
}

int memory_backend_check_ram(const struct memory_backend *backend, int root_fd, struct err *err)
{
	int ret = 0;

	if (backend->page_bytes == BASE_PAGE_BYTES)
		return 0;
	if (!backend->spec->reserve)
		ret = err_set(err, ERR_USER, -EINVAL, NULL,
			      "'reserve=off' with huge pages cannot be the guest's RAM: a touch "
			      "without a free huge page would end the machine");
	else if (backend->spec->policy == SPEC_POLICY_BIND)
		ret = check_pool(backend, root_fd, err);
	if (ret < 0)
		set_subject(backend->spec, err);
	return ret;
}
