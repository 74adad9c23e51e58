// SPDX-License-Identifier: Apache-2.0
/* qemu-monitor-command: one QMP or human monitor command to the VMM of a running domain. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/output.h"
#include "cli/target.h"

#define NO_HMP "The command human-monitor-command has not been found"

/* The words as one text: as the shell cut them, with a blank between. */
static char *join(size_t n, const char *const words[])
{
	AUTO_STRBUF text = STRBUF_INIT;

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", words[i]);
	return strbuf_take(&text);
}

/* {"execute": ..., "arguments": ...} for the supervisor. */
static int qmp_request(const char *text, bool hmp, struct json **ret_request, struct err *err)
{
	AUTO(json) request = NULL;
	struct json *arguments;
	const char *name;
	int ret;

	if (hmp) {
		request = json_new_object();
		arguments = json_new_object();
		json_set_string(arguments, "command-line", text);
		json_set_string(request, "execute", "human-monitor-command");
		json_set(request, "arguments", arguments);
		*ret_request = TAKE_PTR(request);
		return 0;
	}
	ret = json_parse(text, strlen(text), JSON_QEMU, NULL, &request, err);
	if (ret == 0 && json_kind(request) != JSON_OBJECT)
		ret = err_set(err, ERR_USER, -EINVAL, NULL,
			      "a QMP command is an object such as {\"execute\": \"query-status\"}; "
			      "--hmp sends a human monitor command");
	if (ret == 0)
		ret = json_get_string(request, "execute", &name, err);
	if (ret < 0)
		return err_prefix(err, "invalid QMP command");
	*ret_request = TAKE_PTR(request);
	return 0;
}

static int print_answer(const struct verb_call *call, struct json *value, struct err *err)
{
	bool bare = verb_flag(call, "return-value"), pretty = verb_flag(call, "pretty");
	struct json *answer = value;
	autofree char *text = NULL;

	if (verb_flag(call, "hmp") && !verb_json(call) && json_kind(value) == JSON_STRING) {
		printf("%s", json_as_string(value));
		json_free(value);
		return 0;
	}
	if (!bare) {
		answer = json_new_object();
		json_set(answer, "return", value);
	}
	if (pretty || verb_json(call))
		return output_json(answer, err);
	text = json_print(answer, JSON_COMPACT);
	json_free(answer);
	if (!text)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory for JSON");
	puts(text);
	return 0;
}

static int run(const struct verb_call *call, struct err *err)
{
	const char *const *words;
	size_t n_words = verb_rest(call, &words);
	autofree char *text = join(n_words, words);
	AUTO(json) request = NULL;
	struct json *value = NULL;
	AUTO_TARGET(target);
	int ret;

	if (!text)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory");
	ret = qmp_request(text, verb_flag(call, "hmp"), &request, err);
	if (ret == 0)
		ret = target_open(call, &target, err);
	if (ret == 0)
		ret = target_must_run(&target, err);
	if (ret == 0)
		ret = manager_call(target.manager, &target.domain, "qmp", TAKE_PTR(request), &value,
				   err);
	if (ret < 0 && verb_flag(call, "hmp") && err && strstr(err->message, NO_HMP))
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, NULL,
			       "the VMM of domain '%s' has no human monitor: send it a QMP command",
			       target.domain.name);
	return ret < 0 ? ret : print_answer(call, value, err);
}

static const struct verb_arg args[] = {
	TARGET_ARG(VERB_DOMAIN_RUNNING),
	{ .kind = VERB_FLAG, .name = "hmp", .help = "the command is one of the human monitor" },
	{ .kind = VERB_FLAG, .name = "pretty", .help = "print the answer in several lines" },
	{ .kind = VERB_FLAG,
	  .name = "return-value",
	  .help = "print only the value that was returned" },
	{ .kind = VERB_REST,
	  .name = "cmd",
	  .required = true,
	  .placeholder = "COMMAND",
	  .help = "the command: JSON as in docs/qmp.md, or with --hmp a line" },
	{ 0 },
};

extern const struct verb verb_qemu_monitor_command;
const struct verb verb_qemu_monitor_command = {
	.name = "qemu-monitor-command",
	.group = "Domain",
	.summary = "send a QMP command to the VMM of a running domain",
	.description =
		"What changes the machine behind the back of *terrace* is on your own account.",
	.args = args,
	.run = run,
};
