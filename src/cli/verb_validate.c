/* SPDX-License-Identifier: Apache-2.0 */
/* validate: domain XML against the schema and the rules between elements. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/output.h"
#include "cli/verb.h"
#include "cli/xml_file.h"
#include "domain/domain.h"

/* The rules first: what they say of a mistake is more than what a schema can say of it. */
static int check(const char *file, bool lax, struct err *err)
{
	AUTO(domain_spec) domain = NULL;
	autofree char *text = NULL, *schema = NULL;
	int ret = xml_file_read(file, &text, err);

	if (ret == 0)
		ret = domain_read(text, strlen(text), file, lax ? DOMAIN_READ_LAX : 0, &domain,
				  err);
	for (size_t i = 0; ret == 0 && i < domain->n_warnings; i++)
		output_warning(domain->warnings[i]);
	/* The schema has no elements but ours: a lax reading must do without it. */
	if (ret == 0 && !lax)
		ret = domain_schema_print(&schema, err);
	if (ret == 0 && !lax)
		ret = domain_schema_check(schema, text, strlen(text), file, err);
	return ret;
}

static struct json *result(const char *file, int ret, const struct err *err)
{
	char text[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX + 2];
	struct json *object = json_new_object();

	json_set_string(object, "file", file);
	json_set_bool(object, "valid", ret == 0);
	if (ret < 0)
		json_set_string(object, "error", err_text(err, text, sizeof(text)));
	return object;
}

/* Every file is looked at; the last error is the caller's to report, those before it are not. */
static int run(const struct verb_call *call, struct err *err)
{
	bool lax = verb_flag(call, "lax"), json = verb_json(call);
	struct json *results = json_new_array();
	const char *const *files;
	size_t n = verb_rest(call, &files);
	struct err failed = ERR_INIT;
	int ret = 0;

	for (size_t i = 0; i < n; i++) {
		struct err one = ERR_INIT;
		int error = check(files[i], lax, &one);

		json_append(results, result(files[i], error, &one));
		if (error == 0 && !json)
			printf("%s validates\n", files[i]);
		if (error == 0)
			continue;
		if (ret < 0)
			output_error(&failed);
		failed = one;
		ret = error;
	}
	if (json) {
		int printed = output_json(results, err);

		if (printed < 0)
			return printed;
	} else {
		json_free(results);
	}
	if (ret < 0)
		*err = failed;
	return ret;
}

static const struct verb_arg args[] = {
	{ .kind = VERB_REST,
	  .name = "file",
	  .value = VERB_FILE,
	  .required = true,
	  .placeholder = "FILE",
	  .help = "domain XML; - is the standard input" },
	{ .kind = VERB_FLAG,
	  .name = "lax",
	  .help = "warn about elements that are not known instead of refusing them" },
	{ 0 },
};

extern const struct verb verb_validate;
const struct verb verb_validate = {
	.name = "validate",
	.group = "Domain",
	.summary = "check domain XML against the schema and all rules",
	.description =
		"As define and create do, with the rules between elements; then against the "
		"schema, which this program has in it (data/terrace-domain.rng). Rules that need "
		"the host or the emulator are not checked: plan and domxml-to-native do that.",
	.args = args,
	.run = run,
};
