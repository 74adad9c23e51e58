/* SPDX-License-Identifier: Apache-2.0 */
/* From the supervisor to its starter: see report.h. */
#include "manager/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json_stream.h"

static const char *const class_names[ERR_CLASS_COUNT] = {
	[ERR_NONE] = "None", [ERR_USER] = "User",
	[ERR_HOST] = "Host", [ERR_UNSUPPORTED] = "Unsupported",
	[ERR_BUSY] = "Busy", [ERR_NOT_FOUND] = "NotFound",
};

struct json *report_error_json(const struct err *err)
{
	struct json *object = json_new_object();

	json_set_string(object, "class", class_names[err->class]);
	json_set_i64(object, "code", err->code);
	json_set_string(object, "subject", err->subject);
	json_set_string(object, "desc", err->message);
	return object;
}

int report_error_from_json(const struct json *object, struct err *err)
{
	const char *class = "Host", *subject = "", *desc = "no reason was given";
	enum err_class which = ERR_HOST;
	int64_t code = -EIO;

	if (json_kind(object) == JSON_OBJECT) {
		(void)!json_get_string(object, "class", &class, NULL);
		(void)!json_get_string(object, "subject", &subject, NULL);
		(void)!json_get_string(object, "desc", &desc, NULL);
		(void)!json_get_i64(object, "code", &code, NULL);
	}
	for (int i = ERR_USER; i < ERR_CLASS_COUNT; i++)
		if (!strcmp(class, class_names[i]))
			which = i;
	if (code >= 0 || code < -4095)
		code = -EIO;
	return err_set(err, which, (int)code, *subject ? subject : NULL, "%s", desc);
}

/* Takes value. A socket, so that a starter that is gone is an error and no signal. */
static int tell(struct report *report, const char *member, struct json *value)
{
	AUTO(json) object = json_new_object();
	AUTO_STRBUF line = STRBUF_INIT;
	const char *at;
	size_t left;

	json_set(object, member, value);
	if (report->fd < 0)
		return 0;
	json_format(object, JSON_COMPACT, &line);
	strbuf_add_char(&line, '\n');
	at = strbuf_text(&line);
	for (left = line.length; left;) {
		ssize_t n = send(report->fd, at, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -EPIPE;
		at += n;
		left -= (size_t)n;
	}
	return 0;
}

static void hang_up(struct report *report)
{
	if (report->fd >= 0)
		close(report->fd);
	report->fd = -1;
	report->progress = NULL;
}

void report_progress(struct report *report, const char *fmt, ...)
{
	char line[ERR_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (report->progress)
		report->progress(report->context, line);
	(void)!tell(report, "progress", json_new_string(line));
}

int report_ready(struct report *report)
{
	int ret = tell(report, "ready", json_new_object());

	hang_up(report);
	return ret;
}

void report_error(struct report *report, const struct err *err)
{
	(void)!tell(report, "error", report_error_json(err));
	hang_up(report);
}

/* 1: that was the last word; *ret_code is what the starter returns. */
static int take(const struct json *document, manager_progress progress, void *context,
		int *ret_code, struct err *err)
{
	const struct json *error;
	const char *line;

	if (json_kind(document) != JSON_OBJECT)
		return 0;
	if (json_get_string(document, "progress", &line, NULL) == 0) {
		if (progress)
			progress(context, line);
		return 0;
	}
	error = json_member(document, "error");
	*ret_code = error ? report_error_from_json(error, err) : 0;
	return 1;
}

int report_receive(int fd, manager_progress progress, void *context, struct err *err)
{
	AUTO(json_stream) stream = json_stream_new(JSON_STRICT, NULL);
	char bytes[4096];
	ssize_t n = 0;

	if (!stream)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "start");
	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		const char *at = bytes;

		while (n > 0) {
			struct json *document = NULL;
			int code, last, ret;

			ret = json_stream_read(stream, &at, bytes + n, &document, NULL);
			if (ret <= 0)
				break;
			last = take(document, progress, context, &code, err);
			json_free(document);
			if (last)
				return code;
		}
	}
	/* A signal that somebody catches without SA_RESTART: we are to stop waiting. */
	if (n < 0 && errno == EINTR)
		return err_set(err, ERR_USER, -EINTR, NULL, "interrupted");
	return err_set(err, ERR_HOST, -EIO, NULL,
		       "internal error: the domain's supervisor ended unexpectedly");
}
