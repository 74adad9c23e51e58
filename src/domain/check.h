/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules between elements, and libvirt's defaults: the second half of domain_read().
 *
 * Each function completes and checks one subject; cells are in the order of the document until the
 * last, so that an index leads back to the element. -EINVAL with where, or -ENOMEM.
 */
#ifndef TERRACE_DOMAIN_CHECK_H
#define TERRACE_DOMAIN_CHECK_H

#include "domain/xml.h"
#include "spec/domain.h"

/* All of them, in the order in which they need each other. */
int check_domain(const struct xml_source *source, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));

/* check_cpu.c: <vcpu>, <vcpus>, <cpu><topology>, <cputune>, <iothreads>. */
int check_cpu(const struct xml_source *source, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));
/* check_cells.c: <cpu><numa>. */
int check_cells(const struct xml_source *source, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));
int check_hmat(const struct xml_source *source, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));
/* Sorts the cells by id; what was kept below them follows. */
int check_cells_sort(struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));
/* check_numatune.c: <numatune>, and the placement of <vcpu>. */
int check_numatune(const struct xml_source *source, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));
/* check_memory.c: sizes, <memoryBacking>, <memtune>. */
int check_memory(const struct xml_source *source, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));
/* check_devices.c: memory devices, balloon, controllers. */
int check_devices(const struct xml_source *source, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));

#endif
