/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text -> json-c tree: see json.h.
 *
 * Job: one document, strictly by RFC 8259 (plus single quotes when asked), into a tree.
 * Model: recursive descent over a text in memory. The reader owns what it builds until a parent
 *	takes it; on failure everything built so far is released on the way out.
 * Limits: recursion is at most JSON_DEPTH_MAX deep; every value and member name is counted before
 *	anything is allocated for it.
 * Failure: the first error wins; it stands in err together with line and column.
 */
#include "base/json.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"
#include "base/util.h"

struct reader {
	const char *start, *pos, *end;
	enum json_flags flags;
	struct json_limits limits;
	unsigned int values, depth;
	struct err *err;
};

/* ---- Errors ---- */

/* Notes where the reader stands, as the error's subject. */
static int fail_at(struct reader *r, const char *where, int code, const char *message)
{
	unsigned int line = 1;
	size_t column = 1;
	char subject[64];

	for (const char *p = r->start; p < where; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 1;
		}
	}
	snprintf(subject, sizeof(subject), "line %u, column %zu", line, column);
	return err_set(r->err, ERR_USER, code, subject, "%s", message);
}

static int syntax_error(struct reader *r, const char *where, const char *what)
{
	char message[128];

	snprintf(message, sizeof(message), "JSON parse error, %s", what);
	return fail_at(r, where, -EINVAL, message);
}

/* The byte at which no token can begin; printable or as \xNN. */
static int stray_error(struct reader *r, const char *where)
{
	char what[32];

	if (isprint((unsigned char)*where))
		snprintf(what, sizeof(what), "stray '%c'", *where);
	else
		snprintf(what, sizeof(what), "stray '\\x%02x'", (unsigned char)*where);
	return syntax_error(r, where, what);
}

static int no_memory(struct reader *r)
{
	return fail_at(r, r->pos, -ENOMEM, "out of memory for a JSON document");
}

static int count_value(struct reader *r)
{
	if (r->values >= r->limits.values)
		return fail_at(r, r->pos, -E2BIG, "JSON token count limit exceeded");
	r->values++;
	return 0;
}

/* ---- Tokens ---- */

static void skip_blanks(struct reader *r)
{
	while (r->pos < r->end && *r->pos && strchr(" \t\r\n", *r->pos))
		r->pos++;
}

static bool at(const struct reader *r, char c)
{
	return r->pos < r->end && *r->pos == c;
}

static bool at_quote(const struct reader *r)
{
	return at(r, '"') || ((r->flags & JSON_QEMU) && at(r, '\''));
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '+' || c == '.' || c == '_';
}

/* ---- Strings ---- */

static int read_hex4(struct reader *r, const char *escape, unsigned int *ret_unit)
{
	unsigned int unit = 0;

	for (int i = 0; i < 4; i++, r->pos++) {
		if (r->pos == r->end || !isxdigit((unsigned char)*r->pos))
			return syntax_error(r, escape, "invalid hex escape in string");
		unit = unit * 16 + (unsigned int)(isdigit((unsigned char)*r->pos)
							  ? *r->pos - '0'
							  : (*r->pos | 0x20) - 'a' + 10);
	}
	*ret_unit = unit;
	return 0;
}

/* Behind "\u". A pair of surrogates is one code point; a lone one and NUL are refused. */
static int read_unicode(struct reader *r, const char *escape, struct strbuf *out)
{
	unsigned int unit, low;
	int ret = read_hex4(r, escape, &unit);

	if (ret < 0)
		return ret;
	if (unit >= 0xd800 && unit < 0xdc00) {
		if (r->end - r->pos < 2 || r->pos[0] != '\\' || r->pos[1] != 'u')
			return syntax_error(r, escape, "invalid Unicode surrogate in string");
		r->pos += 2;
		ret = read_hex4(r, escape, &low);
		if (ret < 0)
			return ret;
		if (low < 0xdc00 || low > 0xdfff)
			return syntax_error(r, escape, "invalid Unicode surrogate in string");
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	} else if (unit >= 0xdc00 && unit < 0xe000) {
		return syntax_error(r, escape, "invalid Unicode surrogate in string");
	} else if (!unit) {
		/* It would end the string for everybody who reads it. */
		return syntax_error(r, escape, "NUL character in string");
	}
	json_utf8_add(out, unit);
	return 0;
}

static int read_escape(struct reader *r, struct strbuf *out)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *escape = r->pos++, *found;
	char c;

	if (r->pos == r->end)
		return syntax_error(r, escape, "unterminated string");
	c = *r->pos++;
	if (c == 'u')
		return read_unicode(r, escape, out);
	found = c ? strchr(letters, c) : NULL;
	if (found)
		strbuf_add_char(out, meanings[found - letters]);
	else if (c == '\'' && (r->flags & JSON_QEMU))
		strbuf_add_char(out, c);
	else
		return syntax_error(r, escape, "invalid escape sequence in string");
	return 0;
}

