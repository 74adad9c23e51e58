/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables as a RelaxNG schema, and checking against one: see bind.h and domain.h.
 *
 * Every element is written in place, without named definitions: the tables are a tree.
 * Order of elements is free, as it is in domain_read().
 */
#include <errno.h>
#include <libxml/relaxng.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "domain/bind.h"
#include "domain/domain.h"

#define SET_PATTERN "\\s*(\\^[0-9]+|[0-9]+(-[0-9]+)?)(\\s*,\\s*(\\^[0-9]+|[0-9]+(-[0-9]+)?))*\\s*"

static void line(struct strbuf *out, unsigned int depth, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void line(struct strbuf *out, unsigned int depth, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strbuf_addf(out, "%*s%s\n", (int)(depth * 2), "", text);
}

static void pattern(struct strbuf *out, unsigned int depth, const char *text)
{
	line(out, depth, "<data type='string'>");
	line(out, depth + 1, "<param name='pattern'>%s</param>", text);
	line(out, depth, "</data>");
}

static void print_type(struct strbuf *out, unsigned int depth, const struct bind_row *row)
{
	switch (row->type) {
	case BIND_TEXT:
		line(out, depth, "<text/>");
		return;
	case BIND_NUMBER:
	case BIND_SIZE:
	case BIND_BYTES:
		line(out, depth, "<data type='unsignedLong'/>");
		return;
	case BIND_SIGNED:
		line(out, depth, "<data type='long'/>");
		return;
	case BIND_NUMBER_TEXT:
		pattern(out, depth, "0[xX][0-9a-fA-F]+|[0-9]+");
		return;
	case BIND_SET:
		pattern(out, depth, SET_PATTERN);
		return;
	case BIND_ENUM:
		line(out, depth, "<choice>");
		for (size_t i = 0; row->names[i]; i++)
			line(out, depth + 1, "<value>%s</value>", row->names[i]);
		line(out, depth, "</choice>");
		return;
	}
}

static void print_doc(struct strbuf *out, unsigned int depth, const struct bind_row *row)
{
	if (row->doc)
		line(out, depth, "<a:documentation>%s</a:documentation>", row->doc);
}

static void print_unit(struct strbuf *out, unsigned int depth, const struct bind_row *row)
{
	if (row->type != BIND_SIZE && row->type != BIND_BYTES)
		return;
	line(out, depth, "<optional>");
	line(out, depth + 1, "<attribute name='unit'/>");
	line(out, depth, "</optional>");
}

static void print_rows(struct strbuf *out, unsigned int depth, const struct bind_row *rows);

static void print_element(struct strbuf *out, unsigned int depth, const struct bind_row *row)
{
	line(out, depth, "<element name='%s'>", row->name);
	print_doc(out, depth + 1, row);
	switch (row->kind) {
	case BIND_LEAF:
		print_unit(out, depth + 1, row);
		print_type(out, depth + 1, row);
		break;
	case BIND_FLAG:
		line(out, depth + 1, "<empty/>");
		break;
	case BIND_RAW:
		line(out, depth + 1, "<ref name='anything'/>");
		break;
	case BIND_CHILD:
	case BIND_LIST:
		print_rows(out, depth + 1, row->rows);
		break;
	case BIND_END:
	case BIND_ATTRIBUTE:
	case BIND_CONTENT:
		break;
	}
	line(out, depth, "</element>");
}

static void print_attribute(struct strbuf *out, unsigned int depth, const struct bind_row *row)
{
	line(out, depth, "<attribute name='%s'>", row->name);
	print_doc(out, depth + 1, row);
	print_type(out, depth + 1, row);
	line(out, depth, "</attribute>");
}

/* A row in the pattern that says how often it may be there. */
static void print_row(struct strbuf *out, unsigned int depth, const struct bind_row *row)
{
	const char *often = row->kind == BIND_LIST ? "zeroOrMore"
			    : row->required	   ? NULL
						   : "optional";

	if (row->kind == BIND_CONTENT) {
		print_unit(out, depth, row);
		/* Empty text fits <text/>, but no other type. */
		often = row->required || row->type == BIND_TEXT ? NULL : "choice";
	}
	if (often)
		line(out, depth++, "<%s>", often);
	if (often && row->kind == BIND_CONTENT)
		line(out, depth, "<empty/>");
	if (row->kind == BIND_ATTRIBUTE)
		print_attribute(out, depth, row);
	else if (row->kind == BIND_CONTENT)
		print_type(out, depth, row);
	else
		print_element(out, depth, row);
	if (often)
		line(out, --depth, "</%s>", often);
	if (row->kind == BIND_ATTRIBUTE)
		print_unit(out, depth, row);
}

static void print_rows(struct strbuf *out, unsigned int depth, const struct bind_row *rows)
{
	size_t n = 0, n_elements = 0;

	for (const struct bind_row *row = rows; row->kind; row++, n++)
		n_elements += row->kind >= BIND_LEAF;
	if (!n)
		line(out, depth, "<empty/>");
	for (const struct bind_row *row = rows; row->kind; row++)
		if (row->kind < BIND_LEAF)
			print_row(out, depth, row);
	if (n_elements)
		line(out, depth, "<interleave>");
	for (const struct bind_row *row = rows; row->kind; row++)
		if (row->kind >= BIND_LEAF)
			print_row(out, depth + 1, row);
	if (n_elements)
		line(out, depth, "</interleave>");
}

void bind_schema(struct strbuf *out, const char *name, const struct bind_row *rows)
{
	const struct bind_row root = { .kind = BIND_CHILD, .name = name, .rows = rows };

	line(out, 0, "<?xml version='1.0' encoding='UTF-8'?>");
	line(out, 0, "<!-- SPDX-License-Identifier: Apache-2.0 -->");
	line(out, 0, "<!-- Made from the tables in src/domain/rows*.c; do not edit. -->");
	line(out, 0, "<grammar xmlns='http://relaxng.org/ns/structure/1.0'");
	line(out, 0, "  xmlns:a='http://relaxng.org/ns/compatibility/annotations/1.0'");
	line(out, 0, "  datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>");
	line(out, 1, "<start>");
	print_element(out, 2, &root);
	line(out, 1, "</start>");
	line(out, 1, "<define name='anything'>");
	line(out, 2, "<zeroOrMore>");
	line(out, 3, "<choice>");
	line(out, 4, "<attribute><anyName/></attribute>");
	line(out, 4, "<text/>");
	line(out, 4, "<element><anyName/><ref name='anything'/></element>");
	line(out, 3, "</choice>");
	line(out, 2, "</zeroOrMore>");
	line(out, 1, "</define>");
	line(out, 0, "</grammar>");
}

int domain_schema_print(char **ret_schema, struct err *err)
{
	AUTO_STRBUF out = STRBUF_INIT;
	char *schema;

	bind_schema(&out, "domain", domain_rows);
	schema = strbuf_take(&out);
	if (!schema)
		return err_set(err, ERR_HOST, -ENOMEM, "schema", "out of memory");
	*ret_schema = schema;
	return 0;
}

/* The first complaint only: later ones are mostly its consequences. */
struct complaint {
	const char *file_name;
	struct err *err;
	bool made;
};

static void on_complaint(void *context, xmlError *error)
{
	struct complaint *complaint = context;
	char where[ERR_SUBJECT_MAX], message[ERR_MESSAGE_MAX];

	if (complaint->made)
		return;
	complaint->made = true;
	snprintf(where, sizeof(where), "%s:%d", complaint->file_name, error->line);
	snprintf(message, sizeof(message), "%s", error->message ? error->message : "invalid");
	for (char *p = message; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = p[1] ? '?' : '\0';
	err_set(complaint->err, ERR_USER, -EINVAL, where,
		"XML error: XML document failed to validate against schema: %s", message);
}

static xmlRelaxNG *parse_schema(const char *schema, struct complaint *complaint)
{
	xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewMemParserCtxt(schema, (int)strlen(schema));
	xmlRelaxNG *grammar;

	if (!parser)
		return NULL;
	xmlRelaxNGSetParserStructuredErrors(parser, (xmlStructuredErrorFunc)on_complaint,
					    complaint);
	grammar = xmlRelaxNGParse(parser);
	xmlRelaxNGFreeParserCtxt(parser);
	return grammar;
}

int domain_schema_check(const char *schema, const char *text, size_t length, const char *file_name,
			struct err *err)
{
	struct err first = ERR_INIT;
	struct complaint complaint = { .file_name = "schema", .err = &first };
	AUTO(xml_source) source = NULL;
	xmlRelaxNGValidCtxt *context = NULL;
	xmlRelaxNG *grammar;
	int ret = xml_open(text, length, file_name, &source, err);

	if (ret < 0)
		return ret;
	grammar = parse_schema(schema, &complaint);
	if (grammar)
		context = xmlRelaxNGNewValidCtxt(grammar);
	if (context) {
		complaint.file_name = source->file_name;
		xmlRelaxNGSetValidStructuredErrors(context, (xmlStructuredErrorFunc)on_complaint,
						   &complaint);
		ret = xmlRelaxNGValidateDoc(context, source->doc);
	}
	if (!context && !complaint.made)
		ret = err_set(err, ERR_HOST, -ENOMEM, source->file_name, "out of memory");
	else if (ret || !context)
		ret = err_set(err, ERR_USER, -EINVAL, first.subject, "%s",
			      complaint.made ? first.message : "XML error: invalid");
	xmlRelaxNGFreeValidCtxt(context);
	xmlRelaxNGFree(grammar);
	return ret;
}
