/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values over json-c's tree: see json.h. Text in and out: json_parse.c, json_print.c. */
#include "base/json.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"
#include "base/util.h"

const char json_null_sentinel;

void json_free(struct json *value)
{
	if (value)
		json_object_put(json_to_node(value));
}

struct json *json_ref(const struct json *value)
{
	return json_from_node(json_object_get(json_to_node(value)));
}

enum json_kind json_kind(const struct json *value)
{
	switch (json_object_get_type(json_to_node(value))) {
	case json_type_null:
		return JSON_NULL;
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_double:
		return JSON_NUMBER;
	case json_type_int:
		return JSON_INTEGER;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_string:
		return JSON_STRING;
	}
	__builtin_unreachable();
}

bool json_as_bool(const struct json *value)
{
	assert(json_kind(value) == JSON_BOOL);
	return json_object_get_boolean(json_to_node(value));
}

const char *json_as_string(const struct json *value)
{
	assert(json_kind(value) == JSON_STRING);
	return json_object_get_string(json_to_node(value));
}

double json_as_number(const struct json *value)
{
	assert(json_kind(value) == JSON_NUMBER || json_kind(value) == JSON_INTEGER);
	return json_object_get_double(json_to_node(value));
}

/*
 * json-c saturates: a negative number reads as 0 through the unsigned getter, one above 2^63-1 as
 * 2^63-1 through the signed one. Together the two still tell which number it is.
 */
int json_as_u64(const struct json *value, uint64_t *ret_value)
{
	struct json_object *node = json_to_node(value);

	if (json_kind(value) != JSON_INTEGER || json_object_get_int64(node) < 0)
		return -EINVAL;
	*ret_value = json_object_get_uint64(node);
	return 0;
}

int json_as_i64(const struct json *value, int64_t *ret_value)
{
	struct json_object *node = json_to_node(value);

	if (json_kind(value) != JSON_INTEGER || json_object_get_uint64(node) > INT64_MAX)
		return -EINVAL;
	*ret_value = json_object_get_int64(node);
	return 0;
}

size_t json_length(const struct json *value)
{
	struct json_object *node = json_to_node(value);

	if (json_kind(value) == JSON_OBJECT)
		return (size_t)json_object_object_length(node);
	assert(json_kind(value) == JSON_ARRAY);
	return json_object_array_length(node);
}

const struct json *json_at(const struct json *array, size_t index)
{
	assert(json_kind(array) == JSON_ARRAY && index < json_length(array));
	return json_from_node(json_object_array_get_idx(json_to_node(array), index));
}

const struct json *json_member(const struct json *object, const char *name)
{
	struct json_object *node;

	assert(json_kind(object) == JSON_OBJECT);
	if (!json_object_object_get_ex(json_to_node(object), name, &node))
		return NULL;
	return json_from_node(node);
}

struct json_iter json_iter(const struct json *object)
{
	assert(json_kind(object) == JSON_OBJECT);
	return (struct json_iter){ .next = json_object_get_object(json_to_node(object))->head };
}

bool json_iter_next(struct json_iter *it)
{
	struct lh_entry *entry = it->next;

	if (!entry)
		return false;
	it->name = lh_entry_k(entry);
	it->value = json_from_node(lh_entry_v(entry));
	it->next = entry->next;
	return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
	return json_object_equal(json_to_node(a), json_to_node(b));
}

/* ---- Typed members ---- */

static int wrong_type(struct err *err, const char *name, const char *expected)
{
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "Invalid parameter type for '%s', expected: %s", name, expected);
}

static int get_member(const struct json *object, const char *name, const struct json **ret_value,
		      struct err *err)
{
	const struct json *value = json_member(object, name);

	if (!value)
		return err_set(err, ERR_USER, -ENOENT, NULL, "Parameter '%s' is missing", name);
	*ret_value = value;
	return 0;
}

static int get_typed(const struct json *object, const char *name, enum json_kind kind,
		     const char *expected, const struct json **ret_value, struct err *err)
{
	const struct json *value = NULL;
	int ret = get_member(object, name, &value, err);

	if (ret < 0)
		return ret;
	if (json_kind(value) != kind)
		return wrong_type(err, name, expected);
	*ret_value = value;
	return 0;
}

int json_get_string(const struct json *object, const char *name, const char **ret_value,
		    struct err *err)
{
	const struct json *value = NULL;
	int ret = get_typed(object, name, JSON_STRING, "string", &value, err);

	if (ret < 0)
		return ret;
	*ret_value = json_as_string(value);
	return 0;
}

