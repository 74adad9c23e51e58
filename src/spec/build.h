/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adding parts to a spec, one by one, with the rules that hold when a part is added.
 *
 * The readers (src/cmdline, src/domain) use these; rules that need the whole machine wait for
 * spec_complete(). The order of the calls is QEMU's order of options: topology, backends, cells,
 * distances, hmat-lb, hmat-cache.
 *
 * Error texts are QEMU's where QEMU has one, without a subject: the caller knows what the user
 * wrote and sets it. Every function returns 0, -EINVAL, or -ENOMEM. "Takes" means: the strings in
 * the part belong to the spec after success and still to the caller after a failure.
 *
 * Threads: as spec.h.
 */
#ifndef TERRACE_SPEC_BUILD_H
#define TERRACE_SPEC_BUILD_H

#include "spec/spec.h"

#define SPEC_DEFAULT_RAM_ID "pc.ram"

/*
 * Checks counts and fills the ones that are 0: maxcpus from cpus, then cores before sockets before
 * threads (QEMU 6.2 and newer). type_name is only for texts. Idempotent.
 */
int spec_smp_complete(struct spec_smp *smp, const char *type_name, struct err *err)
	__attribute__((warn_unused_result));

/* Is text an id: a letter, then letters, digits, '-', '.' or '_'? */
bool spec_id_is_wellformed(const char *text);
/* 36 characters, hexadecimal with dashes at 8, 13, 18, 23. */
bool spec_uuid_is_wellformed(const char *text);

/* A backend as QEMU makes it when only type, id and size are given. Owns nothing. */
struct spec_backend spec_backend_default(enum spec_backend_type type);
void spec_backend_fini(struct spec_backend *backend);
void spec_thread_context_fini(struct spec_thread_context *context);
void spec_chardev_fini(struct spec_chardev *chardev);

/* Takes the strings. Checks id, size, policy against nodes, prealloc against reserve. */
int spec_backend_add(struct vm_spec *spec, struct spec_backend *backend, struct err *err)
	__attribute__((warn_unused_result));
int spec_thread_context_add(struct vm_spec *spec, struct spec_thread_context *context,
			    struct err *err) __attribute__((warn_unused_result));
int spec_chardev_add(struct vm_spec *spec, struct spec_chardev *chardev, struct err *err)
	__attribute__((warn_unused_result));
/* chardev is copied and may be NULL where the type allows it. */
int spec_serial_add(struct vm_spec *spec, const char *chardev, struct err *err)
	__attribute__((warn_unused_result));
int spec_monitor_add(struct vm_spec *spec, const char *chardev, bool control, bool pretty,
		     struct err *err) __attribute__((warn_unused_result));

/*
 * Declares cell number id. Takes cell->memdev. smp must be complete: cpus are checked against
 * maxcpus and the other cells. initiator is -1 or a cell id that may come later.
 */
int spec_cell_add(struct vm_spec *spec, unsigned int id, struct spec_cell *cell, struct err *err)
	__attribute__((warn_unused_result));

/* Gives the vCPUs to the declared cell; those that it has already are fine. */
int spec_cell_cpus_add(struct vm_spec *spec, unsigned int id, const struct idset *vcpus,
		       struct err *err) __attribute__((warn_unused_result));

/* Both cells must be declared. A pair given again replaces the earlier value. */
int spec_distance_add(struct vm_spec *spec, const struct spec_distance *distance, struct err *err)
	__attribute__((warn_unused_result));

/* All cells and their CPUs must be there. Value 0: not provided. */
int spec_hmat_lb_add(struct vm_spec *spec, const struct spec_hmat_lb *lb, struct err *err)
	__attribute__((warn_unused_result));
/* Latency and bandwidth of the cell must be there, and the caches of lower levels. */
int spec_hmat_cache_add(struct vm_spec *spec, const struct spec_hmat_cache *cache, struct err *err)
	__attribute__((warn_unused_result));

bool spec_hmat_is_bandwidth(enum spec_hmat_data_type type);
/*
 * The unit in which the values of one hierarchy and data type are stored (ACPI 6.4, 5.2.27.4, entry
 * base unit): largest power of ten that divides every latency (ns), lowest set bit of all
 * bandwidths (bytes/s). Zeros do not count; 1 when there is no value.
 */
uint64_t spec_hmat_base_unit(const struct vm_spec *spec, enum spec_hmat_hierarchy hierarchy,
			     enum spec_hmat_data_type type);

/* Appends a warning; over-long text is cut. Silently dropped when memory ran out. */
void spec_warn(struct vm_spec *spec, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The steps of spec_complete() that live in other files of this folder. */
int spec_memory_complete(struct vm_spec *spec, struct err *err) __attribute__((warn_unused_result));
int spec_cells_complete(struct vm_spec *spec, struct err *err) __attribute__((warn_unused_result));
int spec_distances_check(const struct vm_spec *spec, struct err *err)
	__attribute__((warn_unused_result));

#endif
