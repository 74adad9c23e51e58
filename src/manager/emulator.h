/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an emulator can do, by its own answers and never by its name: "-version", "-object TYPE,help",
 * "-device help", "-machine help". Run once and kept in the runtime directory, keyed by path, size
 * and modification time.
 *
 * Threads: a struct emulator is read-only after it was probed.
 */
#ifndef TERRACE_MANAGER_EMULATOR_H
#define TERRACE_MANAGER_EMULATOR_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "plan/placement.h"
#include "spec/domain.h"

struct emulator {
	char *path;
	char *name; /* "QEMU 10.0.2", "terrace-vmm 0.1.0" */
	unsigned int version_major, version_minor;
	/* -object, -numa and so on. */
	bool numa_balancing, weighted_interleave, thread_context, prealloc_threads, reserve;
	bool json_objects; /* -object '{...}' */
	/* -device */
	bool pc_dimm, nvdimm, virtio_mem, virtio_mem_dynamic_memslots, virtio_balloon, pxb,
		pxb_pcie;
	bool iothread, sandbox, mem_lock_on_fault;
};

void emulator_free(struct emulator *emulator);
CLEANUP_DEFINE(emulator, emulator_free)

/*
 * The program that a domain asks for: <emulator>, else qemu-system-x86_64 for <domain type='qemu'>,
 * else the terrace-vmm that lies beside this program or in PATH. free() it.
 * -ENOENT when there is none, with where was looked.
 */
int emulator_find(const struct domain_spec *domain, char **ret_path, struct err *err)
	__attribute__((warn_unused_result));

/* Runs it (a few milliseconds, at most 10 s). cache_dir may be NULL: no cache. */
int emulator_probe(const char *path, const char *cache_dir, struct emulator **ret_emulator,
		   struct err *err) __attribute__((warn_unused_result));

/* One that can everything, for plans without a program. Static. */
const struct emulator *emulator_any(void);

struct placement_emulator emulator_placement(const struct emulator *emulator);

#endif
