/* SPDX-License-Identifier: Apache-2.0 */
/* The log sink: see log.h. The three variables below are the only ones of the kind in base. */
#include "base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static log_sink current_sink;
static void *current_context;
static enum log_level current_level = LOG_INFO;

void log_set_sink(log_sink sink, void *context)
{
	current_sink = sink;
	current_context = context;
}

void log_set_level(enum log_level level)
{
	current_level = level;
}

bool log_wants(enum log_level level)
{
	return current_sink && level <= current_level;
}

void log_emit(enum log_level level, const char *component, const char *fmt, ...)
{
	char message[LOG_MESSAGE_MAX];
	struct log_record record = { level, component, message, { 0 } };
	va_list ap;

	if (!log_wants(level))
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	for (char *p = message; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	clock_gettime(CLOCK_REALTIME, &record.when);
	current_sink(current_context, &record);
}

/* ISO 8601 in UTC with microseconds and a blank behind it. */
static void add_timestamp(const struct timespec *when, char *buf, size_t buf_size)
{
	struct tm tm;
	size_t used;

	gmtime_r(&when->tv_sec, &tm);
	used = strftime(buf, buf_size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + used, buf_size - used, ".%06ldZ ", when->tv_nsec / 1000);
}

size_t log_format(const struct log_fd *to, const struct log_record *record, char *buf,
		  size_t buf_size)
{
	static const char *const words[] = { "", "warning: ", "info: ", "debug: " };
	char timestamp[48] = "";
	int length;

	_Static_assert(sizeof(words) / sizeof(words[0]) == LOG_LEVEL_COUNT, "one word per level");
	if (to->timestamp)
		add_timestamp(&record->when, timestamp, sizeof(timestamp));
	length = snprintf(buf, buf_size, "%s%s%s%s: %s%s%s%s\n", timestamp,
			  to->guest_name ? to->guest_name : "", to->guest_name ? " " : "",
			  to->program, words[record->level], record->component,
			  record->component[0] ? ": " : "", record->message);
	if (length < 0)
		return 0;
	if ((size_t)length < buf_size)
		return (size_t)length;
	buf[buf_size - 2] = '\n';
	return buf_size - 1;
}

void log_sink_fd(void *context, const struct log_record *record)
{
	const struct log_fd *to = context;
	char line[LOG_MESSAGE_MAX + 512];
	size_t length = log_format(to, record, line, sizeof(line));
	ssize_t written = write(to->fd, line, length);

	/* Nobody is left to tell when the log itself cannot be written. */
	(void)written;
}
