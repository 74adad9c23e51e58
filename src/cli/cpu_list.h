/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of host CPUs as people give them to the pinning verbs.
 *
 * Threads: the program has one.
 */
#ifndef TERRACE_CLI_CPU_LIST_H
#define TERRACE_CLI_CPU_LIST_H

#include "base/err.h"
#include "base/idset.h"
#include "spec/domain.h"

#define CPU_LIST_MAX 20480 /* text of a set of every second CPU */

/* CPUs of this host that are online. */
int cpu_list_host(struct idset *ret_cpus, struct err *err) __attribute__((warn_unused_result));

/*
 * "0-3,^2", or "r": all of host. -EINVAL "cpulist: Invalid format."; CPUs that the host lacks are
 * refused by name.
 */
int cpu_list_parse(const char *text, const struct idset *host, struct idset *ret_cpus,
		   struct err *err) __attribute__((warn_unused_result));

/* Where the definition puts a vCPU, the emulator or an I/O thread; host where it says nothing. */
void cpu_list_of_vcpu(const struct domain_spec *spec, uint64_t vcpu, const struct idset *host,
		      struct idset *ret_cpus);
void cpu_list_of_emulator(const struct domain_spec *spec, const struct idset *host,
			  struct idset *ret_cpus);
void cpu_list_of_iothread(const struct domain_spec *spec, uint64_t iothread,
			  const struct idset *host, struct idset *ret_cpus);

#endif
