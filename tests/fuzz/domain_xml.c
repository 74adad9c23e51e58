/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain/domain.h: a document that is accepted is printed, the printed one is accepted as well, and
 * printing that gives the same again. Errors are one line and name something. Odd lengths are read
 * laxly.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "domain/domain.h"

static bool is_one_line(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ')
			return false;
	return true;
}

/* NULL when it is refused. */
static char *read_and_print(const char *text, size_t length, unsigned int flags)
{
	AUTO(domain_spec) domain = NULL;
	struct err err = ERR_INIT;
	char *printed = NULL;
	int ret = domain_read(text, length, "fuzz.xml", flags, &domain, &err);

	if (ret < 0) {
		FUZZ_CHECK(!domain && err.code == ret);
		FUZZ_CHECK(err.subject[0] && is_one_line(err.subject));
		FUZZ_CHECK(err.message[0] && is_one_line(err.message));
		return NULL;
	}
	for (size_t i = 0; i < domain->n_warnings; i++)
		FUZZ_CHECK(is_one_line(domain->warnings[i]));
	FUZZ_CHECK(domain_print(domain, &printed, NULL) == 0);
	return printed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int flags = size % 2 ? DOMAIN_READ_LAX : 0;
	char *printed = read_and_print((const char *)data, size, flags), *again;

	if (!printed)
		return 0;
	again = read_and_print(printed, strlen(printed), flags);
	FUZZ_CHECK(again && !strcmp(printed, again));
	free(printed);
	free(again);
	return 0;
}
