/* SPDX-License-Identifier: Apache-2.0 */
/* key=value lists: see keyval.h. */
#include "base/keyval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static int no_memory(struct err *err)
{
	return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
}

int keyval_add(struct keyval *list, const char *key, const char *value, struct err *err)
{
	autofree char *key_copy = strdup(key), *value_copy = value ? strdup(value) : NULL;
	struct keyval_pair *pairs;

	if (list->n_pairs >= KEYVAL_MAX)
		return err_set(err, ERR_USER, -E2BIG, NULL, "more than %u properties", KEYVAL_MAX);
	if (!key_copy || (value && !value_copy))
		return no_memory(err);
	pairs = reallocarray(list->pairs, list->n_pairs + 1, sizeof(*pairs));
	if (!pairs)
		return no_memory(err);
	list->pairs = pairs;
	pairs[list->n_pairs++] = (struct keyval_pair){
		.key = TAKE_PTR(key_copy),
		.value = TAKE_PTR(value_copy),
	};
	return 0;
}

/* Reads up to a single comma, undoubling pairs; leaves *pos on that comma or the end. */
static void take_value(const char **pos, struct strbuf *value)
{
	const char *p = *pos;

	for (; *p; p++) {
		if (*p == ',') {
			if (p[1] != ',')
				break;
			p++;
		}
		strbuf_add(value, p, 1);
	}
	*pos = p;
}

/* One item at *pos, which moves behind it. */
static int take_item(const char **pos, const char *implied_key, struct keyval *list,
		     struct err *err)
{
	const char *item = *pos, *p;
	size_t key_length = strcspn(item, ",=");
	autofree char *key = NULL;
	AUTO_STRBUF value = STRBUF_INIT;

	if (item[key_length] == '=') {
		if (!key_length)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "'%.40s' has no name before '='", item);
		key = strndup(item, key_length);
		p = item + key_length + 1;
	} else {
		p = item;
	}
	take_value(&p, &value);
	if (value.failed || (item[key_length] == '=' && !key))
		return no_memory(err);
	*pos = p;
	if (key)
		return keyval_add(list, key, strbuf_text(&value), err);
	if (implied_key)
		return keyval_add(list, implied_key, strbuf_text(&value), err);
	if (!value.length)
		return err_set(err, ERR_USER, -EINVAL, NULL, "a property is missing before ','");
	return keyval_add(list, strbuf_text(&value), NULL, err);
}

int keyval_parse(const char *text, const char *implied_key, struct keyval *ret_list,
		 struct err *err)
{
	AUTO_KEYVAL(list);
	const char *p = text;

	while (*p) {
		int ret = take_item(&p, p == text ? implied_key : NULL, &list, err);

		if (ret < 0)
			return ret;
		if (*p == ',')
			p++;
	}
	*ret_list = list;
	list = KEYVAL_INIT;
	return 0;
}

/* One scalar, as the text that it would be behind "key=". */
static int add_json_scalar(struct keyval *list, const char *key, const struct json *value,
			   struct err *err)
{
	autofree char *digits = NULL;

	switch (json_kind(value)) {
	case JSON_STRING:
		return keyval_add(list, key, json_as_string(value), err);
	case JSON_BOOL:
		return keyval_add(list, key, json_as_bool(value) ? "on" : "off", err);
	case JSON_INTEGER:
	case JSON_NUMBER:
		digits = json_print(value, JSON_COMPACT);
		return digits ? keyval_add(list, key, digits, err) : no_memory(err);
	default:
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid parameter type for '%.60s', expected: string, number or "
			       "boolean",
			       key);
	}
}

static int add_json_member(struct keyval *list, const char *key, const struct json *value,
			   struct err *err)
{
	if (json_kind(value) != JSON_ARRAY)
		return add_json_scalar(list, key, value, err);
	for (size_t i = 0; i < json_length(value); i++) {
		int ret = add_json_scalar(list, key, json_at(value, i), err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int keyval_parse_json(const char *text, struct keyval *ret_list, struct err *err)
{
	AUTO(json) object = NULL;
	AUTO_KEYVAL(list);
	int ret = json_parse(text, strlen(text), JSON_QEMU, NULL, &object, err);

	if (ret < 0)
		return ret;
	if (json_kind(object) != JSON_OBJECT)
		return err_set(err, ERR_USER, -EINVAL, NULL, "JSON text is not an object");
	for (struct json_iter it = json_iter(object); json_iter_next(&it);) {
		ret = add_json_member(&list, it.name, it.value, err);
		if (ret < 0)
			return ret;
	}
	*ret_list = list;
	list = KEYVAL_INIT;
	return 0;
}

const char *keyval_get(const struct keyval *list, const char *key)
{
	for (size_t i = list->n_pairs; i-- > 0;)
		if (!strcmp(list->pairs[i].key, key))
			return list->pairs[i].value;
	return NULL;
}

bool keyval_has(const struct keyval *list, const char *key)
{
	for (size_t i = 0; i < list->n_pairs; i++)
		if (!strcmp(list->pairs[i].key, key))
			return true;
	return false;
}

static void pair_fini(struct keyval_pair *pair)
{
	free(pair->key);
	free(pair->value);
}

void keyval_remove(struct keyval *list, const char *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n_pairs; i++) {
		if (!strcmp(list->pairs[i].key, key))
			pair_fini(&list->pairs[i]);
		else
			list->pairs[kept++] = list->pairs[i];
	}
	list->n_pairs = kept;
}

void keyval_print_value(struct strbuf *text, const char *value)
{
	for (const char *p = value; *p; p++)
		strbuf_add(text, *p == ',' ? ",," : p, *p == ',' ? 2 : 1);
}

void keyval_print(struct strbuf *text, const char *key, const char *value)
{
	if (text->length)
		strbuf_add_text(text, ",");
	strbuf_add_text(text, key);
	strbuf_add_text(text, "=");
	keyval_print_value(text, value);
}

void keyval_fini(struct keyval *list)
{
	for (size_t i = 0; i < list->n_pairs; i++)
		pair_fini(&list->pairs[i]);
	free(list->pairs);
	*list = KEYVAL_INIT;
}
