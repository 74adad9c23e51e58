/* SPDX-License-Identifier: Apache-2.0 */
/* Growing text: see strbuf.h. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* Makes room for extra bytes and the terminator. */
static bool reserve(struct strbuf *buf, size_t extra)
{
	size_t capacity = buf->capacity ? buf->capacity : 64;
	uint64_t wanted;
	char *data;

	if (buf->failed || !checked_add(buf->length, extra, &wanted) ||
	    !checked_add(wanted, 1, &wanted)) {
		buf->failed = true;
		return false;
	}
	if (wanted <= buf->capacity)
		return true;
	while (capacity < wanted)
		capacity *= 2;
	data = realloc(buf->data, capacity);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void strbuf_add_bytes(struct strbuf *buf, const char *bytes, size_t length)
{
	if (!reserve(buf, length))
		return;
	memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void strbuf_add(struct strbuf *buf, const char *text)
{
	strbuf_add_bytes(buf, text, strlen(text));
}

void strbuf_addf(struct strbuf *buf, const char *fmt, ...)
{
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (length < 0 || !reserve(buf, (size_t)length)) {
		buf->failed = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(buf->data + buf->length, (size_t)length + 1, fmt, ap);
	va_end(ap);
	buf->length += (size_t)length;
}

const char *strbuf_text(const struct strbuf *buf)
{
	return buf->data ? buf->data : "";
}

char *strbuf_steal(struct strbuf *buf)
{
	char *text = NULL;

	strbuf_add_bytes(buf, "", 0);
	if (!buf->failed) {
		text = buf->data;
		buf->data = NULL;
	}
	strbuf_fini(buf);
	return text;
}

void strbuf_fini(struct strbuf *buf)
{
	free(buf->data);
	*buf = STRBUF_INIT;
}
