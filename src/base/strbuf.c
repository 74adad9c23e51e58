/* SPDX-License-Identifier: Apache-2.0 */
/* Growing text: see strbuf.h. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64u

void strbuf_fini(struct strbuf *buf)
{
	free(buf->text);
	*buf = STRBUF_INIT;
}

void strbuf_reset(struct strbuf *buf)
{
	buf->length = 0;
	buf->failed = false;
	if (buf->text)
		buf->text[0] = '\0';
}

/* Makes room for extra bytes and the terminator. */
static bool reserve(struct strbuf *buf, size_t extra)
{
	size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
	char *text;

	if (buf->failed)
		return false;
	if (extra >= SIZE_MAX / 2 - buf->length) {
		buf->failed = true;
		return false;
	}
	while (capacity < buf->length + extra + 1)
		capacity *= 2;
	if (capacity == buf->capacity)
		return true;
	text = realloc(buf->text, capacity);
	if (!text) {
		buf->failed = true;
		return false;
	}
	buf->text = text;
	buf->capacity = capacity;
	return true;
}

void strbuf_add(struct strbuf *buf, const char *bytes, size_t count)
{
	if (!count || !reserve(buf, count))
		return;
	memcpy(buf->text + buf->length, bytes, count);
	buf->length += count;
	buf->text[buf->length] = '\0';
}

void strbuf_add_char(struct strbuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

void strbuf_add_text(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_addf(struct strbuf *buf, const char *fmt, ...)
{
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (length < 0) {
		buf->failed = true;
		return;
	}
	if (!reserve(buf, (size_t)length))
		return;
	va_start(ap, fmt);
	vsnprintf(buf->text + buf->length, (size_t)length + 1, fmt, ap);
	va_end(ap);
	buf->length += (size_t)length;
}

char *strbuf_take(struct strbuf *buf)
{
	char *text;

	if (!reserve(buf, 0)) {
		strbuf_fini(buf);
		return NULL;
	}
	text = buf->text;
	text[buf->length] = '\0';
	*buf = STRBUF_INIT;
	return text;
}
