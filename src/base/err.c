/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as values: see err.h. */
#include "base/err.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void set_subject(struct err *err, const char *subject)
{
	snprintf(err->subject, sizeof(err->subject), "%s", subject ? subject : "");
}

int err_set(struct err *err, enum err_class class, int code, const char *subject, const char *fmt,
	    ...)
{
	va_list ap;

	assert(code < 0);
	if (!err)
		return code;
	err->class = class;
	err->code = code;
	set_subject(err, subject);
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	return code;
}

int err_set_errno(struct err *err, enum err_class class, int code, const char *subject,
		  const char *fmt, ...)
{
	size_t used;
	va_list ap;

	assert(code < 0);
	if (!err)
		return code;
	err->class = class;
	err->code = code;
	set_subject(err, subject);
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	used = strlen(err->message);
	snprintf(err->message + used, sizeof(err->message) - used, ": %s", strerror(-code));
	return code;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char joined[ERR_MESSAGE_MAX];
	size_t used;
	va_list ap;

	if (!err)
		return 0;
	va_start(ap, fmt);
	vsnprintf(joined, sizeof(joined), fmt, ap);
	va_end(ap);
	used = strlen(joined);
	snprintf(joined + used, sizeof(joined) - used, ": %.*s", (int)sizeof(err->message),
		 err->message);
	memcpy(err->message, joined, sizeof(joined));
	return err->code;
}

const char *err_text(const struct err *err, char *buf, unsigned long buf_size)
{
	if (err->subject[0])
		snprintf(buf, buf_size, "%s: %s", err->subject, err->message);
	else
		snprintf(buf, buf_size, "%s", err->message);
	return buf;
}
