/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up machine with a QMP schema, for the tests of sessions, clients and transcripts. */
#ifndef TERRACE_TESTS_QMP_FAKE_H
#define TERRACE_TESTS_QMP_FAKE_H

#include "qmp/schema.h"
#include "qmp/session.h"

struct fake_machine {
	uint64_t balloon_bytes;
	unsigned int commands_run;
	struct qmp_session *session; /* gets the events of stop and cont; may be NULL */
};

extern const struct qmp_schema fake_schema;

/* A qmp_write whose context is a struct strbuf. */
void fake_write(void *context, const char *bytes, size_t count);

#endif
