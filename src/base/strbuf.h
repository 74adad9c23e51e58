/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing text. Append as often as you like, ask once at the end whether memory sufficed.
 *
 *	AUTO_STRBUF(text);
 *
 *	strbuf_add(&text, "cell ");
 *	strbuf_addf(&text, "%u", cell);
 *	*ret_text = strbuf_steal(&text);	// NULL when memory ran out on the way
 *
 * Threads: a value of its owner; no shared state.
 */
#ifndef TERRACE_BASE_STRBUF_H
#define TERRACE_BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *data; /* terminated; NULL while nothing was added */
	size_t length;
	size_t capacity;
	bool failed; /* memory ran out: everything added later is dropped */
};

#define STRBUF_INIT ((struct strbuf){ 0 })

void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_bytes(struct strbuf *buf, const char *bytes, size_t length);
void strbuf_addf(struct strbuf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The text so far, "" when empty. Valid until the next call. */
const char *strbuf_text(const struct strbuf *buf);

/* Hands the text to the caller (free) and empties buf. NULL when memory ran out. */
char *strbuf_steal(struct strbuf *buf);

void strbuf_fini(struct strbuf *buf);

#define AUTO_STRBUF(name) __attribute__((cleanup(strbuf_fini))) struct strbuf name = STRBUF_INIT

#endif
