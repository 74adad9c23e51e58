/* SPDX-License-Identifier: Apache-2.0 */
/* Property tables: see prop.h. Error texts are QEMU's (qapi visitors and qemu-option). */
#include "cmdline/prop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idset.h"
#include "base/nearest.h"
#include "base/size.h"
#include "base/util.h"
#include "spec/spec.h"

int cmdline_bool_parse(const char *text, bool *ret_value)
{
	static const char *const yes[] = { "on", "yes", "true", "y" };
	static const char *const no[] = { "off", "no", "false", "n" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (!strcmp(text, yes[i]) || !strcmp(text, no[i])) {
			*ret_value = !strcmp(text, yes[i]);
			return 0;
		}
	}
	return -EINVAL;
}

static const struct cmdline_prop *find(const struct cmdline_props *props, const char *name)
{
	for (size_t i = 0; i < props->n_rows; i++)
		if (!strcmp(props->rows[i].name, name))
			return &props->rows[i];
	return NULL;
}

static int unknown(const struct cmdline_props *props, const char *name, struct err *err)
{
	const char *nearest = NULL;
	char hint[80] = "";

	for (size_t i = 0; i < props->n_rows; i++)
		nearest_offer(name, props->rows[i].name, &nearest);
	if (nearest)
		snprintf(hint, sizeof(hint), " (did you mean '%s'?)", nearest);
	return err_set(err, ERR_USER, -EINVAL, NULL, "%s%.100s%s%s",
		       props->unknown_before ? props->unknown_before : "Invalid parameter '", name,
		       props->unknown_after ? props->unknown_after : "'", hint);
}

static void *field(const struct cmdline_prop *prop, void *object)
{
	return (char *)object + prop->offset;
}

static const void *const_field(const struct cmdline_prop *prop, const void *object)
{
	return (const char *)object + prop->offset;
}

/* Little helpers for fields of 1, 2, 4 and 8 bytes: enums and integers share them. */
static void store(const struct cmdline_prop *prop, void *object, uint64_t value)
{
	switch (prop->width) {
	case 1:
		*(uint8_t *)field(prop, object) = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)field(prop, object) = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)field(prop, object) = (uint32_t)value;
		break;
	default:
		*(uint64_t *)field(prop, object) = value;
	}
}

static uint64_t load(const struct cmdline_prop *prop, const void *object)
{
	switch (prop->width) {
	case 1:
		return *(const uint8_t *)const_field(prop, object);
	case 2:
		return *(const uint16_t *)const_field(prop, object);
	case 4:
		return *(const uint32_t *)const_field(prop, object);
	default:
		return *(const uint64_t *)const_field(prop, object);
	}
}

/* ------------------------------------------------------------------ reading */

static int bad_bool(const struct cmdline_prop *prop, struct err *err)
{
	return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter '%s' expects 'on' or 'off'",
		       prop->name);
}

static int read_uint(const struct cmdline_props *props, const struct cmdline_prop *prop,
		     const char *text, void *object, struct err *err)
{
	uint64_t fits = prop->width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * prop->width)) - 1;
	uint64_t value;

	if (number_parse(text, &value) < 0 || value > fits) {
		if (props->number_prefix)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Parameter '%s%s' expects integer", props->number_prefix,
				       prop->name);
		return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter '%s' expects uint%zu_t",
			       prop->name, 8 * prop->width);
	}
	if (!value && (prop->flags & PROP_NONZERO))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "property '%s' of %s doesn't take value '0'", prop->name,
			       props->name);
	if (prop->max && (value < prop->min || value > prop->max))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter '%s' expects an integer between %" PRIu64 " and %" PRIu64,
			       prop->name, prop->min, prop->max);
	store(prop, object, value);
	return 0;
}

static int read_size(const struct cmdline_props *props, const struct cmdline_prop *prop,
		     const char *text, void *object, struct err *err)
{
	uint64_t bytes;
	int ret = size_parse(text, prop->flags & PROP_MIB ? MIB : 1, &bytes);

	if (ret == -ERANGE || (ret < 0 && text[0] == '-'))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter '%s' expects a non-negative number below 2^64",
			       prop->name);
	if (ret < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter '%s' expects a size value (a number, then optionally "
			       "k, M, G, T, P or E)",
			       prop->name);
	if (!bytes && (prop->flags & PROP_NONZERO))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Property '%s.%s' doesn't take value '0'", props->name, prop->name);
	store(prop, object, bytes);
	return 0;
}

static int read_string(const struct cmdline_prop *prop, const char *text, void *object,
		       struct err *err)
{
	char **slot = field(prop, object), *copy = strdup(text);

	if (!copy)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	free(*slot);
	*slot = copy;
	return 0;
}

