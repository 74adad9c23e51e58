/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing text. Failure is sticky: after an allocation failed, additions do nothing and
 * strbuf_take() returns NULL, so that a writer checks once, at the end.
 *
 *	AUTO_STRBUF out = STRBUF_INIT;
 *
 *	strbuf_addf(&out, "%u cells", count);
 *	text = strbuf_take(&out);
 *
 * Threads: a value of one thread.
 */
#ifndef TERRACE_BASE_STRBUF_H
#define TERRACE_BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *text;    /* terminated when not NULL; NULL while nothing was added */
	size_t length; /* without the terminator */
	size_t capacity;
	bool failed;
};

#define STRBUF_INIT ((struct strbuf){ 0 })
#define AUTO_STRBUF __attribute__((cleanup(strbuf_fini))) struct strbuf

/* Releases the text; buf is empty and usable afterwards. */
void strbuf_fini(struct strbuf *buf);

/* Empties the text, keeps its memory. Also forgets a failure. */
void strbuf_reset(struct strbuf *buf);

void strbuf_add(struct strbuf *buf, const char *bytes, size_t count);
void strbuf_add_char(struct strbuf *buf, char c);
void strbuf_add_text(struct strbuf *buf, const char *text);
void strbuf_addf(struct strbuf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The text so far, "" when nothing was added. Valid until the next call. */
static inline const char *strbuf_text(const struct strbuf *buf)
{
	return buf->text ? buf->text : "";
}

/*
 * Hands the text over (free() it) and empties buf. "" when nothing was added; NULL when an
 * allocation failed.
 */
char *strbuf_take(struct strbuf *buf);

#endif
