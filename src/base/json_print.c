/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON values as text: see json.h. Own printer, because json-c's writes raw UTF-8 and has neither of
 * QEMU's two layouts. Depth is bounded: values that were read by their limits, built ones by design.
 */
#include "base/json.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "base/json_internal.h"

size_t json_utf8_length(const char *bytes, size_t count)
{
	const unsigned char *b = (const unsigned char *)bytes;
	size_t length;

	if (b[0] < 0x80)
		return 1;
	if (b[0] < 0xc2 || b[0] > 0xf4)
		return 0;
	length = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (length > count)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates and what lies above U+10FFFF: RFC 3629 section 4. */
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
	    (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
		return 0;
	return length;
}

size_t json_utf8_prefix(const char *bytes, size_t count)
{
	size_t used = 0;

	while (used < count) {
		size_t length = json_utf8_length(bytes + used, count - used);

		if (!length)
			break;
		used += length;
	}
	return used;
}

void json_utf8_add(struct strbuf *out, unsigned int code_point)
{
	char bytes[4];
	size_t length = 0;

	if (code_point < 0x80) {
		bytes[length++] = (char)code_point;
	} else if (code_point < 0x800) {
		bytes[length++] = (char)(0xc0 | code_point >> 6);
		bytes[length++] = (char)(0x80 | (code_point & 0x3f));
	} else if (code_point < 0x10000) {
		bytes[length++] = (char)(0xe0 | code_point >> 12);
		bytes[length++] = (char)(0x80 | (code_point >> 6 & 0x3f));
		bytes[length++] = (char)(0x80 | (code_point & 0x3f));
	} else {
		bytes[length++] = (char)(0xf0 | code_point >> 18);
		bytes[length++] = (char)(0x80 | (code_point >> 12 & 0x3f));
		bytes[length++] = (char)(0x80 | (code_point >> 6 & 0x3f));
		bytes[length++] = (char)(0x80 | (code_point & 0x3f));
	}
	strbuf_add(out, bytes, length);
}

/* The bytes are valid UTF-8: both ways into a tree make sure of it. */
static unsigned int decode(const unsigned char *b, size_t length)
{
	unsigned int code_point = length == 2 ? b[0] & 0x1f : length == 3 ? b[0] & 0x0f : b[0] & 7;

	for (size_t i = 1; i < length; i++)
		code_point = code_point << 6 | (b[i] & 0x3f);
	return code_point;
}

static void add_code_point(struct strbuf *out, unsigned int code_point)
{
	if (code_point >= 0x10000) {
		code_point -= 0x10000;
		strbuf_addf(out, "\\u%04X\\u%04X", 0xd800 + (code_point >> 10),
			    0xdc00 + (code_point & 0x3ff));
	} else {
		strbuf_addf(out, "\\u%04X", code_point);
	}
}

static void add_ascii(struct strbuf *out, char c)
{
	static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = strchr(escaped, c);

	if (c && found) {
		strbuf_add_char(out, '\\');
		strbuf_add_char(out, letters[found - escaped]);
	} else if ((unsigned char)c < 0x20 || c == 0x7f) {
		add_code_point(out, (unsigned char)c);
	} else {
		strbuf_add_char(out, c);
	}
}

/* How many bytes from here on need no escape; most strings have no others. */
static size_t plain_length(const char *text)
{
	size_t length = 0;

	while (text[length] >= 0x20 && text[length] < 0x7f && text[length] != '"' &&
	       text[length] != '\\')
		length++;
	return length;
}

static void add_string(struct strbuf *out, const char *text)
{
	size_t count = strlen(text);

	strbuf_add_char(out, '"');
	while (count) {
		size_t plain = plain_length(text);
		size_t length;

		strbuf_add(out, text, plain);
		text += plain;
		count -= plain;
		if (!count)
			break;
		length = json_utf8_length(text, count);
		if (length == 1)
			add_ascii(out, *text);
		else
			add_code_point(out, length ? decode((const unsigned char *)text, length)
						   : 0xfffd);
		text += length ? length : 1;
		count -= length ? length : 1;
	}
	strbuf_add_char(out, '"');
}

static void add_separator(struct strbuf *out, enum json_style style, unsigned int level, bool comma)
{
	if (comma)
		strbuf_add_char(out, ',');
	if (style == JSON_PRETTY)
		strbuf_addf(out, "\n%*s", (int)(4 * level), "");
	else if (comma)
		strbuf_add_char(out, ' ');
}

static void add_integer(struct strbuf *out, const struct json *value)
{
	uint64_t magnitude;

	if (json_as_u64(value, &magnitude) == 0)
		strbuf_addf(out, "%" PRIu64, magnitude);
	else
		strbuf_addf(out, "%" PRId64, json_object_get_int64(json_to_node(value)));
}

/* json-c keeps the digits that a number was written with. */
static void add_number(struct strbuf *out, const struct json *value)
{
	const char *digits = json_object_to_json_string_ext(json_to_node(value),
							    JSON_C_TO_STRING_PLAIN);

	if (digits)
		strbuf_add_text(out, digits);
	else
		out->failed = true;
}

static void add_value(struct strbuf *out, const struct json *value, enum json_style style,
		      unsigned int level);

static void add_array(struct strbuf *out, const struct json *array, enum json_style style,
		      unsigned int level)
{
	size_t length = json_length(array);

	strbuf_add_char(out, '[');
	for (size_t i = 0; i < length; i++) {
		add_separator(out, style, level + 1, i > 0);
		add_value(out, json_at(array, i), style, level + 1);
	}
	if (length)
		add_separator(out, style, level, false);
	strbuf_add_char(out, ']');
}

static void add_object(struct strbuf *out, const struct json *object, enum json_style style,
		       unsigned int level)
{
	bool comma = false;

	strbuf_add_char(out, '{');
	for (struct json_iter it = json_iter(object); json_iter_next(&it); comma = true) {
		add_separator(out, style, level + 1, comma);
		add_string(out, it.name);
		strbuf_add_text(out, ": ");
		add_value(out, it.value, style, level + 1);
	}
	if (comma)
		add_separator(out, style, level, false);
	strbuf_add_char(out, '}');
}

static void add_value(struct strbuf *out, const struct json *value, enum json_style style,
		      unsigned int level)
{
	switch (json_kind(value)) {
	case JSON_NULL:
		strbuf_add_text(out, "null");
		break;
	case JSON_BOOL:
		strbuf_add_text(out, json_as_bool(value) ? "true" : "false");
		break;
	case JSON_INTEGER:
		add_integer(out, value);
		break;
	case JSON_NUMBER:
		add_number(out, value);
		break;
	case JSON_STRING:
		add_string(out, json_as_string(value));
		break;
	case JSON_ARRAY:
		add_array(out, value, style, level);
		break;
	case JSON_OBJECT:
		add_object(out, value, style, level);
		break;
	case JSON_KIND_COUNT:
		break;
	}
}

void json_format(const struct json *value, enum json_style style, struct strbuf *out)
{
	add_value(out, value, style, 0);
}

char *json_print(const struct json *value, enum json_style style)
{
	AUTO_STRBUF out = STRBUF_INIT;

	json_format(value, style, &out);
	return strbuf_take(&out);
}
