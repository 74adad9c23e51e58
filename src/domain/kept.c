/* SPDX-License-Identifier: Apache-2.0 */
/* What is not understood: see kept.h. */
#include "domain/kept.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#define KEPT_MAX 256u /* each is compared with each element that is printed */

char *kept_text(const xmlNode *node)
{
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlNode *copy = doc ? xmlDocCopyNode((xmlNode *)node, doc, 1) : NULL;
	xmlBuffer *buffer = xmlBufferCreate();
	char *text = NULL;

	if (copy && buffer) {
		xmlDocSetRootElement(doc, copy);
		xmlReconciliateNs(doc, copy);
		if (xmlNodeDump(buffer, doc, copy, 0, 0) >= 0)
			text = strdup((const char *)xmlBufferContent(buffer));
	}
	xmlBufferFree(buffer);
	xmlFreeDoc(doc);
	return text;
}

void kept_warn(struct domain_spec *domain, const struct xml_source *source, const xmlNode *node,
	       const char *fmt, ...)
{
	struct err err = ERR_INIT;
	char text[ERR_MESSAGE_MAX], line[ERR_MESSAGE_MAX + ERR_SUBJECT_MAX];
	char **warnings, *copy;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	xml_fail(source, node, &err, "%s", text);
	copy = strdup(err_text(&err, line, sizeof(line)));
	warnings = reallocarray(domain->warnings, domain->n_warnings + 1, sizeof(*warnings));
	if (warnings)
		domain->warnings = warnings;
	if (!copy || !warnings) {
		free(copy);
		return;
	}
	warnings[domain->n_warnings++] = copy;
}

/* Takes place and text; attribute is copied. */
static int add(struct domain_spec *domain, char *place, const char *attribute, char *text,
	       struct err *err)
{
	struct domain_kept *all, kept = { .place = place, .text = text };

	if (attribute)
		kept.attribute = strdup(attribute);
	all = reallocarray(domain->kept, domain->n_kept + 1, sizeof(*all));
	if (all)
		domain->kept = all;
	if (!all || !place || !text || (attribute && !kept.attribute)) {
		free(place);
		free(text);
		free(kept.attribute);
		return err_set(err, ERR_HOST, -ENOMEM, "XML", "out of memory");
	}
	all[domain->n_kept++] = kept;
	return 0;
}

static int check_room(const struct domain_spec *domain, const struct xml_source *source,
		      const xmlNode *node, struct err *err)
{
	if (domain->n_kept < KEPT_MAX && domain->n_warnings < 2 * KEPT_MAX)
		return 0;
	return xml_fail(source, node, err,
			"XML error: more than %u elements and attributes that are not known",
			KEPT_MAX);
}

int kept_element_add(struct domain_spec *domain, const struct xml_source *source,
		     const xmlNode *node, struct err *err)
{
	int ret = check_room(domain, source, node, err);

	if (ret < 0)
		return ret;
	kept_warn(domain, source, node, "element '%s' is not known: kept, not acted upon",
		  xml_name(node));
	return add(domain, xml_place(node->parent), NULL, kept_text(node), err);
}

int kept_attribute_add(struct domain_spec *domain, const struct xml_source *source,
		       const xmlNode *node, const xmlAttr *attribute, struct err *err)
{
	const char *name = (const char *)attribute->name;
	int ret = check_room(domain, source, node, err);

	if (ret < 0)
		return ret;
	if (attribute->ns) {
		kept_warn(domain, source, node, "attribute '%s' has a name space: dropped", name);
		return 0;
	}
	kept_warn(domain, source, node, "attribute '%s' is not known: kept, not acted upon", name);
	return add(domain, xml_place(node), name, xml_attribute(node, name), err);
}
