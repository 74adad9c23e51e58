/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a lax reading does not understand: kept with its place, warned about, printed again.
 *
 * Threads: as the domain_spec.
 */
#ifndef TERRACE_DOMAIN_KEPT_H
#define TERRACE_DOMAIN_KEPT_H

#include "base/strbuf.h"
#include "domain/xml.h"
#include "spec/domain.h"

/* The element with all below it, its name spaces declared; free() it. NULL when memory ran out. */
char *kept_text(const xmlNode *node);

/* Both add a warning. -ENOMEM. An attribute with a name space cannot be kept and only warns. */
int kept_element_add(struct domain_spec *domain, const struct xml_source *source,
		     const xmlNode *node, struct err *err) __attribute__((warn_unused_result));
int kept_attribute_add(struct domain_spec *domain, const struct xml_source *source,
		       const xmlNode *node, const xmlAttr *attribute, struct err *err)
	__attribute__((warn_unused_result));

/* Adds "file:line: path: text" to the warnings; dropped when memory ran out. */
void kept_warn(struct domain_spec *domain, const struct xml_source *source, const xmlNode *node,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