static int bad_name(const struct cmdline_prop *prop, const char *text, struct err *err)
{
	AUTO_STRBUF known = STRBUF_INIT;

	for (size_t i = 0; prop->names[i]; i++)
		strbuf_addf(&known, "%s%s", i ? ", " : "", prop->names[i]);
	if (prop->type == PROP_FIXED)
		return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL,
			       "Parameter '%s' does not accept value '%.60s': terrace-vmm only has "
			       "%s",
			       prop->name, text, strbuf_text(&known));
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "Parameter '%s' does not accept value '%.60s' (known: %s)", prop->name, text,
		       strbuf_text(&known));
}

/* Index in names; booleans in any spelling match "on" and "off". */
static int read_name(const struct cmdline_prop *prop, const char *text, void *object,
		     struct err *err)
{
	bool on;
	const char *canonical = cmdline_bool_parse(text, &on) < 0 ? text : on ? "on" : "off";

	for (size_t i = 0; prop->names[i]; i++) {
		if (strcmp(prop->names[i], text) && strcmp(prop->names[i], canonical))
			continue;
		if (prop->type == PROP_ENUM)
			store(prop, object, i);
		return 0;
	}
	return bad_name(prop, text, err);
}

static int read_idset(const struct cmdline_prop *prop, const char *text, void *object,
		      struct err *err)
{
	struct idset ids;

	if (idset_parse(text, IDSET_MAX, &ids, NULL) < 0 || idset_is_empty(&ids))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter '%s' expects an integer or a range below %u, not '%.60s'",
			       prop->name, IDSET_MAX, text);
	idset_union(field(prop, object), &ids);
	return 0;
}

static int read_value(const struct cmdline_props *props, const struct cmdline_prop *prop,
		      const char *text, void *object, struct err *err)
{
	bool on;

	switch (prop->type) {
	case PROP_BOOL:
	case PROP_ONOFF:
		if (cmdline_bool_parse(text, &on) < 0)
			return bad_bool(prop, err);
		if (prop->type == PROP_BOOL)
			*(bool *)field(prop, object) = on;
		else
			store(prop, object, on ? SPEC_ON : SPEC_OFF);
		return 0;
	case PROP_UINT:
		return read_uint(props, prop, text, object, err);
	case PROP_SIZE:
		return read_size(props, prop, text, object, err);
	case PROP_STRING:
		return read_string(prop, text, object, err);
	case PROP_ENUM:
	case PROP_FIXED:
		return read_name(prop, text, object, err);
	case PROP_IDSET:
		return read_idset(prop, text, object, err);
	case PROP_ANY:
		return 0;
	}
	return 0;
}

static bool is_boolean(const struct cmdline_prop *prop)
{
	if (prop->type == PROP_FIXED || prop->type == PROP_ENUM)
		return !strcmp(prop->names[0], "on") || !strcmp(prop->names[0], "off");
	return prop->type == PROP_BOOL || prop->type == PROP_ONOFF;
}

/* A word without '=': "server" means on; "nowait", an old habit, means wait=off. */
static int read_word(const struct cmdline_props *props, const char *word, void *object,
		     struct err *err)
{
	const struct cmdline_prop *prop = find(props, word);

	if (prop && is_boolean(prop))
		return read_value(props, prop, "on", object, err);
	if (prop)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Expected '=' after parameter '%s'",
			       word);
	if (!strncmp(word, "no", 2)) {
		prop = find(props, word + 2);
		if (prop && is_boolean(prop))
			return read_value(props, prop, "off", object, err);
	}
	return unknown(props, word, err);
}

int cmdline_props_read(const struct cmdline_props *props, const struct keyval *list, void *object,
		       struct err *err)
{
	for (size_t i = 0; i < list->n_pairs; i++) {
		const struct keyval_pair *pair = &list->pairs[i];
		const struct cmdline_prop *prop = find(props, pair->key);
		int ret;

		if (!pair->value)
			ret = read_word(props, pair->key, object, err);
		else if (!prop)
			ret = unknown(props, pair->key, err);
		else
			ret = read_value(props, prop, pair->value, object, err);
		if (ret < 0)
			return ret;
	}
	for (size_t i = 0; i < props->n_rows; i++)
		if ((props->rows[i].flags & PROP_REQUIRED) &&
		    !keyval_has(list, props->rows[i].name))
			return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter '%s' is missing",
				       props->rows[i].name);
	return 0;
}

/* ------------------------------------------------------------------ printing */

static void print_size(const struct cmdline_prop *prop, uint64_t bytes, struct strbuf *text)
{
	char number[32];

	size_format(bytes, number, 24);
	/* Where a plain number means MiB, bytes need their suffix. */
	if ((prop->flags & PROP_MIB) && bytes % KIB)
		strcat(number, "B");
	keyval_print(text, prop->name, number);
}

static void print_idset(const struct cmdline_prop *prop, const struct idset *ids,
			struct strbuf *text)
{
	int first = idset_next(ids, 0);

