/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/json.h: whatever reads as JSON prints as ASCII JSON that reads as the same value; printing is
 * stable. What is strict JSON is also JSON_QEMU.
 */
#include "fuzz.h"

#include <string.h>

#include "base/json.h"

static void check_print(const struct json *value, enum json_style style)
{
	autofree char *text = json_print(value, style), *again = NULL;
	AUTO(json) copy = NULL;
	/* Escapes and indentation can make the printed text longer than what was read. */
	struct json_limits limits = { SIZE_MAX, UINT32_MAX, JSON_DEPTH_MAX };
	int ret;

	FUZZ_CHECK(text);
	for (const char *p = text; *p; p++)
		FUZZ_CHECK((*p >= 0x20 && *p < 0x7f) || (style == JSON_PRETTY && *p == '\n'));
	ret = json_parse(text, strlen(text), JSON_STRICT, &limits, &copy, NULL);
	FUZZ_CHECK(ret == 0);
	FUZZ_CHECK(json_equal(value, copy));
	again = json_print(copy, style);
	FUZZ_CHECK(again && !strcmp(text, again));
}

static bool check_parse(const char *text, size_t size, enum json_flags flags)
{
	AUTO(json) value = NULL;
	struct err err = ERR_INIT;

	if (json_parse(text, size, flags, NULL, &value, &err) < 0) {
		FUZZ_CHECK(!value && err.message[0] && err.subject[0]);
		return false;
	}
	check_print(value, JSON_COMPACT);
	check_print(value, JSON_PRETTY);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool strict = check_parse((const char *)data, size, JSON_STRICT);
	bool qemu = check_parse((const char *)data, size, JSON_QEMU);

	FUZZ_CHECK(!strict || qemu);
	return 0;
}
