/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain XML from a file that somebody named: whole, bounded, "-" is stdin.
 *
 * Threads: the program has one.
 */
#ifndef TERRACE_CLI_XML_FILE_H
#define TERRACE_CLI_XML_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "spec/domain.h"

/* free() it. -EFBIG above 2 MiB, the errno of open and read. */
int xml_file_read(const char *path, char **ret_text, struct err *err)
	__attribute__((warn_unused_result));

/*
 * Reads and checks it; lax: what is not known is warned about on stderr and kept. validate: also
 * against the schema. domain_free() it.
 */
int xml_file_domain(const char *path, bool lax, bool validate, struct domain_spec **ret_domain,
		    struct err *err) __attribute__((warn_unused_result));

#endif
