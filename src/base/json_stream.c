/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts documents out of a stream: see json_stream.h.
 *
 * Model: a byte-wise scanner that knows strings, brackets and words, just enough to see where a
 *	document ends. It does not judge the text; json_parse() does, once per document.
 *
 *	BETWEEN --opening bracket--> VALUE (depth > 0) --depth 0--> done
 *	BETWEEN --quote--> STRING --quote--> VALUE, or done at depth 0
 *	BETWEEN --word--> WORD --anything else--> done (that byte is seen again)
 *	any --bracket that does not match, impossible byte, limit--> SKIP
 *	SKIP --line end, 0xff--> BETWEEN
 *
 *	Where a bracket does not match, json_parse() is still asked, for its better message.
 * Invariants: text holds the pending document from its first byte; it is empty in BETWEEN and SKIP.
 * Limits: bytes and depth are checked here already, so that neither a flood without a line end nor a
 *	depth bomb is ever kept.
 */
#include "base/json_stream.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

enum state {
	BETWEEN,
	VALUE,
	STRING,
	ESCAPE,
	WORD,
	SKIP,
};

struct json_stream {
	enum json_flags flags;
	struct json_limits limits;
	enum state state;
	char quote; /* in STRING and ESCAPE */
	unsigned int depth;
	uint64_t objects; /* bit d: the bracket at depth d is a brace */
	struct strbuf text;
};

enum verdict {
	MORE,
	DONE,	    /* the byte is the document's last */
	DONE_AGAIN, /* the document ended before the byte */
	UNBALANCED, /* the byte fits no open bracket */
	STRAY,
	TOO_DEEP,
};

struct json_stream *json_stream_new(enum json_flags flags, const struct json_limits *limits)
{
	struct json_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->flags = flags;
	stream->limits = limits ? *limits : JSON_LIMITS_DEFAULT;
	assert(stream->limits.depth <= JSON_DEPTH_MAX);
	return stream;
}

void json_stream_free(struct json_stream *stream)
{
	if (!stream)
		return;
	strbuf_fini(&stream->text);
	free(stream);
}

bool json_stream_is_partial(const struct json_stream *stream)
{
	return stream->state != BETWEEN && stream->state != SKIP;
}

static void start_over(struct json_stream *stream, enum state state)
{
	stream->state = state;
	stream->depth = 0;
	/* One huge document must not be remembered for the rest of the session. */
	if (stream->text.capacity > 64 * 1024)
		strbuf_fini(&stream->text);
	else
		strbuf_reset(&stream->text);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '+' || c == '.' || c == '_';
}

static bool ends_skip(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == '\xff';
}

_Static_assert(JSON_DEPTH_MAX <= 64, "one bit per level");

static enum verdict scan_open(struct json_stream *stream, bool is_object)
{
	uint64_t bit;

	if (stream->depth >= stream->limits.depth)
		return TOO_DEEP;
	bit = UINT64_C(1) << stream->depth++;
	stream->objects = is_object ? stream->objects | bit : stream->objects & ~bit;
	return MORE;
}

static enum verdict scan_close(struct json_stream *stream, bool is_object)
{
	if (!stream->depth || (stream->objects >> (stream->depth - 1) & 1) != is_object)
		return UNBALANCED;
	stream->depth--;
	return stream->depth ? MORE : DONE;
}

/* A byte between tokens. */
static enum verdict scan_outside(struct json_stream *stream, char c)
{
	if (is_blank(c))
		return MORE;
	if (c == '"' || (c == '\'' && (stream->flags & JSON_QEMU))) {
		stream->quote = c;
		stream->state = STRING;
		return MORE;
	}
	if (is_word_char(c)) {
		stream->state = stream->depth ? VALUE : WORD;
		return MORE;
	}
	if (c != '{' && c != '[' && c != '}' && c != ']' && c != ',' && c != ':')
		return STRAY;
	stream->state = VALUE;
	if (c == '{' || c == '[')
		return scan_open(stream, c == '{');
	if (c == '}' || c == ']')
		return scan_close(stream, c == '}');
	return stream->depth ? MORE : UNBALANCED;
}

static enum verdict scan_string(struct json_stream *stream, char c)
{
	if ((unsigned char)c < 0x20 || c == '\xff')
		return STRAY;
	if (stream->state == ESCAPE) {
		stream->state = STRING;
	} else if (c == '\\') {
		stream->state = ESCAPE;
	} else if (c == stream->quote) {
		stream->state = VALUE;
		if (!stream->depth)
			return DONE;
	}
	return MORE;
}

static enum verdict scan(struct json_stream *stream, char c)
{
	switch (stream->state) {
	case STRING:
	case ESCAPE:
		return scan_string(stream, c);
	case WORD:
		if (is_word_char(c))
			return MORE;
		return DONE_AGAIN;
	case BETWEEN:
	case VALUE:
	case SKIP:
		break;
	}
	return scan_outside(stream, c);
}

static int refuse_stray(struct json_stream *stream, char c, struct err *err)
{
	/* The byte itself may already be the place to go on. */
	start_over(stream, ends_skip(c) ? BETWEEN : SKIP);
	if (isprint((unsigned char)c))
		return err_set(err, ERR_USER, -EINVAL, NULL, "JSON parse error, stray '%c'", c);
	return err_set(err, ERR_USER, -EINVAL, NULL, "JSON parse error, stray '\\x%02x'",
		       (unsigned char)c);
}

static int refuse_limit(struct json_stream *stream, const char *what, struct err *err)
{
	start_over(stream, SKIP);
	return err_set(err, ERR_USER, -E2BIG, NULL, "JSON %s limit exceeded", what);
}

/* Reads the pending document and goes on in the given state. */
static int complete(struct json_stream *stream, enum state next, struct json **ret_document,
		    struct err *err)
{
	int ret = json_parse(stream->text.text, stream->text.length, stream->flags, &stream->limits,
			     ret_document, err);

	start_over(stream, next);
	if (ret < 0 && err)
		err->subject[0] = '\0';
	return ret < 0 ? ret : 1;
}

/* Keeps the byte of a pending document; blanks in front of one are not kept. */
static bool keep(struct json_stream *stream, char c)
{
	if (stream->state == BETWEEN)
		return true;
	strbuf_add_char(&stream->text, c);
	return !stream->text.failed;
}

int json_stream_read(struct json_stream *stream, const char **pos, const char *end,
		     struct json **ret_document, struct err *err)
{
	while (*pos < end) {
		char c = **pos;
		enum verdict verdict;

		if (stream->state == SKIP) {
			if (ends_skip(c))
				start_over(stream, BETWEEN);
			(*pos)++;
			continue;
		}
		verdict = scan(stream, c);
		if (verdict == DONE_AGAIN)
			return complete(stream, BETWEEN, ret_document, err);
		(*pos)++;
		if (verdict == STRAY)
			return refuse_stray(stream, c, err);
		if (verdict == TOO_DEEP)
			return refuse_limit(stream, "nesting depth", err);
		if (stream->text.length >= stream->limits.bytes)
			return refuse_limit(stream, "token size", err);
		if (!keep(stream, c)) {
			start_over(stream, SKIP);
			return err_set(err, ERR_HOST, -ENOMEM, NULL,
				       "out of memory for a JSON document");
		}
		if (verdict == DONE)
			return complete(stream, BETWEEN, ret_document, err);
		if (verdict == UNBALANCED)
			return complete(stream, SKIP, ret_document, err);
	}
	return 0;
}
