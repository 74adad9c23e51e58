// SPDX-License-Identifier: Apache-2.0
#include "cli/xml_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/util.h"
#include "cli/output.h"
#include "domain/domain.h"

#define XML_FILE_MAX (2 * MIB) /* domain_read() refuses more */

static int read_all(int fd, const char *path, struct strbuf *text, struct err *err)
{
	char chunk[16384];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_USER, -errno, NULL, "Failed to read '%s'",
					     path);
		if (n == 0)
			return 0;
		strbuf_add(text, chunk, (size_t)n);
		if (text->length > XML_FILE_MAX)
			return err_set(err, ERR_USER, -EFBIG, NULL,
				       "'%s' is larger than 2 MiB: that is no domain", path);
	}
}

int xml_file_read(const char *path, char **ret_text, struct err *err)
{
	autoclose int opened = -1;
	AUTO_STRBUF text = STRBUF_INIT;
	int fd = STDIN_FILENO, ret;

	if (strcmp(path, "-") != 0) {
		fd = opened = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return err_set_errno(err, ERR_USER, -errno, NULL,
					     "Failed to open file '%s'", path);
	}
	ret = read_all(fd, path, &text, err);
	if (ret < 0)
		return ret;
	*ret_text = strbuf_take(&text);
	return *ret_text ? 0 : err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory for '%s'", path);
}

static int check_schema(const char *text, const char *path, struct err *err)
{
	autofree char *schema = NULL;
	int ret = domain_schema_print(&schema, err);

	return ret < 0 ? ret : domain_schema_check(schema, text, strlen(text), path, err);
}

int xml_file_domain(const char *path, bool lax, bool validate, struct domain_spec **ret_domain,
		    struct err *err)
{
	AUTO(domain_spec) domain = NULL;
	autofree char *text = NULL;
	int ret = xml_file_read(path, &text, err);

	if (ret == 0 && validate)
		ret = check_schema(text, path, err);
	if (ret == 0)
		ret = domain_read(text, strlen(text), path, lax ? DOMAIN_READ_LAX : 0, &domain,
				  err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < domain->n_warnings; i++)
		output_warning(domain->warnings[i]);
	*ret_domain = TAKE_PTR(domain);
	return 0;
}
