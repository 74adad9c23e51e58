/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manager/argv.h: a domain that is accepted and can be placed has a command line, or a reason with
 * the element. In a line every JSON word is JSON and every list of properties can be read, whatever
 * names and paths have in them.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/keyval.h"
#include "domain/domain.h"
#include "host/topology.h"
#include "manager/argv.h"

/* Built once and kept. */
static const struct host_facts *host(void)
{
	static struct host_facts *facts;

	if (!facts)
		FUZZ_CHECK(host_topology_from_synthetic("pack:4 [numa(memory=8GiB)] core:2 pu:1",
							&facts, NULL) == 0);
	return facts;
}

static bool has_list(const char *option)
{
	static const char *const options[] = { "-name",	   "-machine", "-m",	"-smp",
					       "-numa",	   "-chardev", "-mon",	"-netdev",
					       "-device",  "-rtc",     "-boot", "-overcommit",
					       "-sandbox", "-msg",     "-cpu",	NULL };

	for (size_t i = 0; options[i]; i++)
		if (!strcmp(options[i], option))
			return true;
	return false;
}

static void check_word(const char *option, const char *word)
{
	struct json *value;
	AUTO_KEYVAL(list);

	if (!strcmp(option, "-object") || !strcmp(option, "-blockdev")) {
		FUZZ_CHECK(json_parse(word, strlen(word), JSON_STRICT, NULL, &value, NULL) == 0);
		json_free(value);
	} else if (has_list(option)) {
		FUZZ_CHECK(keyval_parse(word, "implied", &list, NULL) == 0);
	}
}

static void check_line(const struct argv *argv)
{
	char *quoted = argv_quote(argv);

	FUZZ_CHECK(quoted && argv->argc > 0 && !argv->argv[argv->argc]);
	for (int i = 1; i < argv->argc; i++)
		check_word(argv->argv[i - 1], argv->argv[i]);
	free(quoted);
}

static void build(const struct domain_spec *domain, const struct placement *placement)
{
	struct argv_context context = { .qmp_socket = "/run/q", .facts = host() };
	struct err err = ERR_INIT;
	AUTO_ARGV(argv);
	int ret = argv_build(domain, placement, emulator_any(), &context, &argv, &err);

	if (ret < 0) {
		FUZZ_CHECK(!argv.argv && err.code == ret && err.message[0]);
		FUZZ_CHECK(!strncmp(err.subject, "/domain", 7));
		return;
	}
	check_line(&argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(domain_spec) domain = NULL;
	AUTO(placement) placement = NULL;

	if (domain_read((const char *)data, size, "fuzz.xml", size % 2 ? DOMAIN_READ_LAX : 0,
			&domain, NULL) < 0)
		return 0;
	if (placement_build(domain, host(), NULL, &placement, NULL) == 0)
		build(domain, placement);
	return 0;
}
