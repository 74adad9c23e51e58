/* SPDX-License-Identifier: Apache-2.0 */
/* From structs to XML by table: see bind.h. */
#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "domain/bind.h"

/* What a recursion carries along. */
struct printer {
	struct strbuf *out;
	const struct domain_spec *domain; /* its kept */
	struct strbuf place; /* of the element being printed; empty when nothing is kept */
	unsigned int depth;
};

static void escape(struct strbuf *out, const char *text, bool attribute)
{
	for (const char *p = text; *p; p++) {
		if (*p == '&')
			strbuf_add_text(out, "&amp;");
		else if (*p == '<')
			strbuf_add_text(out, "&lt;");
		else if (*p == '>')
			strbuf_add_text(out, "&gt;");
		else if (*p == '\'' && attribute)
			strbuf_add_text(out, "&apos;");
		else if (*p == '"' && attribute)
			strbuf_add_text(out, "&quot;");
		else if (*p == '\r' || (attribute && (*p == '\n' || *p == '\t')))
			strbuf_addf(out, "&#%d;", *p);
		else
			strbuf_add_char(out, *p);
	}
}

static void indent(struct printer *printer)
{
	for (unsigned int i = 0; i < printer->depth; i++)
		strbuf_add(printer->out, "  ", 2);
}

static bool value_is_given(const struct bind_row *row, const void *member)
{
	switch (row->type) {
	case BIND_TEXT:
	case BIND_NUMBER_TEXT:
		return *(char *const *)member != NULL;
	case BIND_NUMBER:
	case BIND_SIGNED:
	case BIND_SIZE:
	case BIND_BYTES:
		return ((const struct domain_number *)member)->given;
	case BIND_SET:
		return ((const struct domain_set *)member)->given;
	case BIND_ENUM:
		return *(const int *)member && *(const int *)member != row->unsaid;
	}
	return false;
}

static void print_set(struct strbuf *out, const struct idset *ids)
{
	size_t length = idset_format(ids, NULL, 0);
	autofree char *text = malloc(length + 1);

	if (!text) {
		out->failed = true;
		return;
	}
	idset_format(ids, text, length + 1);
	strbuf_add_text(out, text);
}

static void print_value(struct strbuf *out, const struct bind_row *row, const void *member)
{
	const struct domain_number *number = member;

	switch (row->type) {
	case BIND_TEXT:
	case BIND_NUMBER_TEXT:
		escape(out, *(char *const *)member, row->kind == BIND_ATTRIBUTE);
		return;
	case BIND_NUMBER:
	case BIND_SIGNED:
	case BIND_BYTES:
		strbuf_addf(out, "%" PRId64, number->value);
		return;
	case BIND_SIZE:
		strbuf_addf(out, "%" PRId64, number->value / (int64_t)KIB);
		return;
	case BIND_SET:
		print_set(out, &((const struct domain_set *)member)->ids);
		return;
	case BIND_ENUM:
		strbuf_add_text(out, row->names[*(const int *)member - 1]);
		return;
	}
}

static void print_unit(struct strbuf *out, const struct bind_row *row)
{
	if (row->type == BIND_SIZE)
		strbuf_add_text(out, " unit='KiB'");
	else if (row->type == BIND_BYTES)
		strbuf_add_text(out, " unit='B'");
}

static void print_kept(struct printer *printer, bool attributes)
{
	for (size_t i = 0; printer->place.length && i < printer->domain->n_kept; i++) {
		const struct domain_kept *kept = &printer->domain->kept[i];

		if (!kept->attribute == attributes ||
		    strcmp(kept->place, strbuf_text(&printer->place)))
			continue;
		if (attributes) {
			strbuf_addf(printer->out, " %s='", kept->attribute);
			escape(printer->out, kept->text, true);
			strbuf_add_char(printer->out, '\'');
		} else {
			indent(printer);
			strbuf_addf(printer->out, "%s\n", kept->text);
		}
	}
}

