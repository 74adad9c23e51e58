// SPDX-License-Identifier: Apache-2.0
/* "terrace doctor": the checks of host/health.h as text and JSON. */
#include <errno.h>
#include <stdio.h>

#include "cli/output.h"
#include "cli/verb.h"
#include "host/health.h"

static const char *level_colour(enum host_health_level level)
{
	static const char *const colours[] = { "\033[32m", "\033[33m", "\033[31m" };

	return output_colour(stdout) ? colours[level] : "";
}

static void print_point(const struct host_health_point *point)
{
	const char *colour = level_colour(point->level);

	printf("%s%-8s%s %-23s %s\n", colour, host_health_level_name(point->level),
	       *colour ? "\033[0m" : "", point->name, point->text);
	if (*point->remedy)
		printf("%-33s%s: %s\n", "", point->level == HOST_HEALTH_OK ? "to change" : "mend",
		       point->remedy);
}

static struct json *point_json(const struct host_health_point *point)
{
	struct json *object = json_new_object();

	json_set_string(object, "name", point->name);
	json_set_string(object, "level", host_health_level_name(point->level));
	json_set_string(object, "text", point->text);
	if (*point->remedy)
		json_set_string(object, "remedy", point->remedy);
	return object;
}

static int print_json(const struct host_health *health, struct err *err)
{
	struct json *object = json_new_object(), *points = json_new_array();

	for (size_t i = 0; i < health->n; i++)
		json_append(points, point_json(&health->points[i]));
	json_set(object, "points", points);
	json_set_u64(object, "warnings", health->n_warnings);
	json_set_u64(object, "problems", health->n_problems);
	return output_json(object, err);
}

static int run(const struct verb_call *call, struct err *err)
{
	struct host_health_caller caller;
	struct host_health health;
	int ret;

	host_health_caller_read(&caller);
	ret = host_health_read("", &caller, &health, err);
	if (ret < 0)
		return ret;
	if (verb_json(call))
		ret = print_json(&health, err);
	else
		for (size_t i = 0; i < health.n; i++)
			print_point(&health.points[i]);
	if (ret < 0 || !health.n_problems)
		return ret;
	return err_set(err, ERR_HOST, -ENODEV, NULL, "%zu %s of this host must be mended",
		       health.n_problems, health.n_problems == 1 ? "point" : "points");
}

static const struct verb_arg args[] = { { 0 } };

extern const struct verb verb_doctor;
const struct verb verb_doctor = {
	.name = "doctor",
	.group = "Host",
	.summary = "check whether this host is fit for placed domains",
	.description =
		"Looks at KVM, control groups and their delegation, limits, tiers of memory and "
		"what the kernel does with them, and says for each point whether it is ok, a "
		"warning (some domains do not work, or work worse than they could) or a problem, "
		"and how to mend it. Nothing is changed.\n\nThe exit status is 1 when there is a "
		"problem.",
	.args = args,
	.run = run,
};
