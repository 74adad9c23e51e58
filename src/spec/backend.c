/* SPDX-License-Identifier: Apache-2.0 */
/* Memory backends and thread contexts: names, defaults, rules of one object. See build.h. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "spec/build.h"

static const char *const policy_names[] = {
	[SPEC_POLICY_DEFAULT] = "default",
	[SPEC_POLICY_PREFERRED] = "preferred",
	[SPEC_POLICY_BIND] = "bind",
	[SPEC_POLICY_INTERLEAVE] = "interleave",
	[SPEC_POLICY_WEIGHTED_INTERLEAVE] = "weighted-interleave",
};
static_assert(ARRAY_SIZE(policy_names) == SPEC_POLICY_COUNT, "one name per policy");

static const char *const type_names[] = {
	[SPEC_BACKEND_RAM] = "memory-backend-ram",
	[SPEC_BACKEND_MEMFD] = "memory-backend-memfd",
	[SPEC_BACKEND_FILE] = "memory-backend-file",
};
static_assert(ARRAY_SIZE(type_names) == SPEC_BACKEND_TYPE_COUNT, "one name per type");

const char *spec_policy_name(enum spec_policy policy)
{
	return policy_names[policy];
}

const char *spec_backend_type_name(enum spec_backend_type type)
{
	return type_names[type];
}

struct spec_backend spec_backend_default(enum spec_backend_type type)
{
	return (struct spec_backend){
		.type = type,
		.reserve = true,
		.seal = type == SPEC_BACKEND_MEMFD,
	};
}

void spec_backend_fini(struct spec_backend *backend)
{
	free(backend->id);
	free(backend->prealloc_context);
	free(backend->mem_path);
	*backend = (struct spec_backend){ 0 };
}

void spec_thread_context_fini(struct spec_thread_context *context)
{
	free(context->id);
	*context = (struct spec_thread_context){ 0 };
}

static const struct spec_thread_context *context_find(const struct vm_spec *spec, const char *id)
{
	for (size_t i = 0; i < spec->n_thread_contexts; i++)
		if (!strcmp(spec->thread_contexts[i].id, id))
			return &spec->thread_contexts[i];
	return NULL;
}

bool spec_object_exists(const struct vm_spec *spec, const char *id)
{
	return spec_backend_find(spec, id) || context_find(spec, id);
}

static int check_id(const struct vm_spec *spec, const char *id, struct err *err)
{
	if (!id)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter 'id' is missing");
	if (!spec_id_is_wellformed(id))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter 'id' expects an identifier (a letter, then letters, "
			       "digits, '-', '.' or '_')");
	if (spec_object_exists(spec, id))
		return err_set(err, ERR_USER, -EINVAL, NULL, "Duplicate ID '%s' for object", id);
	return 0;
}

static int check_policy(const struct spec_backend *backend, struct err *err)
{
	bool has_nodes = !idset_is_empty(&backend->host_nodes);

	if (backend->policy == SPEC_POLICY_DEFAULT && has_nodes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "host-nodes must be empty for policy default, or you should "
			       "explicitly specify a policy other than default");
	if (backend->policy != SPEC_POLICY_DEFAULT && !has_nodes)
		return err_set(err, ERR_USER, -EINVAL, NULL, "host-nodes must be set for policy %s",
			       spec_policy_name(backend->policy));
	if (idset_last(&backend->host_nodes) >= (int)SPEC_HOST_NODE_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Invalid host-nodes value: %d",
			       idset_last(&backend->host_nodes));
	if (backend->numa_balancing && backend->policy != SPEC_POLICY_BIND &&
	    backend->policy != SPEC_POLICY_PREFERRED)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "numa-balancing=on needs policy=bind or policy=preferred, not %s",
			       spec_policy_name(backend->policy));
	return 0;
}

static int check_hugetlb(struct vm_spec *spec, const struct spec_backend *backend, struct err *err)
{
	if (!backend->hugetlbsize_bytes)
		return 0;
	if (!is_power_of_two(backend->hugetlbsize_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL, "Hugepage size must be a power of 2");
	if (!backend->hugetlb)
		spec_warn(spec, "memory backend %s: hugetlbsize does nothing without hugetlb=on",
			  backend->id);
	return 0;
}

/* QEMU maps files at page granularity; the plan multiplies offsets, so keep them aligned here. */
static int check_file(const struct spec_backend *backend, struct err *err)
{
	if (!backend->mem_path || !backend->mem_path[0])
		return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter 'mem-path' is missing");
	if (backend->offset_bytes % 4096)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "offset 0x%" PRIx64 " must be multiples of page size 0x1000",
			       backend->offset_bytes);
	if (backend->align_bytes && !is_power_of_two(backend->align_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "align 0x%" PRIx64 " must be a power of 2", backend->align_bytes);
	if (backend->readonly)
		return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL,
			       "readonly=on cannot be guest RAM: remove it, or copy the file");
	return 0;
}

static int check_backend(struct vm_spec *spec, const struct spec_backend *backend, struct err *err)
{
	uint64_t rounded_bytes;
	int ret = check_id(spec, backend->id, err);

	if (ret < 0)
		return ret;
	if (!backend->size_bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "property 'size' of %s doesn't take value '0'",
			       spec_backend_type_name(backend->type));
	if (!checked_align_up(backend->size_bytes, 2 * MIB, &rounded_bytes) ||
	    rounded_bytes > (uint64_t)INT64_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "size 0x%" PRIx64 " is more than a process can map",
			       backend->size_bytes);
	if (backend->prealloc && !backend->reserve)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "'prealloc=on' and 'reserve=off' are incompatible");
	ret = check_policy(backend, err);
	if (ret < 0)
		return ret;
	if (backend->type == SPEC_BACKEND_FILE)
		return check_file(backend, err);
	return check_hugetlb(spec, backend, err);
}

int spec_backend_add(struct vm_spec *spec, struct spec_backend *backend, struct err *err)
{
	struct spec_backend *backends;
	int ret = check_backend(spec, backend, err);

	if (ret < 0)
		return ret;
	backends = reallocarray(spec->backends, spec->n_backends + 1, sizeof(*backends));
	if (!backends)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	spec->backends = backends;
	backends[spec->n_backends++] = *backend;
	*backend = (struct spec_backend){ 0 };
	return 0;
}

int spec_thread_context_add(struct vm_spec *spec, struct spec_thread_context *context,
			    struct err *err)
{
	struct spec_thread_context *contexts;
	int ret = check_id(spec, context->id, err);

	if (ret < 0)
		return ret;
	if (!idset_is_empty(&context->cpu_affinity) && !idset_is_empty(&context->node_affinity))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Mixing CPU and node affinity not supported");
	contexts = reallocarray(spec->thread_contexts, spec->n_thread_contexts + 1,
				sizeof(*contexts));
	if (!contexts)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	spec->thread_contexts = contexts;
	contexts[spec->n_thread_contexts++] = *context;
	*context = (struct spec_thread_context){ 0 };
	return 0;
}
