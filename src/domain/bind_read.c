/* SPDX-License-Identifier: Apache-2.0 */
/* From XML into structs by table: see bind.h. Texts that libvirt has are libvirt's (virxml.c). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/nearest.h"
#include "base/size.h"
#include "base/util.h"
#include "domain/bind.h"
#include "domain/kept.h"

static int fail_memory(const struct bind_reader *reader, struct err *err)
{
	return err_set(err, ERR_HOST, -ENOMEM, reader->source->file_name, "out of memory");
}

static int fail_value(const struct bind_reader *reader, const xmlNode *node,
		      const struct bind_row *row, const char *text, const char *wanted,
		      struct err *err)
{
	if (row->refuse)
		return xml_fail(reader->source, node, err, "%s '%s'%s%s", row->refuse, text,
				*wanted ? "." : "", wanted);
	if (row->kind == BIND_ATTRIBUTE)
		return xml_fail(reader->source, node, err,
				"XML error: Invalid value for attribute '%s' in element '%s': "
				"'%s'.%s",
				row->name, xml_name(node), text, wanted);
	return xml_fail(reader->source, node, err,
			"XML error: Invalid value of element '%s': '%s'.%s", xml_name(node), text,
			wanted);
}

static bool is_decimal(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static int read_number(const struct bind_reader *reader, const xmlNode *node,
		       const struct bind_row *row, const char *text, struct domain_number *ret,
		       struct err *err)
{
	bool negative = row->type == BIND_SIGNED && text[0] == '-';
	int64_t limit = row->limit ? row->limit : INT64_MAX;
	uint64_t value;

	if (!is_decimal(text + negative))
		return fail_value(reader, node, row, text,
				  row->type == BIND_SIGNED ? " Expected integer value"
							   : " Expected non-negative integer value",
				  err);
	if (number_parse(text + negative, &value) < 0 || value > (uint64_t)limit)
		return fail_value(reader, node, row, text, " The value is too large", err);
	*ret = (struct domain_number){ true, negative ? -(int64_t)value : (int64_t)value };
	return 0;
}

static int read_size(const struct bind_reader *reader, const xmlNode *node,
		     const struct bind_row *row, const char *text, struct domain_number *ret,
		     struct err *err)
{
	autofree char *unit = xml_attribute(node, "unit");
	uint64_t value, bytes;
	int error;

	if (!is_decimal(text))
		return fail_value(reader, node, row, text, " Expected a size", err);
	error = number_parse(text, &value);
	if (!error)
		error = bind_size_scale(value, unit && *unit ? unit : "KiB", &bytes);
	if (error == -EINVAL)
		return xml_fail(reader->source, node, err, "invalid argument: unknown suffix '%s'",
				unit);
	if (!error && row->type == BIND_SIZE && !checked_align_up(bytes, KIB, &bytes))
		error = -ERANGE;
	if (error || bytes > INT64_MAX)
		return xml_fail(reader->source, node, err,
				"numerical overflow: value too large: %s%s", text,
				unit ? unit : "KiB");
	*ret = (struct domain_number){ true, (int64_t)bytes };
	return 0;
}

static int read_set(const struct bind_reader *reader, const xmlNode *node,
		    const struct bind_row *row, const char *text, struct domain_set *ret,
		    struct err *err)
{
	int error = bind_set_parse(text, &ret->ids);

	if (error == -ERANGE)
		return xml_fail(reader->source, node, err,
				"unsupported configuration: Invalid value of '%s': %s",
				row->name ? row->name : xml_name(node), text);
	if (error)
		return xml_fail(reader->source, node, err,
				"invalid argument: Failed to parse bitmap '%s'", text);
	ret->given = true;
	return 0;
}

/* What people write for what they mean. */
static const struct {
	const char *typed, *meant;
} synonyms[] = {
	{ "default", "restrictive" },
	{ "on", "yes" },
	{ "true", "yes" },
	{ "off", "no" },
	{ "false", "no" },
	{ "yes", "on" },
	{ "no", "off" },
};

