/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON values: reading, building, printing. Streams of documents are in base/json_stream.h.
 *
 * json-c keeps the tree (ordered dictionaries, reference counts); its reader and printer are not
 * used, because they accept silently what a control channel must refuse. This one refuses:
 * - a member that occurs twice (json-c: the last one wins);
 * - integers that do not fit where they are asked for (json-c: saturated; negatives read as 0);
 * - bytes that are not UTF-8, lone surrogates, NUL in a string, control characters, text behind
 *   the document, numbers beyond double's range;
 * - more nesting, values or bytes than struct json_limits says.
 * Integers from -2^63 to 2^64-1 are exact. A larger integer, and a number with fraction or exponent,
 * is a "number", never an integer; it is printed back with the digits that it was written with.
 *
 * JSON_QEMU also accepts what QEMU's QMP accepts beyond RFC 8259: 'single quotes' and \'.
 *
 * Error texts are QEMU's ("JSON parse error, ...", "Parameter 'x' is missing", ...), so that QMP and
 * options in JSON can pass them on as they are.
 *
 * Null is a value of its own: a NULL pointer always means "no such member".
 *
 * Memory: the reader returns -ENOMEM. The builders, whose input the program itself chooses, abort
 * when a few dozen bytes cannot be had, so that a reply is never silently incomplete.
 * Threads: a tree belongs to one thread at a time.
 */
#ifndef TERRACE_BASE_JSON_H
#define TERRACE_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/strbuf.h"

struct json; /* opaque; json_free() it unless it is part of another value */

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_INTEGER, /* -2^63 .. 2^64-1, exact */
	JSON_NUMBER,  /* any other number */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
	JSON_KIND_COUNT,
};

/* ---- Life ---- */

/* Drops one reference; NULL is fine. */
void json_free(struct json *value);
/* One more reference to the same value (cast off const: a shared value must not be changed). */
struct json *json_ref(const struct json *value);

CLEANUP_DEFINE(json, json_free)

/* ---- Reading text ---- */

enum json_flags {
	JSON_STRICT = 0,
	JSON_QEMU = 1 << 0, /* single quotes */
};

/* What one document may cost. The tree needs at most about 1 KiB per value. */
struct json_limits {
	size_t bytes;
	unsigned int values; /* scalars, arrays, objects and member names */
	unsigned int depth;  /* [[]] is 2; at most JSON_DEPTH_MAX */
};

#define JSON_DEPTH_MAX	    64u
/* 1 MiB of text in at most 16384 values: some 16 MiB of tree at worst. */
#define JSON_LIMITS_DEFAULT ((struct json_limits){ 1u << 20, 16384, JSON_DEPTH_MAX })

/*
 * Reads exactly one document from length bytes; white space around it is allowed. limits NULL is
 * JSON_LIMITS_DEFAULT. On failure err's subject is "line L, column C" (both from 1, in bytes) and the
 * message QEMU's. -EINVAL: not JSON. -E2BIG: a limit. -ENOMEM.
 */
int json_parse(const char *text, size_t length, enum json_flags flags,
	       const struct json_limits *limits, struct json **ret_value, struct err *err);

/* ---- Looking ---- */

enum json_kind json_kind(const struct json *value);

/* The value of a scalar. The type must be right (asserted): look first, or use json_get_*. */
bool json_as_bool(const struct json *value);
const char *json_as_string(
	const struct json *value);		 /* valid as long as value; never has NUL inside */
double json_as_number(const struct json *value); /* JSON_NUMBER or JSON_INTEGER, rounded */

/* -EINVAL: not an integer, or not in the type's range. */
int json_as_u64(const struct json *value, uint64_t *ret_value);
int json_as_i64(const struct json *value, int64_t *ret_value);

/* Members of an object or elements of an array. */
size_t json_length(const struct json *value);
/* Element index of an array, borrowed; index < json_length(). */
const struct json *json_at(const struct json *array, size_t index);
/* Member of an object, borrowed; NULL when there is none. */
const struct json *json_member(const struct json *object, const char *name);

/*
 * Walks an object in the order of the text:
 *	for (struct json_iter it = json_iter(object); json_iter_next(&it);)
 *		use(it.name, it.value);
 */
struct json_iter {
	const char *name;
	const struct json *value;
	void *next;
};
struct json_iter json_iter(const struct json *object);
bool json_iter_next(struct json_iter *it);

/* Same value: integers by value, members in any order. */
bool json_equal(const struct json *a, const struct json *b);

/*
 * Typed members, for arguments that a peer sent. object must be an object.
 * -ENOENT "Parameter 'N' is missing";
 * -EINVAL "Invalid parameter type for 'N', expected: T" with T one of string, boolean, integer, number,
 *         array, object;
 * -ERANGE "Parameter 'N' expects uint64" (u64) or "Parameter 'N' expects a size" (size) for a negative
 *         integer. QEMU takes a negative number there modulo 2^64; we refuse it.
 * A value above 2^63-1 for i64 is -EINVAL, as in QEMU. Strings, arrays and objects are borrowed.
 */
int json_get_string(const struct json *object, const char *name, const char **ret_value,
		    struct err *err);
int json_get_bool(const struct json *object, const char *name, bool *ret_value, struct err *err);
int json_get_u64(const struct json *object, const char *name, uint64_t *ret_value, struct err *err);
int json_get_i64(const struct json *object, const char *name, int64_t *ret_value, struct err *err);
int json_get_size(const struct json *object, const char *name, uint64_t *ret_bytes,
		  struct err *err);
int json_get_number(const struct json *object, const char *name, double *ret_value,
		    struct err *err);
int json_get_array(const struct json *object, const char *name, const struct json **ret_value,
		   struct err *err);
int json_get_object(const struct json *object, const char *name, const struct json **ret_value,
		    struct err *err);

/* ---- Building (never NULL; see "Memory" above) ---- */

struct json *json_new_null(void);
struct json *json_new_bool(bool value);
struct json *json_new_u64(uint64_t value);
struct json *json_new_i64(int64_t value);
struct json *json_new_number(double value); /* finite */
/* Bytes that are not UTF-8 (a file name, say) become U+FFFD, so that output is always JSON. */
struct json *json_new_string(const char *text);
struct json *json_new_stringf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct json *json_new_array(void);
struct json *json_new_object(void);

/* Adds or replaces a member, appends an element; takes value. The names are copied. */
void json_set(struct json *object, const char *name, struct json *value);
void json_append(struct json *array, struct json *value);

void json_set_bool(struct json *object, const char *name, bool value);
void json_set_u64(struct json *object, const char *name, uint64_t value);
void json_set_i64(struct json *object, const char *name, int64_t value);
void json_set_string(struct json *object, const char *name, const char *text);

/* ---- Printing ---- */

enum json_style {
	JSON_COMPACT, /* one line as QEMU prints: {"a": 1, "b": [1, 2]} */
	JSON_PRETTY,  /* four blanks per level, as QEMU's pretty=on */
};

/* Pure ASCII (others as \uXXXX); members in the order in which they were added or read. */
void json_format(const struct json *value, enum json_style style, struct strbuf *out);

/* As json_format; free() the text. NULL: no memory. */
char *json_print(const struct json *value, enum json_style style);

#endif