	while (first >= 0) {
		char range[32];
		int last = first;

		while (idset_has(ids, (unsigned int)last + 1))
			last++;
		if (last == first)
			snprintf(range, sizeof(range), "%d", first);
		else
			snprintf(range, sizeof(range), "%d-%d", first, last);
		keyval_print(text, prop->name, range);
		first = idset_next(ids, (unsigned int)last + 1);
	}
}

static bool differs(const struct cmdline_prop *prop, const void *object, const void *defaults)
{
	const char *string, *default_string;

	if (prop->type != PROP_STRING)
		return memcmp(const_field(prop, object), const_field(prop, defaults), prop->width);
	string = *(char *const *)const_field(prop, object);
	default_string = *(char *const *)const_field(prop, defaults);
	return string && (!default_string || strcmp(string, default_string));
}

static void print_value(const struct cmdline_prop *prop, const void *object, struct strbuf *text)
{
	const void *at = const_field(prop, object);
	char number[24];

	switch (prop->type) {
	case PROP_BOOL:
		keyval_print(text, prop->name, *(const bool *)at ? "on" : "off");
		break;
	case PROP_ONOFF:
		keyval_print(text, prop->name, load(prop, object) == SPEC_ON ? "on" : "off");
		break;
	case PROP_UINT:
		snprintf(number, sizeof(number), "%" PRIu64, load(prop, object));
		keyval_print(text, prop->name, number);
		break;
	case PROP_SIZE:
		print_size(prop, load(prop, object), text);
		break;
	case PROP_STRING:
		keyval_print(text, prop->name, *(char *const *)at);
		break;
	case PROP_ENUM:
		keyval_print(text, prop->name, prop->names[load(prop, object)]);
		break;
	case PROP_IDSET:
		print_idset(prop, at, text);
		break;
	case PROP_FIXED:
	case PROP_ANY:
		break;
	}
}

/* Can the value of this property stand first, without its name, and be read back? */
static bool may_be_implied(const char *value)
{
	return value[0] && value[0] != '{' && !strpbrk(value, "=") && strcmp(value, "help") &&
	       strcmp(value, "?");
}

/* The first property of the text, when it is the implied one: "-m 2G" reads better than size=2G. */
static bool print_implied(const struct cmdline_props *props, const struct cmdline_prop *prop,
			  const void *object, struct strbuf *text)
{
	size_t skip = strlen(prop->name) + 1;
	AUTO_STRBUF pair = STRBUF_INIT;

	if (text->length || !props->implied || strcmp(props->implied, prop->name))
		return false;
	print_value(prop, object, &pair);
	if (pair.length <= skip || !may_be_implied(strbuf_text(&pair) + skip))
		return false;
	strbuf_add_text(text, strbuf_text(&pair) + skip);
	return true;
}

void cmdline_props_print(const struct cmdline_props *props, const void *object,
			 const void *defaults, struct strbuf *text)
{
	for (size_t i = 0; i < props->n_rows; i++) {
		const struct cmdline_prop *prop = &props->rows[i];

		if (prop->type == PROP_FIXED || prop->type == PROP_ANY)
			continue;
		if (!(prop->flags & PROP_ALWAYS) && !differs(prop, object, defaults))
			continue;
		if (!print_implied(props, prop, object, text))
			print_value(prop, object, text);
	}
}

/* ------------------------------------------------------------------ help */

static void add_values(const struct cmdline_prop *prop, struct strbuf *text)
{
	switch (prop->type) {
	case PROP_BOOL:
	case PROP_ONOFF:
		strbuf_add_text(text, "on|off");
		break;
	case PROP_UINT:
		strbuf_add_text(text, "<number>");
		break;
	case PROP_SIZE:
		strbuf_add_text(text, "<size>");
		break;
	case PROP_STRING:
	case PROP_ANY:
		strbuf_add_text(text, "<text>");
		break;
	case PROP_IDSET:
		strbuf_add_text(text, "<n[-m]>, repeatable");
		break;
	case PROP_ENUM:
	case PROP_FIXED:
		for (size_t i = 0; prop->names[i]; i++)
			strbuf_addf(text, "%s%s", i ? "|" : "", prop->names[i]);
		break;
	}
}

void cmdline_props_help(const struct cmdline_props *props, struct strbuf *text)
{
	for (size_t i = 0; i < props->n_rows; i++) {
		AUTO_STRBUF left = STRBUF_INIT;

		strbuf_addf(&left, "%s=", props->rows[i].name);
		add_values(&props->rows[i], &left);
		strbuf_addf(text, "  %-38s %s\n", strbuf_text(&left), props->rows[i].help);
	}
}

void cmdline_props_fini(const struct cmdline_props *props, void *object)
{
	for (size_t i = 0; i < props->n_rows; i++) {
		if (props->rows[i].type == PROP_STRING) {
			char **slot = field(&props->rows[i], object);

			free(*slot);
			*slot = NULL;
		}
	}
}