static const char *meant(const struct bind_row *row, const char *text)
{
	const char *best = NULL;

	for (size_t s = 0; s < ARRAY_SIZE(synonyms); s++)
		for (size_t i = 0; !strcmp(synonyms[s].typed, text) && row->names[i]; i++)
			if (!strcmp(synonyms[s].meant, row->names[i]))
				return row->names[i];
	for (size_t i = 0; row->names[i]; i++)
		nearest_offer(text, row->names[i], &best);
	return best;
}

static int read_enum(const struct bind_reader *reader, const xmlNode *node,
		     const struct bind_row *row, const char *text, int *ret, struct err *err)
{
	const char *best;
	char hint[64] = "";

	for (int i = 0; row->names[i]; i++) {
		if (!strcmp(row->names[i], text)) {
			*ret = i + 1;
			return 0;
		}
	}
	best = meant(row, text);
	if (best)
		snprintf(hint, sizeof(hint), " Did you mean '%s'?", best);
	return fail_value(reader, node, row, text, hint, err);
}

static int read_text(const struct bind_reader *reader, const char *text, char **ret,
		     struct err *err)
{
	*ret = strdup(text);
	return *ret ? 0 : fail_memory(reader, err);
}

static bool is_number_text(const char *text)
{
	uint64_t value;

	return number_parse(text, &value) == 0;
}