static void print_attributes(struct printer *printer, const struct bind_row *rows, const void *base)
{
	for (const struct bind_row *row = rows; row->kind; row++) {
		const void *member = (const char *)base + row->offset;

		if (row->kind > BIND_CONTENT || !value_is_given(row, member))
			continue;
		if (row->kind == BIND_ATTRIBUTE) {
			strbuf_add_char(printer->out, ' ');
			strbuf_add_text(printer->out, row->name);
			strbuf_add_text(printer->out, "='");
			print_value(printer->out, row, member);
			strbuf_add_char(printer->out, '\'');
		}
		print_unit(printer->out, row);
	}
	print_kept(printer, true);
}

static void print_element(struct printer *printer, const char *name, size_t number,
			  const struct bind_row *rows, const void *base);

static void print_leaf(struct printer *printer, const struct bind_row *row, const void *base)
{
	struct bind_row own[] = { *row, { .kind = BIND_END } };

	own[0].kind = BIND_CONTENT;
	print_element(printer, row->name, 1, own, base);
}

static void print_child(struct printer *printer, const struct bind_row *row, const void *base)
{
	static const struct bind_row nothing[] = { { .kind = BIND_END } };
	const void *member = (const char *)base + row->offset;

	switch (row->kind) {
	case BIND_LEAF:
		if (value_is_given(row, member))
			print_leaf(printer, row, base);
		break;
	case BIND_FLAG:
		if (*(const bool *)member)
			print_element(printer, row->name, 1, nothing, base);
		break;
	case BIND_CHILD:
		if (*(const bool *)member)
			print_element(printer, row->name, 1, row->rows, member);
		break;
	case BIND_LIST:
		for (size_t i = 0; i < ((const size_t *)member)[1]; i++)
			print_element(printer, row->name, i + 1, row->rows,
				      *(char *const *)member + i * row->item_bytes);
		break;
	case BIND_RAW:
		if (*(char *const *)member) {
			indent(printer);
			strbuf_addf(printer->out, "%s\n", *(char *const *)member);
		}
		break;
	case BIND_END:
	case BIND_ATTRIBUTE:
	case BIND_CONTENT:
		break;
	}
}

/* Content, then children. */
static void print_inside(struct printer *printer, const struct bind_row *rows, const void *base)
{
	for (const struct bind_row *row = rows; row->kind; row++) {
		const void *member = (const char *)base + row->offset;

		if (row->kind == BIND_CONTENT && value_is_given(row, member))
			print_value(printer->out, row, member);
		else
			print_child(printer, row, base);
	}
	print_kept(printer, false);
}

static void enter(struct printer *printer, const char *name, size_t number)
{
	if (printer->domain && printer->domain->n_kept)
		strbuf_addf(&printer->place, "/%s[%zu]", name, number);
	printer->depth++;
}

static void leave(struct printer *printer, size_t place_length)
{
	if (printer->place.length) {
		printer->place.length = place_length;
		printer->place.text[place_length] = '\0';
	}
	printer->depth--;
}

static bool has_text(const struct bind_row *rows)
{
	for (const struct bind_row *row = rows; row->kind; row++)
		if (row->kind == BIND_CONTENT)
			return true;
	return false;
}

static void print_element(struct printer *printer, const char *name, size_t number,
			  const struct bind_row *rows, const void *base)
{
	size_t place_length = printer->place.length;
	AUTO_STRBUF inside = STRBUF_INIT;
	struct strbuf *out = printer->out;

	indent(printer);
	strbuf_add_char(out, '<');
	strbuf_add_text(out, name);
	enter(printer, name, number);
	print_attributes(printer, rows, base);
	/* Whether the tag ends in "/>" is known only when there was nothing to print inside. */
	printer->out = &inside;
	print_inside(printer, rows, base);
	printer->out = out;
	leave(printer, place_length);
	out->failed |= inside.failed;
	if (!inside.length) {
		strbuf_add_text(out, "/>\n");
		return;
	}
	strbuf_add_text(out, has_text(rows) ? ">" : ">\n");
	strbuf_add(out, inside.text, inside.length);
	if (!has_text(rows))
		indent(printer);
	strbuf_add_text(out, "</");
	strbuf_add_text(out, name);
	strbuf_add_text(out, ">\n");
}

void bind_print(struct strbuf *out, const char *name, const struct bind_row *rows, const void *base,
		const struct domain_spec *domain)
{
	struct printer printer = { .out = out, .domain = domain };

	print_element(&printer, name, 1, rows, base);
	strbuf_fini(&printer.place);
}
