/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: test_manager_emulator FOLDER TERRACE_VMM
 *
 * FOLDER has programs that answer as emulators do; TERRACE_VMM is the one of this build.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "manager/emulator.h"
#include "manager/emulator_run.h"

static const char *emulators, *terrace_vmm;

static struct emulator *probe(const char *name, const char *cache_dir)
{
	struct emulator *emulator = NULL;
	struct err err = ERR_INIT;
	char path[4096], line[1024];

	snprintf(path, sizeof(path), "%s/%s", emulators, name);
	if (emulator_probe(path, cache_dir, &emulator, &err) < 0)
		fail_msg("%s", err_text(&err, line, sizeof(line)));
	return emulator;
}

static void qemu_10_answers(void **state)
{
	AUTO(emulator) qemu = probe("qemu-10.0", NULL);

	(void)state;
	assert_string_equal(qemu->name, "QEMU 10.0.2");
	assert_int_equal(qemu->version_major, 10);
	assert_int_equal(qemu->version_minor, 0);
	assert_true(qemu->json_objects && qemu->thread_context && qemu->prealloc_threads);
	assert_true(qemu->reserve && qemu->memfd && qemu->canonical_path && qemu->rng_random);
	assert_false(qemu->numa_balancing || qemu->weighted_interleave);
	assert_true(qemu->pc_dimm && qemu->nvdimm && qemu->virtio_mem && qemu->virtio_pmem);
	assert_true(qemu->virtio_mem_dynamic_memslots && qemu->virtio_mem_prealloc);
	assert_true(qemu->virtio_balloon && qemu->pxb && qemu->pxb_pcie && qemu->vsock);
	assert_true(qemu->iothread && qemu->sandbox && qemu->mem_lock_on_fault);
	assert_true(qemu->blockdev && qemu->netdev && qemu->pc_devices && qemu->cpu_features);
	assert_true(qemu->accel_kvm && qemu->accel_tcg);
}

static void qemu_7_2_lacks_what_came_later(void **state)
{
	AUTO(emulator) qemu = probe("qemu-7.2", NULL);

	(void)state;
	assert_string_equal(qemu->name, "QEMU 7.2.19");
	assert_false(qemu->virtio_mem_dynamic_memslots || qemu->mem_lock_on_fault);
	assert_true(qemu->virtio_mem && qemu->virtio_mem_prealloc && qemu->thread_context);
	/* The architecture stands in front of its models. */
	assert_true(emulator_has_cpu_model(qemu, "Skylake-Server"));
	assert_false(emulator_has_cpu_model(qemu, "x86"));
}

static void listed_as_not_available_is_not_there(void **state)
{
	AUTO(emulator) vmm = probe("terrace-vmm-0.1", NULL);

	(void)state;
	assert_string_equal(vmm->name, "terrace-vmm 0.1.0");
	assert_true(vmm->numa_balancing && vmm->weighted_interleave && vmm->json_objects);
	assert_false(vmm->pc_dimm || vmm->virtio_mem || vmm->virtio_balloon || vmm->pxb);
	assert_false(vmm->iothread || vmm->accel_tcg || vmm->pc_devices || vmm->cpu_features);
}

static void names_are_whole_and_versions_may_be_any(void **state)
{
	AUTO(emulator) qemu = probe("qemu-10.0", NULL);
	AUTO(emulator) vmm = probe("terrace-vmm-0.1", NULL);

	(void)state;
	assert_true(emulator_has_machine(qemu, "q35") && emulator_has_machine(qemu, "pc-q35-9.2"));
	assert_false(emulator_has_machine(qemu, "pc-q35-9") || emulator_has_machine(qemu, "q3"));
	assert_false(emulator_has_machine(qemu, "") || emulator_has_machine(qemu, "q35 pc"));
	assert_true(emulator_has_machine(vmm, "pc-q35-99.9"));
	assert_false(emulator_has_machine(vmm, "pc-q35-") || emulator_has_machine(vmm, "pc-q35-a"));
	assert_false(emulator_has_machine(vmm, "microvm"));
	assert_true(emulator_has_cpu_model(qemu, "Skylake-Server"));
	assert_false(emulator_has_cpu_model(qemu, "3dnow"));
	assert_true(emulator_has_cpu_model(vmm, "max"));
	assert_false(emulator_has_cpu_model(vmm, "Skylake-Server"));
	assert_true(emulator_has_machine(emulator_any(), "anything"));
}

/* Everything in it is true, for who plans without a program. */
static void any_can_everything(void **state)
{
	const struct emulator *any = emulator_any();
	size_t first = offsetof(struct emulator, numa_balancing);
	size_t last = offsetof(struct emulator, accel_tcg);

	(void)state;
	for (size_t i = first; i <= last; i++)
		assert_true(((const bool *)any)[i]);
}

