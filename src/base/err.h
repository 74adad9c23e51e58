/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error idiom of Terrace.
 *
 * A function that can fail returns 0 (or a documented non-negative count) or a negative errno, and
 * takes a last parameter "struct err *err". The caller owns the struct; it holds no allocation and
 * needs no release. err may be NULL where the caller only wants the code.
 *
 * Libraries fill it; only cli, the QMP dispatcher and main report it, once.
 *
 *	if (size_bytes == 0)
 *		return err_set(err, ERR_USER, -EINVAL, "-m", "size must not be 0");
 *
 * Threads: a struct err belongs to one thread at a time.
 */
#ifndef TERRACE_BASE_ERR_H
#define TERRACE_BASE_ERR_H

#include <stdarg.h>

/* Who can mend it. Chooses the QMP error class and the exit status. */
enum err_class {
	ERR_NONE,
	ERR_USER,	 /* the request: an option, an XML element, a QMP argument */
	ERR_HOST,	 /* the machine: a missing device, permission, memory, a dead peer */
	ERR_UNSUPPORTED, /* known, but not by this program or this host */
	ERR_BUSY,	 /* try again later */
	ERR_NOT_FOUND,	 /* a named object does not exist (QMP DeviceNotFound) */
	ERR_CLASS_COUNT,
};

#define ERR_SUBJECT_MAX 160
#define ERR_MESSAGE_MAX 512

struct err {
	enum err_class class;
	int code; /* negative errno */
	/* What the message is about: option text, XML path and line, QMP argument. May be "". */
	char subject[ERR_SUBJECT_MAX];
	char message[ERR_MESSAGE_MAX];
};

#define ERR_INIT ((struct err){ 0 })

/*
 * Fills err (when not NULL) and returns code, which must be negative. subject may be NULL.
 * Over-long texts are cut, never overflow.
 */
int err_set(struct err *err, enum err_class class, int code, const char *subject, const char *fmt,
	    ...) __attribute__((format(printf, 5, 6)));

/* As err_set; appends ": " and the text of -code. For a failed system call. */
int err_set_errno(struct err *err, enum err_class class, int code, const char *subject,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Puts "prefix: " in front of the message; returns err's code (0 when err is NULL). */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Writes "subject: message" (or just the message) into buf, one line, always terminated.
 * Returns buf.
 */
const char *err_text(const struct err *err, char *buf, unsigned long buf_size);

#endif