int json_get_bool(const struct json *object, const char *name, bool *ret_value, struct err *err)
{
	const struct json *value = NULL;
	int ret = get_typed(object, name, JSON_BOOL, "boolean", &value, err);

	if (ret < 0)
		return ret;
	*ret_value = json_as_bool(value);
	return 0;
}

static int get_unsigned(const struct json *object, const char *name, const char *expected,
			uint64_t *ret_value, struct err *err)
{
	const struct json *value = NULL;
	int ret = get_typed(object, name, JSON_INTEGER, "integer", &value, err);

	if (ret < 0)
		return ret;
	if (json_as_u64(value, ret_value) < 0)
		return err_set(err, ERR_USER, -ERANGE, NULL, "Parameter '%s' expects %s", name,
			       expected);
	return 0;
}

int json_get_u64(const struct json *object, const char *name, uint64_t *ret_value, struct err *err)
{
	return get_unsigned(object, name, "uint64", ret_value, err);
}

int json_get_size(const struct json *object, const char *name, uint64_t *ret_bytes, struct err *err)
{
	return get_unsigned(object, name, "a size", ret_bytes, err);
}

int json_get_i64(const struct json *object, const char *name, int64_t *ret_value, struct err *err)
{
	const struct json *value = NULL;
	int ret = get_typed(object, name, JSON_INTEGER, "integer", &value, err);

	if (ret < 0)
		return ret;
	if (json_as_i64(value, ret_value) < 0)
		return wrong_type(err, name, "integer");
	return 0;
}

int json_get_number(const struct json *object, const char *name, double *ret_value, struct err *err)
{
	const struct json *value = NULL;
	int ret = get_member(object, name, &value, err);

	if (ret < 0)
		return ret;
	if (json_kind(value) != JSON_NUMBER && json_kind(value) != JSON_INTEGER)
		return wrong_type(err, name, "number");
	*ret_value = json_as_number(value);
	return 0;
}

int json_get_array(const struct json *object, const char *name, const struct json **ret_value,
		   struct err *err)
{
	return get_typed(object, name, JSON_ARRAY, "array", ret_value, err);
}

int json_get_object(const struct json *object, const char *name, const struct json **ret_value,
		    struct err *err)
{
	return get_typed(object, name, JSON_OBJECT, "object", ret_value, err);
}

/* ---- Building ---- */

static struct json *built(struct json_object *node)
{
	if (!node)
		abort();
	return (struct json *)node;
}

struct json *json_new_null(void)
{
	return json_from_node(NULL);
}

struct json *json_new_bool(bool value)
{
	return built(json_object_new_boolean(value));
}

struct json *json_new_u64(uint64_t value)
{
	return built(json_object_new_uint64(value));
}

struct json *json_new_i64(int64_t value)
{
	return built(json_object_new_int64(value));
}

struct json *json_new_number(double value)
{
	assert(isfinite(value));
	return built(json_object_new_double(value));
}

struct json *json_new_string(const char *text)
{
	AUTO_STRBUF clean = STRBUF_INIT;
	size_t count = strlen(text);

	while (count) {
		size_t length = json_utf8_prefix(text, count);

		strbuf_add(&clean, text, length);
		text += length;
		count -= length;
		if (!count)
			break;
		json_utf8_add(&clean, 0xfffd);
		text++;
		count--;
	}
	if (clean.failed)
		abort();
	return built(json_object_new_string(clean.text ? clean.text : ""));
}

struct json *json_new_stringf(const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (length < 0) {
		text = NULL;
		abort();
	}
	return json_new_string(text);
}

struct json *json_new_array(void)
{
	return built(json_object_new_array());
}

struct json *json_new_object(void)
{
	return built(json_object_new_object());
}

void json_set(struct json *object, const char *name, struct json *value)
{
	assert(json_kind(object) == JSON_OBJECT);
	if (json_object_object_add(json_to_node(object), name, json_to_node(value)) < 0)
		abort();
}

void json_append(struct json *array, struct json *value)
{
	assert(json_kind(array) == JSON_ARRAY);
	if (json_object_array_add(json_to_node(array), json_to_node(value)) < 0)
		abort();
}

void json_set_bool(struct json *object, const char *name, bool value)
{
	json_set(object, name, json_new_bool(value));
}

void json_set_u64(struct json *object, const char *name, uint64_t value)
{
	json_set(object, name, json_new_u64(value));
}

void json_set_i64(struct json *object, const char *name, int64_t value)
{
	json_set(object, name, json_new_i64(value));
}

void json_set_string(struct json *object, const char *name, const char *text)
{
	json_set(object, name, json_new_string(text));
}