static void our_own_program_answers(void **state)
{
	AUTO(emulator) vmm = NULL;
	struct err err = ERR_INIT;

	(void)state;
	if (emulator_probe(terrace_vmm, NULL, &vmm, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(vmm->name, "terrace-vmm " TERRACE_VERSION);
	assert_true(vmm->numa_balancing && vmm->weighted_interleave && vmm->thread_context);
	assert_true(vmm->reserve && vmm->prealloc_threads && vmm->memfd && vmm->sandbox);
	assert_true(vmm->accel_kvm && emulator_has_machine(vmm, "pc-q35-9.2"));
	assert_true(emulator_has_cpu_model(vmm, "host"));
	assert_false(vmm->accel_tcg || vmm->cpu_features);
}

/* ---- programs that are none ---- */

struct folder {
	char path[64];
};

static int make_folder(void **state)
{
	static struct folder folder;

	strcpy(folder.path, "/tmp/terrace-emulator-XXXXXX");
	*state = &folder;
	return mkdtemp(folder.path) ? 0 : -1;
}

static int remove_folder(void **state)
{
	const struct folder *folder = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder->path);
	return system(command);
}

static const char *in_folder(const struct folder *folder, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return path;
}

static int ask(const char *path, int64_t limit_ms, char **ret_text)
{
	static const char *const args[] = { "-help", NULL };
	int64_t deadline_ms = emulator_run_now_ms() + limit_ms;
	struct emulator_run run;
	int ret = emulator_run_start(path, args, &run, NULL);

	return ret < 0 ? ret : emulator_run_finish(&run, path, deadline_ms, ret_text, NULL);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int probe_error(const char *path, struct err *err)
{
	struct emulator *emulator = NULL;
	int ret;

	*err = ERR_INIT;
	ret = emulator_probe(path, NULL, &emulator, err);
	if (ret == 0)
		emulator_free(emulator);
	return ret;
}

static void what_is_no_emulator_is_named(void **state)
{
	const struct folder *folder = *state;
	const char *path = in_folder(folder, "none");
	struct err err;

	assert_int_equal(probe_error(path, &err), -ENOENT);
	assert_non_null(strstr(err.message, "Cannot check QEMU binary"));
	assert_non_null(strstr(err.message, path));
	assert_string_equal(err.subject, "/domain/devices/emulator");
	assert_int_equal(probe_error("/bin/true", &err), -EINVAL);
	assert_string_equal(err.subject, "/bin/true");
	path = in_folder(folder, "text");
	write_file(path, "no program\n", 0644);
	assert_int_equal(probe_error(path, &err), -EACCES);
	path = in_folder(folder, "old");
	write_file(path, "#!/bin/sh\necho 'QEMU emulator version 4.2.1'\n", 0755);
	assert_int_equal(probe_error(path, &err), -ENOTSUP);
	assert_non_null(strstr(err.message, "QEMU 4.2.1 is too old"));
	path = in_folder(folder, "dies");
	write_file(path, "#!/bin/sh\nkill -SEGV $$\n", 0755);
	assert_int_equal(probe_error(path, &err), -EINVAL);
}

/* Also when a child of it keeps the output open. */
static void a_program_that_hangs_is_ended(void **state)
{
	const char *path = in_folder(*state, "hangs");
	int64_t start_ms = emulator_run_now_ms();
	char *text = NULL;

	write_file(path, "#!/bin/sh\nsleep 60 &\nsleep 60\n", 0755);
	assert_int_equal(ask(path, 100, &text), -ETIMEDOUT);
	assert_null(text);
	assert_true(emulator_run_now_ms() - start_ms < 20000);
}

static void output_is_bounded(void **state)
{
	const char *path = in_folder(*state, "talks");
	char *text = NULL;

	write_file(path, "#!/bin/sh\nexec yes\n", 0755);
	assert_int_equal(ask(path, 30000, &text), -EFBIG);
}

static void surroundings_are_clean(void **state)
{
	const char *path = in_folder(*state, "shows");
	int fd = open("/dev/null", O_RDONLY); /* not close-on-exec */
	char *text = NULL;

	setenv("TERRACE_SECRET", "x", 1);
	write_file(path,
		   "#!/bin/sh\nenv | grep -c SECRET\nls /proc/self/fd | wc -w\ncat\n"
		   "echo \"$LC_ALL\"\n",
		   0755);
	assert_int_equal(ask(path, 30000, &text), 0);
	/* ls has standard input, output, error and the folder that it reads. */
	assert_string_equal(text, "0\n4\nC\n");
	free(text);
	close(fd);
	unsetenv("TERRACE_SECRET");
}

/* ---- the cache ---- */

/* An emulator that counts how often it is asked for help. */
static void write_counting(const char *path, const char *count)
{
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_addf(&text, "#!/bin/sh\n[ \"$*\" = -help ] && echo >>%s\nexec %s/qemu-10.0 \"$@\"\n",
		    count, emulators);
	write_file(path, strbuf_text(&text), 0755);
}

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 ? 0 : status.st_size;
}

static void probe_counting(const char *path, const char *cache_dir)
{
	struct emulator *emulator = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(emulator_probe(path, cache_dir, &emulator, &err), 0);
	assert_string_equal(emulator->name, "QEMU 10.0.2");
	assert_string_equal(emulator->path, path);
	assert_int_equal(emulator->version_major, 10);
	assert_true(emulator->pxb_pcie && emulator->accel_tcg && !emulator->numa_balancing);
	assert_true(emulator_has_machine(emulator, "pc-q35-10.0"));
	assert_true(emulator_has_cpu_model(emulator, "qemu64-v1"));
	emulator_free(emulator);
}

static void damage_cache(const char *folder, const char *text)
{
	char command[256];

	snprintf(command, sizeof(command), "for f in %s/emulator-*.json; do printf '%s' >$f; done",
		 folder, text);
	assert_int_equal(system(command), 0);
}

static void asked_once_until_it_changes(void **state)
{
	const struct folder *folder = *state;
	char path[256], count[256];

	strcpy(path, in_folder(folder, "qemu"));
	strcpy(count, in_folder(folder, "count"));
	write_counting(path, count);
	probe_counting(path, folder->path);
	assert_int_equal(size_of(count), 1);
	probe_counting(path, folder->path);
	assert_int_equal(size_of(count), 1);
	/* Another time of change is another program. */
	assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[2]){ { 1 }, { 1 } }, 0), 0);
	probe_counting(path, folder->path);
	assert_int_equal(size_of(count), 2);
	damage_cache(folder->path, "");
	probe_counting(path, folder->path);
	damage_cache(folder->path, "[]");
	probe_counting(path, folder->path);
	damage_cache(folder->path, "{\"key\": 1, \"name\": \"x\"}");
	probe_counting(path, folder->path);
	assert_int_equal(size_of(count), 5);
	probe_counting(path, folder->path);
	assert_int_equal(size_of(count), 5);
	/* A folder that is not there is no error. */
	probe_counting(path, "/nonexistent");
}