/* Bytes that stand for themselves: up to the quote, an escape or a control character. */
static size_t plain_length(const struct reader *r, char quote)
{
	const char *p = r->pos;

	while (p < r->end && *p != quote && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return (size_t)(p - r->pos);
}

static int read_string(struct reader *r, struct strbuf *out)
{
	const char *start = r->pos;
	char quote = *r->pos++;

	for (;;) {
		size_t length = plain_length(r, quote), valid = json_utf8_prefix(r->pos, length);
		int ret;

		if (valid < length)
			return syntax_error(r, r->pos + valid, "invalid UTF-8 sequence in string");
		strbuf_add(out, r->pos, length);
		r->pos += length;
		if (r->pos == r->end)
			return syntax_error(r, start, "unterminated string");
		if (*r->pos == quote)
			break;
		if (*r->pos != '\\')
			return stray_error(r, r->pos);
		ret = read_escape(r, out);
		if (ret < 0)
			return ret;
	}
	r->pos++;
	return out->failed ? no_memory(r) : 0;
}

static int read_string_value(struct reader *r, struct json_object **ret_node)
{
	AUTO_STRBUF text = STRBUF_INIT;
	int ret = read_string(r, &text);

	if (ret < 0)
		return ret;
	*ret_node = json_object_new_string(text.text ? text.text : "");
	return *ret_node ? 0 : no_memory(r);
}

/* ---- Words: keywords and numbers ---- */

/* RFC 8259 section 6: -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][-+]?[0-9]+)? */
static bool is_number(const char *word, bool *ret_is_integer)
{
	const char *p = word;

	*ret_is_integer = true;
	if (*p == '-')
		p++;
	if (*p == '0')
		p++;
	else if (isdigit((unsigned char)*p))
		p += strspn(p, "0123456789");
	else
		return false;
	if (*p == '.') {
		*ret_is_integer = false;
		if (!isdigit((unsigned char)*++p))
			return false;
		p += strspn(p, "0123456789");
	}
	if (*p == 'e' || *p == 'E') {
		*ret_is_integer = false;
		p++;
		if (*p == '-' || *p == '+')
			p++;
		if (!isdigit((unsigned char)*p))
			return false;
		p += strspn(p, "0123456789");
	}
	return !*p;
}

/* false: it does not fit -2^63 .. 2^64-1. */
static bool to_integer(const char *word, struct json_object **ret_node)
{
	bool negative = *word == '-';
	uint64_t magnitude = 0;

	for (const char *p = word + negative; *p; p++)
		if (!checked_mul(magnitude, 10, &magnitude) ||
		    !checked_add(magnitude, (uint64_t)(*p - '0'), &magnitude))
			return false;
	if (negative && magnitude > (uint64_t)INT64_MAX + 1)
		return false;
	if (negative)
		*ret_node = json_object_new_int64((int64_t)(0 - magnitude));
	else
		*ret_node = json_object_new_uint64(magnitude);
	return true;
}

static int read_number(struct reader *r, const char *start, const char *word, bool is_integer,
		       struct json_object **ret_node)
{
	double value;

	if (!is_integer || !to_integer(word, ret_node)) {
		value = strtod(word, NULL);
		if (!isfinite(value))
			return syntax_error(r, start, "number out of range");
		*ret_node = json_object_new_double_s(value, word);
	}
	return *ret_node ? 0 : no_memory(r);
}

/* Longer words are neither keywords nor numbers that anybody means. */
#define WORD_MAX 64

static int read_word(struct reader *r, struct json_object **ret_node)
{
	const char *start = r->pos;
	char word[WORD_MAX + 1], what[WORD_MAX + 32];
	bool is_integer;
	size_t length;

	while (r->pos < r->end && is_word_char(*r->pos))
		r->pos++;
	length = MIN((size_t)(r->pos - start), (size_t)WORD_MAX);
	memcpy(word, start, length);
	word[length] = '\0';
	if (r->pos - start > WORD_MAX) {
		/* Cut words get the message that fits their beginning. */
	} else if (!strcmp(word, "null")) {
		*ret_node = NULL;
		return 0;
	} else if (!strcmp(word, "true") || !strcmp(word, "false")) {
		*ret_node = json_object_new_boolean(word[0] == 't');
		return *ret_node ? 0 : no_memory(r);
	} else if (is_number(word, &is_integer)) {
		return read_number(r, start, word, is_integer, ret_node);
	}
	snprintf(what, sizeof(what), "invalid %s '%s'",
		 isalpha((unsigned char)word[0]) || word[0] == '_' ? "keyword" : "number", word);
	return syntax_error(r, start, what);
}

/* ---- Values ---- */

static int read_value(struct reader *r, struct json_object **ret_node);

static int enter(struct reader *r)
{
	if (r->depth >= r->limits.depth)
		return fail_at(r, r->pos, -E2BIG, "JSON nesting depth limit exceeded");
	r->depth++;
	r->pos++;
	skip_blanks(r);
	return 0;
}

/* One "name": value of an object that the caller owns. */
static int read_pair(struct reader *r, struct json_object *object)
{
	AUTO_STRBUF name = STRBUF_INIT;
	struct json_object *value;
	const char *name_pos = r->pos;
	int ret;

	if (!at_quote(r))
		return syntax_error(r, r->pos, "key is not a string in object");
	ret = count_value(r);
	if (ret == 0)
		ret = read_string(r, &name);
	if (ret < 0)
		return ret;
	if (!name.text)
		strbuf_addf(&name, "%s", "");
	if (name.failed)
		return no_memory(r);
	skip_blanks(r);
	if (!at(r, ':'))
		return syntax_error(r, r->pos, "missing : in object pair");
	r->pos++;
	skip_blanks(r);
	if (json_object_object_get_ex(object, name.text, NULL))
		return syntax_error(r, name_pos, "duplicate key");
	ret = read_value(r, &value);
	if (ret < 0)
		return ret;
	if (json_object_object_add_ex(object, name.text, value, JSON_C_OBJECT_ADD_KEY_IS_NEW) < 0) {
		json_object_put(value);
		return no_memory(r);
	}
	return 0;
}

static int read_element(struct reader *r, struct json_object *array)
{
	struct json_object *value;
	int ret = read_value(r, &value);

	if (ret < 0)
		return ret;
	if (json_object_array_add(array, value) < 0) {
		json_object_put(value);
		return no_memory(r);
	}
	return 0;
}

/* Behind the opening bracket: items separated by commas up to close. */
static int read_items(struct reader *r, struct json_object *node, char close)
{
	int ret;

	if (at(r, close)) {
		r->pos++;
		return 0;
	}
	for (;;) {
		ret = close == '}' ? read_pair(r, node) : read_element(r, node);
		if (ret < 0)
			return ret;
		skip_blanks(r);
		if (at(r, close)) {
			r->pos++;
			return 0;
		}
		if (!at(r, ','))
			return syntax_error(r, r->pos,
					    close == '}' ? "expected separator in dict"
							 : "expected separator in list");
		r->pos++;
		skip_blanks(r);
	}
}

static int read_container(struct reader *r, struct json_object **ret_node)
{
	bool is_object = *r->pos == '{';
	struct json_object *node;
	int ret = enter(r);

	if (ret < 0)
		return ret;
	/* json-c's default of 32 slots per array would let "[[],[]," cost 100 bytes per byte. */
	node = is_object ? json_object_new_object() : json_object_new_array_ext(4);
	if (!node)
		return no_memory(r);
	ret = read_items(r, node, is_object ? '}' : ']');
	r->depth--;
	if (ret < 0) {
		json_object_put(node);
		return ret;
	}
	*ret_node = node;
	return 0;
}

static int read_value(struct reader *r, struct json_object **ret_node)
{
	int ret;

	if (r->pos == r->end)
		return syntax_error(r, r->pos, "expecting value");
	ret = count_value(r);
	if (ret < 0)
		return ret;
	if (at_quote(r))
		return read_string_value(r, ret_node);
	if (at(r, '{') || at(r, '['))
		return read_container(r, ret_node);
	if (is_word_char(*r->pos))
		return read_word(r, ret_node);
	if (*r->pos && strchr("]},:", *r->pos))
		return syntax_error(r, r->pos, "expecting value");
	return stray_error(r, r->pos);
}

int json_parse(const char *text, size_t length, enum json_flags flags,
	       const struct json_limits *limits, struct json **ret_value, struct err *err)
{
	struct reader r = {
		.start = text,
		.pos = text,
		.end = text + length,
		.flags = flags,
		.limits = limits ? *limits : JSON_LIMITS_DEFAULT,
		.err = err,
	};
	struct json_object *node;
	int ret;

	assert(r.limits.depth <= JSON_DEPTH_MAX);
	if (length > r.limits.bytes)
		return fail_at(&r, r.pos, -E2BIG, "JSON token size limit exceeded");
	skip_blanks(&r);
	ret = read_value(&r, &node);
	if (ret < 0)
		return ret;
	skip_blanks(&r);
	if (r.pos < r.end) {
		json_object_put(node);
		return syntax_error(&r, r.pos, "unexpected text behind the document");
	}
	*ret_value = json_from_node(node);
	return 0;
}
