/* SPDX-License-Identifier: Apache-2.0 */
/* Short ways to build specs in tests. A spec that cannot be built fails the test. */
#ifndef TERRACE_TESTS_SPEC_MAKE_H
#define TERRACE_TESTS_SPEC_MAKE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "spec/build.h"

/* A machine with so many vCPUs in one socket, and so much RAM. */
static inline struct vm_spec *make_spec(uint32_t vcpus, uint64_t ram_bytes)
{
	struct vm_spec *spec = spec_new();

	assert_non_null(spec);
	spec->smp.cpus = vcpus;
	spec->ram_bytes = ram_bytes;
	assert_int_equal(spec_smp_complete(&spec->smp, "q35", NULL), 0);
	return spec;
}

static inline void make_backend(struct vm_spec *spec, const char *id, uint64_t size_bytes)
{
	struct spec_backend backend = spec_backend_default(SPEC_BACKEND_RAM);

	backend.id = strdup(id);
	backend.size_bytes = size_bytes;
	assert_int_equal(spec_backend_add(spec, &backend, NULL), 0);
	assert_null(backend.id);
}

static inline int try_cell(struct vm_spec *spec, unsigned int id, const char *memdev,
			   const char *cpus, int initiator, struct err *err)
{
	struct spec_cell cell = { .initiator = initiator };
	int ret;

	assert_int_equal(idset_parse(cpus, IDSET_MAX, &cell.cpus, NULL), 0);
	cell.memdev = memdev ? strdup(memdev) : NULL;
	ret = spec_cell_add(spec, id, &cell, err);
	free(cell.memdev);
	return ret;
}

static inline void make_cell(struct vm_spec *spec, unsigned int id, const char *memdev,
			     const char *cpus)
{
	assert_int_equal(try_cell(spec, id, memdev, cpus, -1, NULL), 0);
}

/* A machine of n cells with 1 GiB each ("m0", "m1", ...); vCPU i is in cell i. */
static inline struct vm_spec *make_cells(unsigned int n)
{
	struct vm_spec *spec = make_spec(n, n * GIB);

	for (unsigned int i = 0; i < n; i++) {
		char id[16], cpu[16];

		snprintf(id, sizeof(id), "m%u", i);
		snprintf(cpu, sizeof(cpu), "%u", i);
		make_backend(spec, id, GIB);
		make_cell(spec, i, id, cpu);
	}
	return spec;
}

/* The error of completing spec; "" when there is none. */
static inline const char *complete_error(struct vm_spec *spec, struct err *err)
{
	*err = ERR_INIT;
	return spec_complete(spec, err) < 0 ? err->message : "";
}

#endif
