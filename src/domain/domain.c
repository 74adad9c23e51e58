/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and printing of whole domains: see domain.h. Form is in rows.c, rules in check_*.c. */
#include "domain/domain.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "domain/bind.h"
#include "domain/check.h"

void domain_free(struct domain_spec *domain)
{
	if (!domain)
		return;
	bind_release(domain_rows, domain);
	for (size_t i = 0; i < domain->n_kept; i++) {
		free(domain->kept[i].place);
		free(domain->kept[i].attribute);
		free(domain->kept[i].text);
	}
	free(domain->kept);
	for (size_t i = 0; i < domain->n_warnings; i++)
		free(domain->warnings[i]);
	free(domain->warnings);
	free(domain);
}

static int read_root(const struct bind_reader *reader, struct domain_spec *domain, struct err *err)
{
	const xmlNode *root = xmlDocGetRootElement(reader->source->doc);

	if (root->ns)
		return xml_fail(reader->source, root, err,
				"XML error: element '%s' must not be in a name space",
				xml_name(root));
	if (strcmp(xml_name(root), "domain"))
		return xml_fail(reader->source, root, err,
				"XML error: unexpected root element <%s>, expecting <domain>",
				xml_name(root));
	return bind_read(reader, root, domain_rows, domain, err);
}

int domain_read(const char *text, size_t length, const char *file_name, unsigned int flags,
		struct domain_spec **ret_domain, struct err *err)
{
	AUTO(domain_spec) domain = calloc(1, sizeof(*domain));
	AUTO(xml_source) source = NULL;
	struct bind_reader reader = { 0 };
	int ret;

	if (!domain)
		return err_set(err, ERR_HOST, -ENOMEM, file_name, "out of memory");
	ret = xml_open(text, length, file_name, &source, err);
	if (ret < 0)
		return ret;
	reader.source = source;
	reader.lax = flags & DOMAIN_READ_LAX ? domain : NULL;
	ret = read_root(&reader, domain, err);
	if (!ret)
		ret = check_domain(source, domain, err);
	if (ret < 0)
		return ret;
	*ret_domain = TAKE_PTR(domain);
	return 0;
}

int domain_print(const struct domain_spec *domain, char **ret_text, struct err *err)
{
	AUTO_STRBUF out = STRBUF_INIT;
	char *text;

	bind_print(&out, "domain", domain_rows, domain, domain);
	text = strbuf_take(&out);
	if (!text)
		return err_set(err, ERR_HOST, -ENOMEM, domain->name, "out of memory");
	*ret_text = text;
	return 0;
}

const struct domain_numatune_memnode *domain_memnode_find(const struct domain_spec *domain,
							  unsigned int cell)
{
	for (size_t i = 0; i < domain->numatune.n_memnodes; i++)
		if (domain->numatune.memnodes[i].cellid.value == cell)
			return &domain->numatune.memnodes[i];
	return NULL;
}

const char *domain_numa_mode_name(enum domain_numa_mode mode)
{
	static const char *const names[] = { "none",	   "strict",	  "preferred",
					     "interleave", "restrictive", "weighted-interleave" };

	return names[mode];
}
