/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the whole machine: -m, maxmem and slots, the backend of a machine without cells.
 * Rules and texts: QEMU 10.0, "-m" and "-machine memory-backend". See build.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "spec/build.h"

#define DEFAULT_RAM_BYTES (128 * MIB)
#define RAM_ALIGN_BYTES	  (8 * KIB)
#define PAGE_BYTES	  (4 * KIB)

static int check_maxmem(const struct vm_spec *spec, struct err *err)
{
	const char *complaint = NULL;

	if (spec->memory_slots > SPEC_SLOT_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-m",
			       "unsupported amount of memory slots: %u", spec->memory_slots);
	if (!spec->maxmem_bytes)
		return spec->memory_slots ? err_set(err, ERR_USER, -EINVAL, "-m",
						    "slots specified but no max-size")
					  : 0;
	if (spec->maxmem_bytes < spec->ram_bytes)
		return err_set(err, ERR_USER, -EINVAL, "-m",
			       "invalid value of maxmem: maximum memory size (0x%" PRIx64
			       ") must be at least the initial memory size (0x%" PRIx64 ")",
			       spec->maxmem_bytes, spec->ram_bytes);
	if (spec->memory_slots && spec->maxmem_bytes == spec->ram_bytes)
		complaint = "memory slots were specified but maximum memory size";
	if (complaint)
		return err_set(err, ERR_USER, -EINVAL, "-m",
			       "invalid value of maxmem: %s (0x%" PRIx64
			       ") is equal to the initial memory size (0x%" PRIx64 ")",
			       complaint, spec->maxmem_bytes, spec->ram_bytes);
	if (!is_aligned(spec->maxmem_bytes, PAGE_BYTES))
		return err_set(err, ERR_USER, -EINVAL, "-m",
			       "maximum memory size must by aligned to multiple of 4096 bytes");
	return 0;
}

static bool any_memdev(const struct vm_spec *spec)
{
	for (size_t i = 0; i < SPEC_CELL_MAX; i++)
		if (spec->cells[i].present && spec->cells[i].memdev)
			return true;
	return false;
}

/* -machine memory-backend=ID: the backend is the RAM of the whole machine. */
static int check_machine_backend(struct vm_spec *spec, struct err *err)
{
	const struct spec_backend *backend = spec_backend_find(spec, spec->machine.memory_backend);

	if (any_memdev(spec))
		return err_set(err, ERR_USER, -EINVAL, "-machine",
			       "'-machine memory-backend' and '-numa memdev' properties are "
			       "mutually exclusive");
	if (!backend)
		return err_set(err, ERR_USER, -EINVAL, "-machine", "Memory backend '%s' not found",
			       spec->machine.memory_backend);
	if (!spec->ram_bytes)
		spec->ram_bytes = backend->size_bytes;
	return 0;
}

/* Backends that the program makes must not meet the user's: pc.ram is reserved. */
static int check_reserved_id(const struct vm_spec *spec, struct err *err)
{
	const char *used = spec->machine.memory_backend;

	if (spec_object_exists(spec, SPEC_DEFAULT_RAM_ID) &&
	    (!used || strcmp(used, SPEC_DEFAULT_RAM_ID)))
		return err_set(err, ERR_USER, -EINVAL, "-object",
			       "object's id '%s' is reserved for the default RAM backend, it can't "
			       "be used for any other purposes",
			       SPEC_DEFAULT_RAM_ID);
	return 0;
}

static int check_prealloc_contexts(const struct vm_spec *spec, struct err *err)
{
	for (size_t i = 0; i < spec->n_backends; i++) {
		const char *wanted = spec->backends[i].prealloc_context;
		bool found = !wanted;

		for (size_t j = 0; j < spec->n_thread_contexts && !found; j++)
			found = !strcmp(spec->thread_contexts[j].id, wanted);
		if (!found)
			return err_set(err, ERR_USER, -EINVAL, "-object", "Device '%s' not found",
				       wanted);
	}
	return 0;
}

int spec_memory_complete(struct vm_spec *spec, struct err *err)
{
	int ret = check_reserved_id(spec, err);

	if (ret < 0)
		return ret;
	ret = check_prealloc_contexts(spec, err);
	if (ret < 0)
		return ret;
	if (spec->machine.memory_backend) {
		ret = check_machine_backend(spec, err);
		if (ret < 0)
			return ret;
	}
	if (!spec->ram_bytes)
		spec->ram_bytes = DEFAULT_RAM_BYTES;
	if (!checked_align_up(spec->ram_bytes, RAM_ALIGN_BYTES, &spec->ram_bytes) ||
	    spec->ram_bytes > (uint64_t)INT64_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-m", "ram size too large");
	return check_maxmem(spec, err);
}
