/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain, placement and emulator -> command line. Pure.
 *
 * The line is libvirt's where libvirt has one, so that what people know from "virsh
 * domxml-to-native" is found here: ram-nodeN backends, -numa node with cpus=, mirrored distances,
 * HMAT with initiators, tc-* thread contexts, memdimmN and memvirtiomemN. Differences are in
 * docs/notes/.
 *
 * Threads: as pure as its arguments.
 */
#ifndef TERRACE_MANAGER_ARGV_H
#define TERRACE_MANAGER_ARGV_H

#include "base/err.h"
#include "host/facts.h"
#include "manager/emulator.h"
#include "plan/placement.h"
#include "spec/domain.h"

/* What only the one who starts it knows. All may be NULL or 0. */
struct argv_context {
	int id;			 /* of the running domain; 0: none (paths then say "domain-NAME") */
	const char *qmp_socket;	 /* unix socket that the VMM listens on */
	const char *runtime_dir; /* of this domain: serial sockets */
	/* Of this domain, must exist: files of <source type='file'>. NULL: /var/lib/terrace/ram/... */
	const char *memory_dir;
	const char *hugetlbfs; /* mount point for page files; NULL: "/dev/hugepages" */
	/* Its page size; 0: the default of facts, or 2 MiB. Pages of other sizes use memfd. */
	uint64_t hugetlbfs_page_bytes;
	bool paused; /* -S */
	/*
	 * RAM that only the cgroup keeps in place is not populated by the line: whoever starts it
	 * does that from threads that were put where the memory belongs. Memory devices are, on
	 * CPUs near their nodes.
	 */
	bool populate_later;
	/* Nodes without CPUs, and those where the emulator may not run, are no node-affinity. */
	const struct host_facts *facts;
};

struct argv {
	char **argv; /* argv[0] is the program; argv[argc] is NULL. One allocation */
	int argc;
};
void argv_fini(struct argv *argv);
#define AUTO_ARGV(name) __attribute__((cleanup(argv_fini))) struct argv name = { 0 }

/* ERR_UNSUPPORTED/-ENOTSUP names the element that this emulator cannot do; -ENOMEM. */
int argv_build(const struct domain_spec *domain, const struct placement *placement,
	       const struct emulator *emulator, const struct argv_context *context,
	       struct argv *ret_argv, struct err *err) __attribute__((warn_unused_result));

/* One line that a shell reads back ("domxml-to-native"); free() it. NULL: no memory. */
char *argv_quote(const struct argv *argv);

#endif
