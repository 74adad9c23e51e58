/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by json.c, json_parse.c, json_print.c: how struct json and json-c's nodes relate.
 *
 * A struct json pointer is json-c's node pointer, with one exception: json-c writes null as the NULL
 * pointer, which we need for "absent", so null is the address of one static sentinel.
 */
#ifndef TERRACE_BASE_JSON_INTERNAL_H
#define TERRACE_BASE_JSON_INTERNAL_H

#include <json-c/json.h>

#include "base/json.h"

extern const char json_null_sentinel;

static inline struct json_object *json_to_node(const struct json *value)
{
	return (const char *)value == &json_null_sentinel ? NULL : (struct json_object *)value;
}

static inline struct json *json_from_node(struct json_object *node)
{
	return node ? (struct json *)node : (struct json *)&json_null_sentinel;
}

/* Length of the UTF-8 sequence at bytes (at most count long), 0 when it is not one (RFC 3629). */
size_t json_utf8_length(const char *bytes, size_t count);
/* How many of the bytes, from the first on, are whole UTF-8 sequences. */
size_t json_utf8_prefix(const char *bytes, size_t count);
/* Writes code_point (no surrogate, at most 0x10ffff) as UTF-8. */
void json_utf8_add(struct strbuf *out, unsigned int code_point);

#endif