/* Cuts blanks at both ends, in place. */
static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length && strchr(" \t\r\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Reads text into the member; element content that is not free text is trimmed. */
static int read_value(const struct bind_reader *reader, const xmlNode *node,
		      const struct bind_row *row, char *text, void *base, struct err *err)
{
	void *member = (char *)base + row->offset;

	if (row->kind != BIND_ATTRIBUTE && row->type != BIND_TEXT)
		text = trim(text);
	switch (row->type) {
	case BIND_NUMBER_TEXT:
		if (!is_number_text(text))
			return fail_value(reader, node, row, text,
					  " Expected non-negative integer value", err);
		return read_text(reader, text, member, err);
	case BIND_TEXT:
		if (row->kind != BIND_ATTRIBUTE && !*text)
			return 0;
		return read_text(reader, text, member, err);
	case BIND_NUMBER:
	case BIND_SIGNED:
		return read_number(reader, node, row, text, member, err);
	case BIND_SIZE:
	case BIND_BYTES:
		return read_size(reader, node, row, text, member, err);
	case BIND_SET:
		return read_set(reader, node, row, text, member, err);
	case BIND_ENUM:
		return read_enum(reader, node, row, text, member, err);
	}
	return 0;
}

static int fail_missing(const struct bind_reader *reader, const xmlNode *node,
			const struct bind_row *row, struct err *err)
{
	if (row->missing)
		return xml_fail(reader->source, node, err, "%s", row->missing);
	if (row->kind == BIND_ATTRIBUTE)
		return xml_fail(reader->source, node, err,
				"XML error: Missing required attribute '%s' in element '%s'",
				row->name, xml_name(node));
	return xml_fail(reader->source, node, err, "XML error: Missing %s%s%s in element '%s'",
			row->name ? "element '" : "text", row->name ? row->name : "",
			row->name ? "'" : "", xml_name(node));
}

/* Attributes and content of node. */
static int read_own(const struct bind_reader *reader, const xmlNode *node,
		    const struct bind_row *rows, void *base, struct err *err)
{
	for (const struct bind_row *row = rows; row->kind; row++) {
		autofree char *copy = NULL;
		char *text = NULL;
		int ret;

		if (row->kind == BIND_CONTENT)
			text = copy = xml_content(node);
		else if (row->kind != BIND_ATTRIBUTE)
			continue;
		/* Mostly nothing needs to be copied: a large domain has 10,000 attributes. */
		else if (!xml_attribute_peek(node, row->name, &text))
			text = copy = xml_attribute(node, row->name);
		if (row->required && (!text || !text[strspn(text, " \t\r\n")]))
			return fail_missing(reader, node, row, err);
		if (!text)
			continue;
		if (row->kind == BIND_CONTENT && !text[strspn(text, " \t\r\n")])
			continue;
		ret = read_value(reader, node, row, text, base, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* The row that knows the attribute: by name, or as the unit of a size. */
static bool attribute_is_known(const struct bind_row *rows, const char *name)
{
	for (const struct bind_row *row = rows; row->kind; row++) {
		if (row->kind == BIND_ATTRIBUTE && !strcmp(row->name, name))
			return true;
		if ((row->kind == BIND_ATTRIBUTE || row->kind == BIND_CONTENT) &&
		    (row->type == BIND_SIZE || row->type == BIND_BYTES) && !strcmp(name, "unit"))
			return true;
	}
	return false;
}

static int refuse_attribute(const struct bind_reader *reader, const xmlNode *node,
			    const struct bind_row *rows, const xmlAttr *attribute, struct err *err)
{
	const char *name = (const char *)attribute->name, *best = NULL;

	if (reader->lax)
		return kept_attribute_add(reader->lax, reader->source, node, attribute, err);
	for (const struct bind_row *row = rows; row->kind; row++)
		if (row->kind == BIND_ATTRIBUTE)
			nearest_offer(name, row->name, &best);
	return xml_fail(reader->source, node, err,
			"XML error: attribute '%s' is not known in element '%s'%s%s%s", name,
			xml_name(node), best ? ", did you mean '" : "", best ? best : "",
			best ? "'?" : "");
}

static int check_attributes(const struct bind_reader *reader, const xmlNode *node,
			    const struct bind_row *rows, struct err *err)
{
	for (const xmlAttr *a = node->properties; a; a = a->next) {
		int ret;

		if (!a->ns && attribute_is_known(rows, (const char *)a->name))
			continue;
		ret = refuse_attribute(reader, node, rows, a, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static bool has_text(const struct bind_row *rows)
{
	for (const struct bind_row *row = rows; row->kind; row++)
		if (row->kind == BIND_CONTENT)
			return true;
	return false;
}

static int check_text(const struct bind_reader *reader, const xmlNode *node,
		      const struct bind_row *rows, struct err *err)
{
	if (!node->children || has_text(rows))
		return 0;
	for (const xmlNode *piece = node->children; piece; piece = piece->next) {
		const char *text = (const char *)piece->content;

		if ((piece->type != XML_TEXT_NODE && piece->type != XML_CDATA_SECTION_NODE) ||
		    !text)
			continue;
		text += strspn(text, " \t\r\n");
		if (*text)
			return xml_fail(reader->source, node, err,
					"XML error: element '%s' has no text, but '%.*s' is there",
					xml_name(node), (int)MIN(strcspn(text, " \t\r\n"), 40u),
					text);
	}
	return 0;
}

static const struct bind_row *row_of_child(const struct bind_row *rows, const xmlNode *child)
{
	if (child->ns)
		return NULL;
	for (const struct bind_row *row = rows; row->kind; row++)
		if (row->kind >= BIND_LEAF && !strcmp(row->name, xml_name(child)))
			return row;
	return NULL;
}

static int refuse_child(const struct bind_reader *reader, const struct bind_row *rows,
			const xmlNode *child, struct err *err)
{
	const char *best = NULL;

	/* Between pieces of text there is no place where it could be printed again. */
	if (reader->lax && !has_text(rows))
		return kept_element_add(reader->lax, reader->source, child, err);
	for (const struct bind_row *row = rows; row->kind; row++)
		if (row->kind >= BIND_LEAF)
			nearest_offer(xml_name(child), row->name, &best);
	return xml_fail(reader->source, child, err,
			"XML error: element '%s' is not known in element '%s'%s%s%s",
			xml_name(child), xml_name(child->parent), best ? ", did you mean '" : "",
			best ? best : "", best ? "'?" : "");
}

/* Has an element of the same name come before? */
static bool is_second(const xmlNode *child)
{
	for (const xmlNode *n = child->prev; n; n = n->prev)
		if (n->type == XML_ELEMENT_NODE && !n->ns && xmlStrEqual(n->name, child->name))
			return true;
	return false;
}

/* The next slot of the list at member, which is made large enough at its first element. */
static int list_slot(const struct bind_reader *reader, const struct bind_row *row, void *member,
		     const xmlNode *child, void **ret_item, struct err *err)
{
	struct list {
		char *items;
		size_t n;
	} *list = member;
	size_t n = 0;

	if (!list->items) {
		for (const xmlNode *c = child; c; c = xml_next(c))
			n += !c->ns && xmlStrEqual(c->name, child->name);
		if (n > BIND_LIST_MAX)
			return xml_fail(reader->source, child, err,
					"XML error: more than %u elements '%s'", BIND_LIST_MAX,
					row->name);
		list->items = calloc(n, row->item_bytes);
		if (!list->items)
			return fail_memory(reader, err);
	}
	*ret_item = list->items + list->n++ * row->item_bytes;
	return 0;
}

static int read_leaf(const struct bind_reader *reader, const xmlNode *child,
		     const struct bind_row *row, void *base, struct err *err)
{
	const struct bind_row own[] = {
		{ .kind = BIND_CONTENT,
		  .type = row->type,
		  .offset = row->offset,
		  .names = row->names,
		  .limit = row->limit,
		  .refuse = row->refuse },
		{ .kind = BIND_END },
	};

	return bind_read(reader, child, own, base, err);
}

static int read_child(const struct bind_reader *reader, const xmlNode *child,
		      const struct bind_row *row, void *base, struct err *err)
{
	static const struct bind_row nothing[] = { { .kind = BIND_END } };
	void *member = (char *)base + row->offset;
	int ret;

	if (row->kind != BIND_LIST && is_second(child)) {
		if (row->twice)
			return xml_fail(reader->source, child, err, "%s", row->twice);
		return xml_fail(reader->source, child, err,
				"XML error: only one element '%s' is supported here", row->name);
	}
	switch (row->kind) {
	case BIND_LEAF:
		return read_leaf(reader, child, row, base, err);
	case BIND_FLAG:
		*(bool *)member = true;
		return bind_read(reader, child, nothing, base, err);
	case BIND_CHILD:
		*(bool *)member = true;
		return bind_read(reader, child, row->rows, member, err);
	case BIND_LIST:
		ret = list_slot(reader, row, member, child, &member, err);
		return ret < 0 ? ret : bind_read(reader, child, row->rows, member, err);
	case BIND_RAW:
		*(char **)member = kept_text(child);
		return *(char **)member ? 0 : fail_memory(reader, err);
	case BIND_END:
	case BIND_ATTRIBUTE:
	case BIND_CONTENT:
		break;
	}
	return 0;
}

int bind_read(const struct bind_reader *reader, const xmlNode *node, const struct bind_row *rows,
	      void *base, struct err *err)
{
	int ret = check_attributes(reader, node, rows, err);

	if (!ret)
		ret = check_text(reader, node, rows, err);
	if (!ret)
		ret = read_own(reader, node, rows, base, err);
	for (const xmlNode *child = xml_first(node); !ret && child; child = xml_next(child)) {
		const struct bind_row *row = row_of_child(rows, child);

		ret = row ? read_child(reader, child, row, base, err)
			  : refuse_child(reader, rows, child, err);
	}
	for (const struct bind_row *row = rows; !ret && row->kind; row++) {
		const void *member = (const char *)base + row->offset;

		if (row->required && ((row->kind == BIND_LEAF && !*(char *const *)member) ||
				      (row->kind == BIND_CHILD && !*(const bool *)member)))
			ret = fail_missing(reader, node, row, err);
	}
	return ret;
}

static void release_list(const struct bind_row *row, void *member)
{
	char *items = *(char **)member;
	size_t n = ((size_t *)member)[1];

	for (size_t i = 0; i < n; i++)
		bind_release(row->rows, items + i * row->item_bytes);
	free(items);
}

static void release_row(const struct bind_row *row, void *member)
{
	switch (row->kind) {
	case BIND_CHILD:
		bind_release(row->rows, member);
		break;
	case BIND_LIST:
		release_list(row, member);
		break;
	case BIND_RAW:
		free(*(char **)member);
		break;
	case BIND_ATTRIBUTE:
	case BIND_CONTENT:
	case BIND_LEAF:
		if (row->type == BIND_TEXT || row->type == BIND_NUMBER_TEXT)
			free(*(char **)member);
		break;
	case BIND_FLAG:
	case BIND_END:
		break;
	}
}

void bind_release(const struct bind_row *rows, void *base)
{
	for (const struct bind_row *row = rows; row->kind; row++)
		release_row(row, (char *)base + row->offset);
}
