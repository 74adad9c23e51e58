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
#include "manager/emulator.h"
#include "plan/placement.h"
#include "spec/domain.h"

/* What only the one who starts it knows. All may be NULL or 0. */
struct argv_context {
	int id;			 /* of the running domain; 0: none (paths then say "domain-NAME") */
	const char *qmp_socket;	 /* unix socket that the VMM listens on */
	const char *runtime_dir; /* of this domain: serial sockets */
	const char *memory_dir;	 /* backing files of <source type='file'> */
	const char *hugetlbfs;	 /* mount point for page files; NULL: "/dev/hugepages" */
	bool paused;		 /* -S */
};

struct argv {
	char **argv; /* argv[0] is the program; argv[argc] is NULL */
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
