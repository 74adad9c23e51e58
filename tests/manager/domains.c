/* SPDX-License-Identifier: Apache-2.0 */
/* Domains with stand-ins for VMMs: see domains.h. */
#include "domains.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "domain/domain.h"
#include "manager/dirs.h"

struct manager *domains_manager;
static char folder[64];
static const char *program;

void domains_main_args(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s STUBVMM\n", argv[0]);
		exit(2);
	}
	program = realpath(argv[1], NULL);
}

const char *domains_dir(void)
{
	return folder;
}

static void set_dir(const char *variable, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	setenv(variable, path, 1);
}

int domains_setup(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/terrace-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	set_dir("TERRACE_CONFIG_DIR", "etc");
	set_dir("TERRACE_RUNTIME_DIR", "run");
	set_dir("TERRACE_LOG_DIR", "log");
	set_dir("TERRACE_MEMORY_DIR", "ram");
	setenv("TERRACE_CGROUP", "none", 1);
	return manager_new(&domains_manager, &err);
}

int domains_teardown(void **state)
{
	(void)state;
	manager_free(domains_manager);
	return dirs_remove_tree(folder, NULL);
}

struct domain_spec *domains_make(const char *name, const char *append, const char *more)
{
	struct domain_spec *domain = NULL;
	struct err err = ERR_INIT;
	autofree char *xml = NULL;

	if (asprintf(&xml,
		     "<domain type='kvm'><name>%s</name><memory unit='MiB'>64</memory>"
		     "<vcpu>2</vcpu><os><type arch='x86_64' machine='q35'>hvm</type>"
		     "<kernel>/boot/none</kernel><cmdline>%s </cmdline></os>%s"
		     "<devices><emulator>%s</emulator><memballoon model='none'/></devices>"
		     "</domain>",
		     name, append ? append : "", more ? more : "", program) < 0)
		fail();
	if (domain_read(xml, strlen(xml), "test", 0, &domain, &err) < 0)
		fail_msg("%s: %s", err.subject, err.message);
	return domain;
}

static int start(const char *name, const char *append, const char *more, struct err *err)
{
	struct domain_spec *domain = domains_make(name, append, more);
	int ret = manager_start(domains_manager, domain, false, 0, NULL, NULL, NULL, err);

	domain_free(domain);
	return ret;
}

void domains_start(const char *name, const char *append, const char *more)
{
	struct err err = ERR_INIT;

	if (start(name, append, more, &err) < 0)
		fail_msg("%s: %s", err.subject, err.message);
}

const char *domains_start_error(const char *name, const char *append, const char *more)
{
	static struct err err;

	err = ERR_INIT;
	if (start(name, append, more, &err) == 0)
		fail_msg("%s started", name);
	return err.message;
}

const char *domains_state(const char *name)
{
	static char text[64];
	struct manager_domain domain = { 0 };
	struct err err = ERR_INIT;
	int ret = manager_find(domains_manager, name, &domain, &err);

	if (ret == -ENOENT)
		return "none";
	if (ret < 0)
		fail_msg("%s", err.message);
	snprintf(text, sizeof(text), "%s %s", manager_state_name(domain.state), domain.reason);
	manager_domain_fini(&domain);
	return text;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

void domains_wait_state(const char *name, const char *state)
{
	for (int i = 0; i < 2000; i++) {
		if (!strcmp(domains_state(name), state))
			return;
		nap();
	}
	assert_string_equal(domains_state(name), state);
}

static int call(const char *name, const char *command, struct json *arguments,
		struct json **ret_value, struct err *err)
{
	struct manager_domain domain = { 0 };
	int ret = manager_find(domains_manager, name, &domain, err);

	if (ret < 0) {
		json_free(arguments);
		return ret;
	}
	ret = manager_call(domains_manager, &domain, command, arguments, ret_value, err);
	manager_domain_fini(&domain);
	return ret;
}

struct json *domains_ask(const char *name, const char *command, struct json *arguments)
{
	struct json *value = NULL;
	struct err err = ERR_INIT;

	if (call(name, command, arguments, &value, &err) < 0)
		fail_msg("%s: %s", command, err.message);
	return value;
}

void domains_call(const char *name, const char *command, struct json *arguments)
{
	json_free(domains_ask(name, command, arguments));
}

void domains_guest(const char *name, const char *does)
{
	struct json *arguments = json_new_object(), *inner = json_new_object();

	json_set_string(inner, "does", does);
	json_set_string(arguments, "execute", "x-stub-guest");
	json_set(arguments, "arguments", inner);
	(void)!call(name, "qmp", arguments, NULL, NULL);
}

/* Is there a process that has text on its command line? */
static bool has_process(const char *text)
{
	DIR *proc = opendir("/proc");
	bool found = false;

	assert_non_null(proc);
	for (struct dirent *entry; !found && (entry = readdir(proc));) {
		char path[300], line[4096];
		size_t n;
		FILE *file;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		n = fread(line, 1, sizeof(line) - 1, file);
		fclose(file);
		for (size_t i = 0; i < n; i++)
			if (!line[i])
				line[i] = ' ';
		line[n] = '\0';
		found = strstr(line, text) != NULL;
	}
	closedir(proc);
	return found;
}

void domains_assert_gone(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/run/%s", folder, name);
	for (int i = 0; i < 1000 && access(path, F_OK) == 0; i++)
		nap();
	assert_int_equal(access(path, F_OK), -1);
	strcat(path, "/qmp.sock");
	assert_false(has_process(path));
}
