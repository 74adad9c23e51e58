/* SPDX-License-Identifier: Apache-2.0 */
/* Short ways to read domains in tests. */
#ifndef TERRACE_TESTS_DOMAIN_READ_H
#define TERRACE_TESTS_DOMAIN_READ_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "domain/domain.h"

#define READ_HEAD \
	"<domain type='kvm'><name>a</name><memory unit='GiB'>1</memory><os><type>hvm</type></os>"
#define READ_TAIL "</domain>"

/* A domain with that inside, or a failed test. */
static inline struct domain_spec *read_inside(const char *inside)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct domain_spec *domain = NULL;
	struct err err = ERR_INIT;
	char line[1024];

	strbuf_addf(&text, "%s%s%s", READ_HEAD, inside, READ_TAIL);
	if (domain_read(text.text, text.length, "a.xml", 0, &domain, &err) < 0)
		fail_msg("%s", err_text(&err, line, sizeof(line)));
	return domain;
}

/* The error's message; "" when the text is accepted. */
static inline const char *read_error(const char *text, size_t length, unsigned int flags,
				     struct err *err)
{
	struct domain_spec *domain = NULL;

	*err = ERR_INIT;
	if (domain_read(text, length, "dir/a.xml", flags, &domain, err) == 0)
		domain_free(domain);
	else
		assert_null(domain);
	return err->message;
}

#endif
