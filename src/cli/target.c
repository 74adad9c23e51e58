// SPDX-License-Identifier: Apache-2.0
#include "cli/target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "domain/domain.h"

void target_fini(struct target *target)
{
	manager_domain_fini(&target->domain);
	manager_free(target->manager);
	*target = (struct target){ 0 };
}

int target_open(const struct verb_call *call, struct target *ret_target, struct err *err)
{
	AUTO(manager) manager = NULL;
	int ret = manager_new(&manager, err);

	if (ret == 0)
		ret = manager_find(manager, verb_text(call, "domain"), &ret_target->domain, err);
	if (ret < 0)
		return ret;
	ret_target->manager = TAKE_PTR(manager);
	return 0;
}

bool target_runs(const struct target *target)
{
	return target->domain.id >= 0;
}

int target_must_run(const struct target *target, struct err *err)
{
	if (target_runs(target))
		return 0;
	return err_set(err, ERR_USER, -ESRCH, NULL,
		       "Requested operation is not valid: domain '%s' is not running",
		       target->domain.name);
}

static int exclusive(const struct verb_call *call, const char *a, const char *b, struct err *err)
{
	if (!verb_flag(call, a) || !verb_flag(call, b))
		return 0;
	return err_set(err, ERR_USER, -EINVAL, NULL, "Options --%s and --%s are mutually exclusive",
		       a, b);
}

int target_scope(const struct verb_call *call, const struct target *target, bool only_one,
		 unsigned int *ret_scope, struct err *err)
{
	unsigned int scope = 0;
	int ret = exclusive(call, "current", "live", err);

	if (ret == 0)
		ret = exclusive(call, "current", "config", err);
	if (ret == 0 && only_one)
		ret = exclusive(call, "live", "config", err);
	if (ret < 0)
		return ret;
	if (verb_flag(call, "live"))
		scope |= TARGET_LIVE;
	if (verb_flag(call, "config"))
		scope |= TARGET_CONFIG;
	if (!scope)
		scope = target_runs(target) ? TARGET_LIVE : TARGET_CONFIG;
	if ((scope & TARGET_LIVE) && target_must_run(target, err) < 0)
		return -ESRCH;
	if ((scope & TARGET_CONFIG) && !target->domain.persistent)
		return err_set(
			err, ERR_USER, -EINVAL, NULL,
			"Requested operation is not valid: transient domains do not have any "
			"persistent config");
	*ret_scope = scope;
	return 0;
}

int target_spec(const struct target *target, enum target_scope scope, struct domain_spec **ret_spec,
		struct err *err)
{
	autofree char *xml = NULL;
	int ret = manager_xml(target->manager, &target->domain, scope == TARGET_CONFIG, &xml, err);

	if (ret < 0)
		return ret;
	return domain_read(xml, strlen(xml), target->domain.name, DOMAIN_READ_LAX, ret_spec, err);
}

/* The rules are checked where they are known: by reading what would be written. */
int target_redefine(const struct target *target, const struct domain_spec *spec, struct err *err)
{
	AUTO(domain_spec) checked = NULL;
	struct manager_domain domain = { 0 };
	autofree char *xml = NULL;
	int ret = domain_print(spec, &xml, err);

	if (ret == 0)
		ret = domain_read(xml, strlen(xml), target->domain.name, DOMAIN_READ_LAX, &checked,
				  err);
	if (ret < 0) {
		/* Its line is one of a text that nobody has seen. */
		if (err)
			err->subject[0] = '\0';
		return ret;
	}
	ret = manager_define(target->manager, checked, &domain, err);
	if (ret == 0)
		manager_domain_fini(&domain);
	return ret;
}

int target_info(const struct target *target, struct json **ret_info, struct err *err)
{
	return manager_call(target->manager, &target->domain, "info", NULL, ret_info, err);
}

int target_call(const struct target *target, const char *command, struct json *arguments,
		struct err *err)
{
	return manager_call(target->manager, &target->domain, command, arguments, NULL, err);
}

struct json *target_domain_json(const struct manager_domain *domain)
{
	struct json *object = json_new_object();

	json_set_string(object, "name", domain->name);
	json_set_string(object, "uuid", domain->uuid);
	json_set(object, "id", domain->id < 0 ? json_new_null() : json_new_i64(domain->id));
	json_set_string(object, "state", manager_state_name(domain->state));
	json_set_string(object, "reason", domain->reason);
	json_set_bool(object, "persistent", domain->persistent);
	return object;
}

/* A transient domain that was destroyed is not found again: then what it was, shut off. */
int target_silent(const struct verb_call *call, const struct target *target, struct err *err)
{
	struct manager_domain now = { 0 };
	struct json *object;

	if (!verb_json(call))
		return 0;
	if (manager_find(target->manager, target->domain.uuid, &now, NULL) < 0) {
		now = target->domain;
		now.id = -1;
		now.state = MANAGER_SHUTOFF;
		return output_json(target_domain_json(&now), err);
	}
	object = target_domain_json(&now);
	manager_domain_fini(&now);
	return output_json(object, err);
}

int target_done(const struct verb_call *call, const struct target *target, const char *what,
		struct err *err)
{
	if (!verb_json(call))
		printf("Domain '%s' %s\n", target->domain.name, what);
	return target_silent(call, target, err);
}

int target_failed(struct err *err, const char *fmt, ...)
{
	char what[ERR_MESSAGE_MAX];
	va_list ap;

	/* "web.xml:3: /domain/..." says it all; an element alone does not say of which domain. */
	if (strchr(err->subject, ':'))
		return err->code;
	if (err->subject[0])
		err_prefix(err, "%s", err->subject);
	err->subject[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_prefix(err, "%s", what);
}
