/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where libraries leave what nobody asked for and somebody may want to read: a guest that
 * misbehaves, a host that lacks something useful, progress while debugging. Errors that a caller can
 * handle are returned (base/err.h), not logged.
 *
 * Libraries never print. They call log_warning() and friends; main installs a sink; without a sink
 * everything is dropped. Tests install a sink that captures.
 *
 * Threads: log_set_sink() and log_set_level() before other threads start (or after they ended);
 * log_emit() from any thread. A sink is called by several threads at once and must cope;
 * log_sink_fd() does, as it writes each line by one write(2).
 */
#ifndef TERRACE_BASE_LOG_H
#define TERRACE_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum log_level {
	LOG_ERROR, /* the program or the VM cannot do what it was asked to */
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
	LOG_LEVEL_COUNT,
};

#define LOG_MESSAGE_MAX 1024

/* component: who says it ("virtio-mem", "kvm"), a constant. message: one line without line end. */
struct log_record {
	enum log_level level;
	const char *component;
	const char *message;
	struct timespec when; /* CLOCK_REALTIME */
};

typedef void (*log_sink)(void *context, const struct log_record *record);

/* NULL removes the sink. */
void log_set_sink(log_sink sink, void *context);
/* Records above this level are dropped. Default LOG_INFO. */
void log_set_level(enum log_level level);
bool log_wants(enum log_level level);

/* Control characters in the message (a guest's text) become '?'; over-long ones are cut. */
void log_emit(enum log_level level, const char *component, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(...)	 log_emit(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_emit(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	 log_emit(LOG_INFO, __VA_ARGS__)
#define log_debug(...)                                    \
	do {                                              \
		if (log_wants(LOG_DEBUG))                 \
			log_emit(LOG_DEBUG, __VA_ARGS__); \
	} while (0)

/* ---- The sink that main installs ---- */

struct log_fd {
	int fd;
	const char *program;	/* "terrace-vmm" */
	bool timestamp;		/* -msg timestamp=on */
	const char *guest_name; /* -msg guest-name=on with -name; NULL: none */
};

/*
 * One line as QEMU writes it, with line end, terminated, cut to buf_size:
 *	[2026-11-21T11:23:11.123456Z ][NAME ]PROGRAM: [warning: |info: |debug: ]COMPONENT: TEXT
 * ("error" has no word; COMPONENT is left out when ""). Returns its length.
 */
size_t log_format(const struct log_fd *to, const struct log_record *record, char *buf,
		  size_t buf_size);

/* A log_sink; context is a struct log_fd that outlives the installation. */
void log_sink_fd(void *context, const struct log_record *record);

#endif
