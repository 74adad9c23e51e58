// SPDX-License-Identifier: Apache-2.0
/* memtune: shows or changes the limits of a domain's memory; -1 is no limit. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "cli/output.h"
#include "cli/target.h"
#include "domain/domain.h"
#include "domain/scalar.h"

#define UNLIMITED_KIB ((uint64_t)(DOMAIN_MEMTUNE_UNLIMITED_BYTES / 1024))

/* One limit: its option, virsh's name for it, and where it is in all the other places. */
static const struct {
	const char *option, *field, *info, *command;
	size_t offset; /* of a struct domain_number in struct domain_memtune */
} limits[] = {
	{ "hard-limit", "hard_limit", "hard-limit-kib", "hard-limit",
	  offsetof(struct domain_memtune, hard_limit_bytes) },
	{ "soft-limit", "soft_limit", "soft-limit-kib", "soft-limit",
	  offsetof(struct domain_memtune, soft_limit_bytes) },
	{ "swap-hard-limit", "swap_hard_limit", "swap-hard-limit-kib", "swap-hard-limit",
	  offsetof(struct domain_memtune, swap_hard_limit_bytes) },
	{ "min-guarantee", "min_guarantee", "min-guarantee-kib", "min",
	  offsetof(struct domain_memtune, min_guarantee_bytes) },
};

#define N_LIMITS ARRAY_SIZE(limits)

struct limit_change {
	bool given;
	int64_t bytes; /* -1: none */
};

static struct domain_number *limit_of(struct domain_memtune *tune, size_t which)
{
	return (struct domain_number *)((char *)tune + limits[which].offset);
}

/* virsh's: any negative number is unlimited; else a scaled number of KiB, rounded up. */
static int parse_limit(const char *text, int64_t *ret_bytes)
{
	size_t digits = strspn(text, "0123456789");
	char number[32];
	uint64_t value, bytes;

	if (text[0] == '-' && text[1] && text[1 + strspn(text + 1, "0123456789")] == '\0') {
		*ret_bytes = -1;
		return 0;
	}
	if (!digits || digits >= sizeof(number))
		return -EINVAL;
	snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	if (number_parse(number, &value) < 0)
		return -EINVAL;
	if (bind_size_scale(value, text[digits] ? text + digits : "KiB", &bytes) < 0 ||
	    !checked_align_up(bytes, KIB, &bytes) || bytes > INT64_MAX)
		return -EINVAL;
	*ret_bytes = bytes >= (uint64_t)DOMAIN_MEMTUNE_UNLIMITED_BYTES ? -1 : (int64_t)bytes;
	return 0;
}

static int parse_changes(const struct verb_call *call, struct limit_change changes[N_LIMITS],
			 bool *ret_any, struct err *err)
{
	*ret_any = false;
	for (size_t i = 0; i < N_LIMITS; i++) {
		const char *text = verb_text(call, limits[i].option);

		changes[i] = (struct limit_change){ .given = text != NULL };
		if (!text)
			continue;
		*ret_any = true;
		if (parse_limit(text, &changes[i].bytes) < 0)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Unable to parse integer parameter '%s': '%s' is not a size "
				       "such as 1048576 (KiB), 1G, or -1 for no limit",
				       limits[i].option, text);
	}
	return 0;
}

/* ---- get ---- */

static uint64_t limit_kib(const struct domain_number *limit)
{
	return limit->given ? (uint64_t)limit->value / KIB : UNLIMITED_KIB;
}

/* The guarantee is nothing, not everything, where it is not given. */
static uint64_t absent_kib(size_t which)
{
	return which == 3 ? 0 : UNLIMITED_KIB;
}

