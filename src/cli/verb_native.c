/* SPDX-License-Identifier: Apache-2.0 */
/* domxml-to-native: the command line that a domain would be started with. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/output.h"
#include "cli/target.h"
#include "cli/xml_file.h"
#include "domain/domain.h"
#include "host/topology.h"
#include "manager/argv.h"
#include "manager/emulator.h"
#include "plan/placement.h"

static int read_defined(const char *name, struct domain_spec **ret_domain, struct err *err)
{
	AUTO_TARGET(target);
	int ret = manager_new(&target.manager, err);

	if (ret == 0)
		ret = manager_find(target.manager, name, &target.domain, err);
	if (ret < 0)
		return ret;
	return target_spec(&target, target.domain.persistent ? TARGET_CONFIG : TARGET_LIVE,
			   ret_domain, err);
}

static int read_domain(const struct verb_call *call, struct domain_spec **ret_domain,
		       struct err *err)
{
	const char *file = verb_text(call, "xml"), *name = verb_text(call, "domain");

	if (!file == !name)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "give either a file with domain XML or --domain");
	if (file)
		return xml_file_domain(file, verb_flag(call, "lax"), false, ret_domain, err);
	return read_defined(name, ret_domain, err);
}

static int probe_emulator(const struct verb_call *call, const struct domain_spec *domain,
			  struct emulator **ret_emulator, struct err *err)
{
	const char *given = verb_text(call, "emulator");
	autofree char *found = NULL;
	char cache[PATH_MAX];
	AUTO_TARGET(target);
	int ret = given ? 0 : emulator_find(domain, &found, err);

	if (ret == 0)
		ret = manager_new(&target.manager, err);
	if (ret < 0)
		return ret;
	/* Where start keeps it; best effort. */
	manager_runtime_path(target.manager, ".cache", "", cache, sizeof(cache));
	return emulator_probe(given ? given : found, cache, ret_emulator, err);
}

/* As the domain would be started, but for the id that only a running one has. */
static int build_argv(const struct domain_spec *domain, const struct placement *placement,
		      const struct emulator *emulator, const struct host_facts *facts,
		      struct argv *ret_argv, struct err *err)
{
	AUTO_TARGET(target);
	char socket[PATH_MAX] = "", folder[PATH_MAX] = "", *slash;
	struct argv_context context = { .paused = true, .facts = facts };
	int ret = manager_new(&target.manager, err);

	if (ret < 0)
		return ret;
	context.qmp_socket = manager_runtime_path(target.manager, domain->name, "qmp.sock", socket,
						  sizeof(socket));
	snprintf(folder, sizeof(folder), "%s", socket);
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	context.runtime_dir = folder;
	return argv_build(domain, placement, emulator, &context, ret_argv, err);
}

static int print_argv(const struct verb_call *call, const struct argv *argv, struct err *err)
{
	autofree char *line = NULL;
	struct json *object, *words;

	if (verb_json(call)) {
		object = json_new_object();
		words = json_new_array();
		for (int i = 0; i < argv->argc; i++)
			json_append(words, json_new_string(argv->argv[i]));
		json_set(object, "argv", words);
		return output_json(object, err);
	}
	line = argv_quote(argv);
	if (!line)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	printf("%s\n", line);
	return 0;
}

static int run(const struct verb_call *call, struct err *err)
{
	AUTO(domain_spec) domain = NULL;
	AUTO(host_facts) facts = NULL;
	AUTO(emulator) emulator = NULL;
	AUTO(placement) placement = NULL;
	struct placement_emulator can;
	AUTO_ARGV(argv);
	const char *format = verb_text(call, "format");
	int ret;

	if (strcmp(format, "qemu-argv"))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: unsupported config type %s: there is qemu-argv",
			       format);
	ret = read_domain(call, &domain, err);
	if (ret == 0)
		ret = host_topology_find(verb_text(call, "host"), &facts, err);
	if (ret == 0)
		ret = probe_emulator(call, domain, &emulator, err);
	if (ret < 0)
		return ret;
	can = emulator_placement(emulator);
	ret = placement_build(domain, facts, &can, &placement, err);
	if (ret == 0)
		ret = build_argv(domain, placement, emulator, facts, &argv, err);
	return ret < 0 ? ret : print_argv(call, &argv, err);
}

static const char *const formats[] = { "qemu-argv", NULL };

static const struct verb_arg args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "format",
	  .value = VERB_CHOICE,
	  .choices = formats,
	  .required = true,
	  .placeholder = "FORMAT",
	  .help = "what to print: qemu-argv" },
	{ .kind = VERB_POSITIONAL,
	  .name = "xml",
	  .value = VERB_FILE,
	  .placeholder = "FILE",
	  .help = "domain XML; - is the standard input" },
	{ .kind = VERB_OPTION,
	  .name = "domain",
	  .value = VERB_DOMAIN,
	  .placeholder = "DOMAIN",
	  .help = "instead of a file: name, id or UUID of a domain" },
	{ .kind = VERB_OPTION,
	  .name = "host",
	  .value = VERB_FILE,
	  .placeholder = "HOST",
	  .help = "instead of this machine: an hwloc XML file, an hwloc synthetic topology, or a "
		  "directory with a captured tree of /sys and /proc files" },
	{ .kind = VERB_OPTION,
	  .name = "emulator",
	  .value = VERB_FILE,
	  .placeholder = "PATH",
	  .help = "the program, instead of the domain's" },
	{ .kind = VERB_FLAG,
	  .name = "lax",
	  .help = "warn about elements that are not known instead of refusing them" },
	{ 0 },
};

extern const struct verb verb_domxml_to_native;
const struct verb verb_domxml_to_native = {
	.name = "domxml-to-native",
	.group = "Domain",
	.summary = "print the command line that a domain would be started with",
	.description =
		"One line that a shell reads back. What the emulator can do is asked of it, so "
		"the same domain gives different lines for QEMU and terrace-vmm, or the reason why "
		"it cannot be started with one of them. The virtual machine would be paused (-S), "
		"because its threads must be placed first. Memory that only the cgroup keeps on "
		"its nodes is shown as the emulator would populate it; start does that from "
		"threads that have been placed.",
	.args = args,
	.run = run,
};
