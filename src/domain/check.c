/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the whole domain, and those of no other file: see check.h. */
#include "domain/check.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "domain/domain.h"
#include "spec/build.h"

static int check_names(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	if (strchr(domain->name, '/'))
		return xml_fail(source, xml_find(source, "name"), err,
				"XML error: name %s cannot contain '/'", domain->name);
	if (strchr(domain->name, '\n'))
		return xml_fail(source, xml_find(source, "name"), err,
				"XML error: Domain name can't contain newlines");
	if (domain->uuid && !spec_uuid_is_wellformed(domain->uuid))
		return xml_fail(source, xml_find(source, "uuid"), err,
				"internal error: malformed uuid element");
	for (char *p = domain->uuid; p && *p; p++)
		if (*p >= 'A' && *p <= 'F')
			*p |= 0x20;
	if (domain->title && strchr(domain->title, '\n'))
		return xml_fail(source, xml_find(source, "title"), err,
				"XML error: Domain title can't contain newlines");
	return 0;
}

static int check_os(const struct xml_source *source, const struct domain_spec *domain,
		    struct err *err)
{
	const struct domain_os *os = &domain->os;

	if (!os->type.given)
		return xml_fail(source, xml_find(source, "os"), err,
				"XML error: an os <type> must be specified");
	if (strcmp(os->type.name, "hvm"))
		return xml_fail(source, xml_find(source, "os/type"), err,
				"unsupported configuration: os type '%s' is not 'hvm'",
				os->type.name);
	if (os->type.arch && strcmp(os->type.arch, "x86_64"))
		return xml_fail(source, xml_find(source, "os/type"), err,
				"unsupported configuration: architecture '%s' is not 'x86_64'",
				os->type.arch);
	return 0;
}

/* What happens when the guest ends, and its clock: libvirt's defaults. */
static int complete_life(struct domain_spec *domain)
{
	if (!domain->on_poweroff)
		domain->on_poweroff = DOMAIN_ACTION_DESTROY;
	if (!domain->on_reboot)
		domain->on_reboot = DOMAIN_ACTION_RESTART;
	if (!domain->on_crash)
		domain->on_crash = DOMAIN_ACTION_DESTROY;
	domain->clock.given = true;
	if (!domain->clock.offset)
		domain->clock.offset = strdup("utc");
	return domain->clock.offset ? 0 : -1;
}

static int check_clock(const struct xml_source *source, const struct domain_spec *domain,
		       struct err *err)
{
	static const char *const offsets[] = { "utc", "localtime", "variable", "timezone",
					       "absolute" };

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		if (!strcmp(domain->clock.offset, offsets[i]))
			return 0;
	return xml_fail(source, xml_find(source, "clock"), err,
			"unsupported configuration: unknown clock offset '%s'",
			domain->clock.offset);
}

int check_domain(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	static int (*const checks[])(const struct xml_source *, struct domain_spec *,
				     struct err *) = {
		check_cpu, check_cells, check_hmat, check_numatune, check_memory, check_devices,
	};
	int ret = check_names(source, domain, err);

	if (!ret)
		ret = check_os(source, domain, err);
	if (!ret && complete_life(domain) < 0)
		ret = err_set(err, ERR_HOST, -ENOMEM, source->file_name, "out of memory");
	if (!ret)
		ret = check_clock(source, domain, err);
	for (size_t i = 0; !ret && i < ARRAY_SIZE(checks); i++)
		ret = checks[i](source, domain, err);
	return ret ? ret : check_cells_sort(domain, err);
}
