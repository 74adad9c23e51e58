/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly every verb of the domain groups does: find the domain, decide between the running one
 * and its definition, change a definition by the rules of its XML, say what was done.
 *
 * Threads: the program has one.
 */
#ifndef TERRACE_CLI_TARGET_H
#define TERRACE_CLI_TARGET_H

#include "base/err.h"
#include "base/json.h"
#include "cli/verb.h"
#include "manager/manager.h"
#include "spec/domain.h"

/* Rows that many verbs have. */
#define TARGET_ARG(kind_of_domain)                                                           \
	{                                                                                    \
		.kind = VERB_POSITIONAL, .name = "domain", .value = kind_of_domain,          \
		.required = true, .placeholder = "DOMAIN", .help = "domain name, id or UUID" \
	}
#define TARGET_SCOPE_ARGS                                                                       \
	{ .kind = VERB_FLAG, .name = "config", .help = "affect the definition" },               \
		{ .kind = VERB_FLAG, .name = "live", .help = "affect the running domain" },     \
	{                                                                                       \
		.kind = VERB_FLAG, .name = "current",                                           \
		.help = "affect the running domain, or the definition of one that does not run" \
	}

struct target {
	struct manager *manager;
	struct manager_domain domain;
};
void target_fini(struct target *target);
#define AUTO_TARGET(name) __attribute__((cleanup(target_fini))) struct target name = { 0 }

/* The manager, and the domain that the argument "domain" names. */
int target_open(const struct verb_call *call, struct target *ret_target, struct err *err)
	__attribute__((warn_unused_result));

bool target_runs(const struct target *target);
/* -ESRCH "Requested operation is not valid: domain is not running". */
int target_must_run(const struct target *target, struct err *err);

enum target_scope {
	TARGET_LIVE = 1 << 0,
	TARGET_CONFIG = 1 << 1,
};
/*
 * From --config, --live and --current. At most one of the bits when only_one (for reading). Checks
 * that there is such a domain: -ESRCH, or -EINVAL for a definition of a transient one.
 */
int target_scope(const struct verb_call *call, const struct target *target, bool only_one,
		 unsigned int *ret_scope, struct err *err) __attribute__((warn_unused_result));

/* The definition, or with TARGET_LIVE the XML of the running domain. domain_free() it. */
int target_spec(const struct target *target, enum target_scope scope, struct domain_spec **ret_spec,
		struct err *err) __attribute__((warn_unused_result));
/* Keeps a changed definition, if it still keeps every rule of domain XML. */
int target_redefine(const struct target *target, const struct domain_spec *spec, struct err *err)
	__attribute__((warn_unused_result));

/* The supervisor's "info"; json_free() it. */
int target_info(const struct target *target, struct json **ret_info, struct err *err)
	__attribute__((warn_unused_result));
/* A command whose value nobody wants; takes arguments. */
int target_call(const struct target *target, const char *command, struct json *arguments,
		struct err *err) __attribute__((warn_unused_result));

/* {"name", "uuid", "id", "state", "reason", "persistent"}. */
struct json *target_domain_json(const struct manager_domain *domain);
/* "Domain 'x' WHAT", or with --json the domain as it now is. */
int target_done(const struct verb_call *call, const struct target *target, const char *what,
		struct err *err);
/* Nothing, or with --json the domain as it now is: for verbs that are silent in virsh. */
int target_silent(const struct verb_call *call, const struct target *target, struct err *err);

/* Puts "Failed to WHAT: " in front, unless the error names file and line. Returns err's code. */
int target_failed(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