static int read_limits(const struct target *target, unsigned int scope, uint64_t kib[N_LIMITS],
		       struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	AUTO(json) info = NULL;
	const struct json *tune;
	int ret;

	if (scope == TARGET_CONFIG) {
		ret = target_spec(target, TARGET_CONFIG, &spec, err);
		for (size_t i = 0; ret == 0 && i < N_LIMITS; i++) {
			const struct domain_number *limit = limit_of(&spec->memtune, i);

			kib[i] = limit->given ? limit_kib(limit) : absent_kib(i);
		}
		return ret;
	}
	ret = target_info(target, &info, err);
	if (ret < 0)
		return ret;
	tune = json_member(info, "memtune");
	for (size_t i = 0; i < N_LIMITS; i++) {
		kib[i] = absent_kib(i);
		if (tune)
			(void)json_get_u64(tune, limits[i].info, &kib[i], NULL);
	}
	return 0;
}

static int show(const struct verb_call *call, const struct target *target, unsigned int scope,
		struct err *err)
{
	uint64_t kib[N_LIMITS];
	struct json *object;
	int ret = read_limits(target, scope, kib, err);

	if (ret < 0)
		return ret;
	if (verb_json(call)) {
		object = json_new_object();
		for (size_t i = 0; i < N_LIMITS; i++)
			json_set(object, limits[i].info,
				 kib[i] >= UNLIMITED_KIB ? json_new_null() : json_new_u64(kib[i]));
		return output_json(object, err);
	}
	for (size_t i = 0; i < N_LIMITS; i++) {
		if (kib[i] >= UNLIMITED_KIB)
			printf("%-15s: unlimited\n", limits[i].field);
		else
			printf("%-15s: %" PRIu64 "\n", limits[i].field, kib[i]);
	}
	return 0;
}

/* ---- set ---- */

static int change_config(const struct target *target, const struct limit_change changes[],
			 struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	spec->memtune.given = true;
	for (size_t i = 0; i < N_LIMITS; i++)
		if (changes[i].given)
			*limit_of(&spec->memtune, i) = (struct domain_number){
				.given = changes[i].bytes >= 0,
				.value = MAX(changes[i].bytes, (int64_t)0),
			};
	return target_redefine(target, spec, err);
}

static int change_live(const struct target *target, const struct limit_change changes[],
		       struct err *err)
{
	struct json *arguments = json_new_object();

	for (size_t i = 0; i < N_LIMITS; i++)
		if (changes[i].given)
			json_set_i64(arguments, limits[i].command, changes[i].bytes);
	return target_call(target, "memtune", arguments, err);
}

static int run(const struct verb_call *call, struct err *err)
{
	struct limit_change changes[N_LIMITS];
	unsigned int scope;
	bool any;
	AUTO_TARGET(target);
	int ret = parse_changes(call, changes, &any, err);

	if (ret == 0)
		ret = target_open(call, &target, err);
	if (ret == 0)
		ret = target_scope(call, &target, !any, &scope, err);
	if (ret < 0)
		return ret;
	if (!any)
		return show(call, &target, scope, err);
	if (scope & TARGET_LIVE)
		ret = change_live(&target, changes, err);
	if (ret == 0 && (scope & TARGET_CONFIG))
		ret = change_config(&target, changes, err);
	if (ret < 0)
		return target_failed(err, "Unable to change memory parameters");
	return target_silent(call, &target, err);
}

#define LIMIT_ARG(option, text)                                                          \
	{                                                                                \
		.kind = VERB_OPTION, .name = option, .placeholder = "SIZE", .help = text \
	}

static const struct verb_arg args[] = {
	TARGET_ARG(VERB_DOMAIN),
	LIMIT_ARG("hard-limit", "most memory that the domain may use"),
	LIMIT_ARG("soft-limit", "memory above which the kernel takes pages back"),
	LIMIT_ARG("swap-hard-limit", "most memory and swap together"),
	LIMIT_ARG("min-guarantee", "memory that is kept for the domain"),
	TARGET_SCOPE_ARGS,
	{ 0 },
};

extern const struct verb verb_memtune;
const struct verb verb_memtune = {
	.name = "memtune",
	.group = "Placement",
	.summary = "show or change the limits of a domain's memory",
	.description = "Sizes are in KiB or have a unit (1G, 512MiB); -1 is no limit. Without any, "
		       "shows them in KiB.",
	.args = args,
	.run = run,
};
