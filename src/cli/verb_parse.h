/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words behind a verb -> struct verb_call, by the verb's own table. Knows no verb.
 *
 * Grammar (virsh's): --name value, --name=value, -l value, -lvalue, and positionals, in any order;
 * a positional may also be given by its name. After "--" every word is a positional. A value
 * that looks like a name ("--live") must be written with '=': it is nearly always a forgotten value.
 *
 * Threads: pure functions; a call belongs to its owner.
 */
#ifndef TERRACE_CLI_VERB_PARSE_H
#define TERRACE_CLI_VERB_PARSE_H

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/verb.h"

/* Every verb has them, behind its own. Ends with name NULL. */
extern const struct verb_arg verb_common_args[];

/*
 * words are what stands behind the verb; they must outlive the call. -EINVAL with virsh's text and,
 * for an unknown name, the nearest one. -ENOMEM. With --help nothing is missed that is required.
 */
int verb_parse(const struct verb *verb, int n_words, char *const words[],
	       struct verb_call **ret_call, struct err *err) __attribute__((warn_unused_result));
void verb_call_free(struct verb_call *call);
CLEANUP_DEFINE(verb_call, verb_call_free)

const struct verb *verb_of(const struct verb_call *call);
bool verb_wants_help(const struct verb_call *call);

#endif
