/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of JSON documents, cut out of bytes as they arrive: several in one read, one over many
 * reads, with or without anything between them. Knows nothing of sockets.
 *
 *	const char *pos = bytes, *end = bytes + count;
 *
 *	while ((ret = json_stream_read(stream, &pos, end, &document, &err)) != 0)
 *		if (ret > 0) use(document); else report(&err);
 *
 * After a document that is not JSON the stream goes on:
 * - all its brackets match but the text between is wrong: the document is skipped, nothing else;
 * - a bracket that does not match, a comma or colon outside of brackets, a byte that no token can
 *   contain, or a limit: all is skipped up to the next control character other than tab (a line
 *   end), or to a byte 0xff, which clients send to make a peer start anew. QEMU resumes at once;
 *   then a piece of a broken request could be taken for a request, so we wait for the line to end.
 *
 * Memory: never more than limits.bytes of pending text.
 * Threads: a stream belongs to one thread at a time.
 */
#ifndef TERRACE_BASE_JSON_STREAM_H
#define TERRACE_BASE_JSON_STREAM_H

#include "base/json.h"

struct json_stream;

/* NULL: no memory. limits NULL is JSON_LIMITS_DEFAULT. */
struct json_stream *json_stream_new(enum json_flags flags, const struct json_limits *limits);
void json_stream_free(struct json_stream *stream);

CLEANUP_DEFINE(json_stream, json_stream_free)

/*
 * Takes bytes from *pos on and moves *pos. Returns
 *	1: a document in *ret_document (json_free() it); call again for what is left;
 *	0: all bytes are taken and no document is complete;
 *	negative: a document was refused (codes and texts as json_parse(), without a subject: the place
 *	in an endless stream helps nobody); call again, as after 1.
 */
int json_stream_read(struct json_stream *stream, const char **pos, const char *end,
		     struct json **ret_document, struct err *err);

/* Is a document begun and not complete? At the end of the stream that is worth an error. */
bool json_stream_is_partial(const struct json_stream *stream);

#endif
