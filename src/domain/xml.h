/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML documents of bounded size, and errors that name file, line and element.
 *
 * Nothing is fetched and nothing expands: no network, no document type declaration, hence no
 * entities but the five of XML and character references.
 *
 * Threads: a document belongs to one thread.
 */
#ifndef TERRACE_DOMAIN_XML_H
#define TERRACE_DOMAIN_XML_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "base/cleanup.h"
#include "base/err.h"

/* Generous for 128 cells with all distances and 4,096 pinned vCPUs. */
#define XML_TEXT_MAX	  (2u << 20)
#define XML_DEPTH_MAX	  32u
#define XML_ELEMENT_MAX	  50000u
#define XML_ATTRIBUTE_MAX 150000u

struct xml_source {
	xmlDoc *doc;
	char *file_name;
};

/*
 * Parses text of length bytes. file_name is for errors only; its last component is kept.
 * -EINVAL: not well-formed, has a document type declaration, or passes a limit; -ENOMEM.
 */
int xml_open(const char *text, size_t length, const char *file_name, struct xml_source **ret_source,
	     struct err *err) __attribute__((warn_unused_result));
void xml_close(struct xml_source *source);
CLEANUP_DEFINE(xml_source, xml_close)

static inline const char *xml_name(const xmlNode *node)
{
	return (const char *)node->name;
}

/* The first child element, the next element; NULL at the end. */
xmlNode *xml_first(const xmlNode *node);
xmlNode *xml_next(const xmlNode *node);

/* The element's own text, all pieces joined; free() it. NULL when memory ran out. */
char *xml_content(const xmlNode *node);
/* The value of an attribute without name space, or NULL; free() it. */
char *xml_attribute(const xmlNode *node, const char *name);

/*
 * The same without a copy: *ret_text is the document's own, or NULL where there is no such attribute.
 * False when only a copy can be had (a reference is in the value).
 */
bool xml_attribute_peek(const xmlNode *node, const char *name, char **ret_text);

/*
 * The element at a path below the root, "cpu/numa/cell[2]/distances"; numbers count from 1 among
 * elements of the same name. Where there is none, the last one on the way that there is.
 */
const xmlNode *xml_find(const struct xml_source *source, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "domain.xml:12: /domain/numatune/memnode[2]"; a number only where there are several. */
void xml_where(const struct xml_source *source, const xmlNode *node, char *buf, size_t buf_size);
/* The same path with a number on each step: what xml_where() leaves to the reader. free() it. */
char *xml_place(const xmlNode *node);

/* Fills err with where the node is as subject; always -EINVAL. Bytes below ' ' become '?'. */
int xml_fail(const struct xml_source *source, const xmlNode *node, struct err *err, const char *fmt,
	     ...) __attribute__((format(printf, 4, 5)));

#endif
