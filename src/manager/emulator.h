/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an emulator can do, by its own answers and never by its name: "-help", "-object TYPE,help",
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
	/* Names it takes, each with a blank before and behind; NULL: all. See emulator_has_*(). */
	char *machines, *cpu_models;
	/* -object, -numa and so on. */
	bool numa_balancing, weighted_interleave, thread_context, prealloc_threads, reserve;
	bool json_objects;   /* -object '{...}' */
	bool memfd;	     /* memory-backend-memfd */
	bool canonical_path; /* x-use-canonical-path-for-ramblock-id */
	bool rng_random;
	/* -device */
	bool pc_dimm, nvdimm, virtio_mem, virtio_mem_dynamic_memslots, virtio_mem_prealloc,
		virtio_pmem, virtio_balloon, pxb, pxb_pcie, pcie_root_port, pci_bridge, virtio_blk,
		virtio_net, virtio_rng, virtio_serial, vsock;
	bool iothread, sandbox, mem_lock_on_fault;
	bool blockdev, netdev; /* the options */
	bool pc_devices;       /* firmware and legacy devices: -bios */
	bool cpu_features;     /* -cpu MODEL,FEATURE=on|off */
	bool accel_kvm, accel_tcg;
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

/*
 * Runs it (some ten times, a few milliseconds each; at most a minute) with a clean environment, or
 * reads what it answered last time from cache_dir, which may be NULL: no cache. A cache that
 * cannot be read or written is no error.
 * -ENOENT, -EACCES and others of stat() and exec(); -ETIMEDOUT; -EINVAL: its answers are not those
 * of QEMU or terrace-vmm; -ENOTSUP: it is too old.
 */
int emulator_probe(const char *path, const char *cache_dir, struct emulator **ret_emulator,
		   struct err *err) __attribute__((warn_unused_result));

/* One that can everything, for plans without a program. Static. */
const struct emulator *emulator_any(void);

struct placement_emulator emulator_placement(const struct emulator *emulator);

/* Also names with a version ("pc-q35-9.2") where the emulator says that it takes any. */
bool emulator_has_machine(const struct emulator *emulator, const char *machine);
bool emulator_has_cpu_model(const struct emulator *emulator, const char *model);

#endif