/* A cache that lacks one member, or has a wrong one, is not used at all. */
static void a_cache_is_whole_or_ignored(void **state)
{
	const struct folder *folder = *state;
	char path[256], count[256], command[512];

	strcpy(path, in_folder(folder, "qemu"));
	strcpy(count, in_folder(folder, "count"));
	write_counting(path, count);
	probe_counting(path, folder->path);
	snprintf(command, sizeof(command),
		 "sed -i 's/\"accel_tcg\": true/\"accel_tcg\": 1/' %s/emulator-*.json",
		 folder->path);
	assert_int_equal(system(command), 0);
	probe_counting(path, folder->path);
	assert_int_equal(size_of(count), 2);
}

/* ---- finding ---- */

static void found_by_element_type_and_path(void **state)
{
	const struct folder *folder = *state;
	struct domain_spec domain = { .type = DOMAIN_TYPE_QEMU };
	char named[] = "/usr/libexec/own-qemu";
	char bare[] = "no-such-qemu", relative[] = "./qemu";
	struct err err = ERR_INIT;
	char *path = NULL;

	domain.devices.emulator = named;
	assert_int_equal(emulator_find(&domain, &path, &err), 0);
	assert_string_equal(path, named);
	free(path);
	write_file(in_folder(folder, "qemu-system-x86_64"), "", 0755);
	setenv("PATH", folder->path, 1);
	domain.devices.emulator = NULL;
	assert_int_equal(emulator_find(&domain, &path, &err), 0);
	assert_string_equal(path, in_folder(folder, "qemu-system-x86_64"));
	free(path);
	domain.devices.emulator = bare;
	assert_int_equal(emulator_find(&domain, &path, &err), -ENOENT);
	assert_non_null(strstr(err.message, "no-such-qemu"));
	domain.devices.emulator = relative;
	assert_int_equal(emulator_find(&domain, &path, &err), -EINVAL);
	assert_non_null(strstr(err.message, "write a whole path"));
	domain.devices.emulator = NULL;
	domain.type = DOMAIN_TYPE_KVM;
	write_file(in_folder(folder, "terrace-vmm"), "", 0755);
	assert_int_equal(emulator_find(&domain, &path, &err), 0);
	assert_string_equal(path, in_folder(folder, "terrace-vmm"));
	free(path);
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(emulator_find(&domain, &path, &err), -ENOENT);
	setenv("PATH", "/usr/bin:/bin", 1);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qemu_10_answers),
		cmocka_unit_test(qemu_7_2_lacks_what_came_later),
		cmocka_unit_test(listed_as_not_available_is_not_there),
		cmocka_unit_test(names_are_whole_and_versions_may_be_any),
		cmocka_unit_test(any_can_everything),
		cmocka_unit_test(our_own_program_answers),
		IN_FOLDER(what_is_no_emulator_is_named),
		IN_FOLDER(a_program_that_hangs_is_ended),
		IN_FOLDER(output_is_bounded),
		IN_FOLDER(surroundings_are_clean),
		IN_FOLDER(asked_once_until_it_changes),
		IN_FOLDER(a_cache_is_whole_or_ignored),
		IN_FOLDER(found_by_element_type_and_path),
	};

	if (argc != 3)
		return 2;
	emulators = argv[1];
	terrace_vmm = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
