/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded XML: see xml.h.
 *
 * The limits hold while libxml2 parses, not afterwards: the handlers of element starts and of the
 * internal subset are wrapped, and stop the parser. libxml2's own limits (text nodes, names, 256
 * levels) stay in force; they are wider than ours.
 */
#include "domain/xml.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/util.h"

struct limits {
	unsigned int n_elements, n_attributes;
	const char *broken; /* what to say, or NULL */
	int line;
};

static void stop(xmlParserCtxt *parser, const char *broken)
{
	struct limits *limits = parser->_private;

	if (limits->broken)
		return;
	limits->broken = broken;
	limits->line = parser->input ? parser->input->line : 0;
	xmlStopParser(parser);
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int n_spaces, const xmlChar **spaces, int n_attributes, int n_defaulted,
		     const xmlChar **attributes)
{
	xmlParserCtxt *parser = context;
	struct limits *limits = parser->_private;

	limits->n_elements++;
	limits->n_attributes += (unsigned int)n_attributes + (unsigned int)n_spaces;
	if (limits->n_elements > XML_ELEMENT_MAX)
		stop(parser, "more than 50000 elements");
	else if (limits->n_attributes > XML_ATTRIBUTE_MAX)
		stop(parser, "more than 150000 attributes");
	else if (parser->nodeNr >= (int)XML_DEPTH_MAX)
		stop(parser, "elements nested deeper than 32");
	else
		xmlSAX2StartElementNs(context, name, prefix, uri, n_spaces, spaces, n_attributes,
				      n_defaulted, attributes);
}

static void on_subset(void *context, const xmlChar *name, const xmlChar *external_id,
		      const xmlChar *system_id)
{
	(void)name, (void)external_id, (void)system_id;
	stop(context, "a document type declaration is not allowed");
}

static void one_line(char *text)
{
	size_t length = strlen(text);

	while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
		text[--length] = '\0';
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
}

static int fail_parse(const struct xml_source *source, xmlParserCtxt *parser, struct err *err)
{
	const struct limits *limits = parser->_private;
	const xmlError *error = xmlCtxtGetLastError(parser);
	char where[ERR_SUBJECT_MAX], message[ERR_MESSAGE_MAX];
	int line = limits->broken ? limits->line : error ? error->line : 0;

	if (!limits->broken && error && error->code == XML_ERR_NO_MEMORY)
		return err_set(err, ERR_HOST, -ENOMEM, source->file_name, "out of memory");
	snprintf(where, sizeof(where), "%s:%d", source->file_name, line);
	snprintf(message, sizeof(message), "%s",
		 limits->broken		   ? limits->broken
		 : error && error->message ? error->message
					   : "not well-formed");
	one_line(message);
	return err_set(err, ERR_USER, -EINVAL, where, "XML error: %s", message);
}

static int parse(struct xml_source *source, const char *text, size_t length, struct err *err)
{
	xmlParserCtxt *parser = xmlNewParserCtxt();
	struct limits limits = { 0 };
	int ret = 0;

	if (!parser)
		return err_set(err, ERR_HOST, -ENOMEM, source->file_name, "out of memory");
	parser->_private = &limits;
	parser->sax->startElementNs = on_start;
	parser->sax->internalSubset = on_subset;
	source->doc = xmlCtxtReadMemory(parser, text, (int)length, NULL, NULL,
					XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
						XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES |
						XML_PARSE_COMPACT);
	if (!source->doc || limits.broken || !xmlDocGetRootElement(source->doc))
		ret = fail_parse(source, parser, err);
	xmlFreeParserCtxt(parser);
	return ret;
}

int xml_open(const char *text, size_t length, const char *file_name, struct xml_source **ret_source,
	     struct err *err)
{
	const char *slash = strrchr(file_name, '/');
	AUTO(xml_source) source = calloc(1, sizeof(*source));
	int ret;

	if (source)
		source->file_name = strdup(slash ? slash + 1 : file_name);
	if (!source || !source->file_name)
		return err_set(err, ERR_HOST, -ENOMEM, file_name, "out of memory");
	one_line(source->file_name);
	if (strlen(source->file_name) > 48)
		strcpy(source->file_name + 45, "...");
	if (length > XML_TEXT_MAX)
		return err_set(err, ERR_USER, -EINVAL, source->file_name,
			       "XML error: larger than 2 MiB");
	ret = parse(source, text, length, err);
	if (ret < 0)
		return ret;
	*ret_source = TAKE_PTR(source);
	return 0;
}

