/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libvirt domain XML to and from struct domain_spec (spec/domain.h).
 *
 * Semantics, defaults and units are libvirt's, and so are the texts of errors where libvirt has the
 * same rule (with its prefix: "XML error: ", "unsupported configuration: "); the subject of an error
 * names file, line and element: "domain.xml:12: /domain/numatune/memnode[2]". Rules that need to
 * know the host or the emulator are not checked here.
 *
 * What is not libvirt's: <memory migratable=...>, mode 'weighted-interleave' and tiering=... in
 * <numatune>, and <min_guarantee> that is honoured. The schema says what each means.
 *
 * Reading is bounded: 2 MiB, 32 levels, 50,000 elements, no entities, no document type, no network.
 * Threads: functions are as pure as their arguments; xmlInitParser() is safe from any thread.
 */
#ifndef TERRACE_DOMAIN_DOMAIN_H
#define TERRACE_DOMAIN_DOMAIN_H

#include "base/cleanup.h"
#include "base/err.h"
#include "spec/domain.h"

enum domain_read_flags {
	/* What is not known is warned about (domain->warnings) and kept, not refused. */
	DOMAIN_READ_LAX = 1 << 0,
};

/*
 * Reads a domain and fills libvirt's defaults. file_name is for errors only.
 * -EINVAL: the text, with where in err's subject; -ENOMEM.
 */
int domain_read(const char *text, size_t length, const char *file_name, unsigned int flags,
		struct domain_spec **ret_domain, struct err *err)
	__attribute__((warn_unused_result));
void domain_free(struct domain_spec *domain);
CLEANUP_DEFINE(domain_spec, domain_free)

/*
 * Prints the XML; free() it. What is printed reads as the same domain again and prints the same.
 * -ENOMEM.
 */
int domain_print(const struct domain_spec *domain, char **ret_text, struct err *err)
	__attribute__((warn_unused_result));

/* Prints the RelaxNG schema of what domain_read() knows (data/terrace-domain.rng); free() it. */
int domain_schema_print(char **ret_schema, struct err *err) __attribute__((warn_unused_result));

/*
 * Checks a document against a schema. Weaker than domain_read(), which also knows the rules between
 * elements; it is what editors use. -EINVAL with the line, for either text; -ENOMEM.
 */
int domain_schema_check(const char *schema, const char *text, size_t length, const char *file_name,
			struct err *err) __attribute__((warn_unused_result));

/* The memnode of the cell, or NULL. */
const struct domain_numatune_memnode *domain_memnode_find(const struct domain_spec *domain,
							  unsigned int cell);

/* "strict", ... */
const char *domain_numa_mode_name(enum domain_numa_mode mode);

#endif