void xml_close(struct xml_source *source)
{
	if (!source)
		return;
	xmlFreeDoc(source->doc);
	free(source->file_name);
	free(source);
}

static xmlNode *element_from(xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

xmlNode *xml_first(const xmlNode *node)
{
	return element_from(node->children);
}

xmlNode *xml_next(const xmlNode *node)
{
	return element_from(node->next);
}

char *xml_content(const xmlNode *node)
{
	AUTO_STRBUF text = STRBUF_INIT;

	for (const xmlNode *child = node->children; child; child = child->next)
		if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
		    child->content)
			strbuf_add_text(&text, (const char *)child->content);
	return strbuf_take(&text);
}

bool xml_attribute_peek(const xmlNode *node, const char *name, char **ret_text)
{
	static char empty[] = "";

	for (const xmlAttr *a = node->properties; a; a = a->next) {
		const xmlNode *piece = a->children;

		if (a->ns || strcmp((const char *)a->name, name))
			continue;
		if (piece && (piece->next || piece->type != XML_TEXT_NODE))
			return false;
		*ret_text = piece && piece->content ? (char *)piece->content : empty;
		return true;
	}
	*ret_text = NULL;
	return true;
}

char *xml_attribute(const xmlNode *node, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);
	char *copy = value ? strdup((const char *)value) : NULL;

	xmlFree(value);
	return copy;
}

/* The number'th child element of that name (from 1), or NULL. */
static const xmlNode *child(const xmlNode *node, const char *name, size_t length, size_t number)
{
	for (const xmlNode *c = xml_first(node); c; c = xml_next(c))
		if (strlen(xml_name(c)) == length && !memcmp(xml_name(c), name, length) &&
		    --number == 0)
			return c;
	return NULL;
}

const xmlNode *xml_find(const struct xml_source *source, const char *fmt, ...)
{
	const xmlNode *node = xmlDocGetRootElement(source->doc);
	char path[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	for (const char *p = path; *p;) {
		size_t length = strcspn(p, "/["), number = 1;
		const xmlNode *next;

		if (p[length] == '[')
			for (number = 0; p[length] != ']'; length++)
				if (p[length] != '[')
					number = number * 10 + (size_t)(p[length] - '0');
		next = child(node, p, strcspn(p, "/["), number);
		if (!next)
			break;
		node = next;
		p += strcspn(p, "/");
		p += *p == '/';
	}
	return node;
}

/* Number among the siblings of the same name; *ret_alone: is it the only one? */
static size_t number_among_siblings(const xmlNode *node, bool *ret_alone)
{
	size_t before = 0, after = 0;

	for (const xmlNode *n = node->prev; n; n = n->prev)
		before += n->type == XML_ELEMENT_NODE && xmlStrEqual(n->name, node->name);
	for (const xmlNode *n = node->next; n && !after; n = n->next)
		after += n->type == XML_ELEMENT_NODE && xmlStrEqual(n->name, node->name);
	*ret_alone = before + after == 0;
	return before + 1;
}

static void add_path(struct strbuf *path, const xmlNode *node, bool always_number)
{
	const xmlNode *steps[XML_DEPTH_MAX];
	size_t depth = 0;

	for (; node && node->type == XML_ELEMENT_NODE && depth < XML_DEPTH_MAX; node = node->parent)
		steps[depth++] = node;
	while (depth-- > 0) {
		bool alone;
		size_t number = number_among_siblings(steps[depth], &alone);

		strbuf_addf(path, "/%s", xml_name(steps[depth]));
		if (always_number || !alone)
			strbuf_addf(path, "[%zu]", number);
	}
}

void xml_where(const struct xml_source *source, const xmlNode *node, char *buf, size_t buf_size)
{
	AUTO_STRBUF path = STRBUF_INIT;

	add_path(&path, node, false);
	snprintf(buf, buf_size, "%s:%ld: %s", source->file_name, xmlGetLineNo(node),
		 strbuf_text(&path));
	one_line(buf);
}

char *xml_place(const xmlNode *node)
{
	AUTO_STRBUF path = STRBUF_INIT;

	add_path(&path, node, true);
	return strbuf_take(&path);
}

int xml_fail(const struct xml_source *source, const xmlNode *node, struct err *err, const char *fmt,
	     ...)
{
	char where[ERR_SUBJECT_MAX], message[ERR_MESSAGE_MAX];
	va_list ap;

	xml_where(source, node, where, sizeof(where));
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	one_line(message);
	return err_set(err, ERR_USER, -EINVAL, where, "%s", message);
}
