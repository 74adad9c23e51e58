/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding an emulator and learning what it can do: see emulator.h.
 *
 * Job: a struct emulator from the texts that the program prints when it is asked for help. Texts are
 * for people, so only what has been the same since QEMU 7.2, and is the same in terrace-vmm, is
 * looked for: a word in a line, a property ("  name=") or an option ("-name") at the start of one.
 *
 * Model: "questions" are command lines, "features" say in which answer to look for what, and where in
 * struct emulator it goes; the cache file has the features under the same names. A device that is
 * listed with the words "not available" is not there.
 *
 * One question is no help: an -object with a policy that may be unknown and a size that is always
 * wrong. Which of the two is refused tells whether the policy is known; that neither is shows a
 * program that does not read JSON.
 *
 * Failure: a program that cannot be run or answers otherwise is an error. The cache is best effort:
 * what is missing, unreadable, or of another program or version is asked for again.
 */
#include "manager/emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/size.h"
#include "base/strbuf.h"
#include "base/util.h"
#include "manager/emulator_run.h"
#include <fcntl.h>

#define PROBE_MS   60000 /* QEMU in an emulated or busy host */
#define CACHE_FORM 1	 /* other forms are not read */

/* ---- what is asked ---- */

enum question {
	ASK_HELP,
	ASK_OBJECTS,
	ASK_BACKEND,
	ASK_POLICY,
	ASK_DEVICES,
	ASK_VIRTIO_MEM,
	ASK_MACHINES,
	ASK_CPUS,
	ASK_ACCELS,
	ASK_COUNT,
};

static const char *const questions[ASK_COUNT][5] = {
	[ASK_HELP] = { "-help" },
	[ASK_OBJECTS] = { "-object", "help" },
	[ASK_BACKEND] = { "-object", "memory-backend-ram,help" },
	[ASK_POLICY] = { "-machine", "q35", "-object",
			 "{\"qom-type\":\"memory-backend-ram\",\"id\":\"a\",\"size\":0,"
			 "\"policy\":\"weighted-interleave\"}" },
	[ASK_DEVICES] = { "-device", "help" },
	[ASK_VIRTIO_MEM] = { "-device", "virtio-mem-pci,help" },
	[ASK_MACHINES] = { "-machine", "help" },
	[ASK_CPUS] = { "-cpu", "help" },
	[ASK_ACCELS] = { "-accel", "help" },
};

enum look {
	LOOK_WORD,     /* anywhere in a line */
	LOOK_PROPERTY, /* "  word=" */
	LOOK_OPTION,   /* "-word" */
	LOOK_NOWHERE,  /* found out otherwise */
};

struct feature {
	const char *name; /* in the cache */
	size_t offset;
	enum question where;
	enum look look;
	const char *word;
};

#define FEATURE(member, where, look, word)                                           \
	{                                                                            \
#member, offsetof(struct emulator, member), where, LOOK_##look, word \
	}
static const struct feature features[] = {
	FEATURE(numa_balancing, ASK_BACKEND, PROPERTY, "numa-balancing"),
	FEATURE(prealloc_threads, ASK_BACKEND, PROPERTY, "prealloc-threads"),
	FEATURE(reserve, ASK_BACKEND, PROPERTY, "reserve"),
	FEATURE(canonical_path, ASK_BACKEND, PROPERTY, "x-use-canonical-path-for-ramblock-id"),
	FEATURE(weighted_interleave, ASK_POLICY, NOWHERE, NULL),
	FEATURE(json_objects, ASK_POLICY, NOWHERE, NULL),
	FEATURE(thread_context, ASK_OBJECTS, WORD, "thread-context"),
	FEATURE(memfd, ASK_OBJECTS, WORD, "memory-backend-memfd"),
	FEATURE(rng_random, ASK_OBJECTS, WORD, "rng-random"),
	FEATURE(iothread, ASK_OBJECTS, WORD, "iothread"),
	FEATURE(pc_dimm, ASK_DEVICES, WORD, "pc-dimm"),
	FEATURE(nvdimm, ASK_DEVICES, WORD, "nvdimm"),
	FEATURE(virtio_mem, ASK_DEVICES, WORD, "virtio-mem-pci"),
	FEATURE(virtio_mem_dynamic_memslots, ASK_VIRTIO_MEM, PROPERTY, "dynamic-memslots"),
	FEATURE(virtio_mem_prealloc, ASK_VIRTIO_MEM, PROPERTY, "prealloc"),
	FEATURE(virtio_pmem, ASK_DEVICES, WORD, "virtio-pmem-pci"),
	FEATURE(virtio_balloon, ASK_DEVICES, WORD, "virtio-balloon-pci"),
	FEATURE(pxb, ASK_DEVICES, WORD, "pxb"),
	FEATURE(pxb_pcie, ASK_DEVICES, WORD, "pxb-pcie"),
	FEATURE(pcie_root_port, ASK_DEVICES, WORD, "pcie-root-port"),
	FEATURE(pci_bridge, ASK_DEVICES, WORD, "pci-bridge"),
	FEATURE(virtio_blk, ASK_DEVICES, WORD, "virtio-blk-pci"),
	FEATURE(virtio_net, ASK_DEVICES, WORD, "virtio-net-pci"),
	FEATURE(virtio_rng, ASK_DEVICES, WORD, "virtio-rng-pci"),
	FEATURE(virtio_serial, ASK_DEVICES, WORD, "virtio-serial-pci"),
	FEATURE(vsock, ASK_DEVICES, WORD, "vhost-vsock-pci"),
	FEATURE(sandbox, ASK_HELP, OPTION, "sandbox"),
	FEATURE(blockdev, ASK_HELP, OPTION, "blockdev"),
	FEATURE(netdev, ASK_HELP, OPTION, "netdev"),
	FEATURE(pc_devices, ASK_HELP, OPTION, "bios"),
	FEATURE(mem_lock_on_fault, ASK_HELP, WORD, "on-fault"),
	FEATURE(cpu_features, ASK_CPUS, WORD, "CPUID"),
	FEATURE(accel_kvm, ASK_ACCELS, WORD, "kvm"),
	FEATURE(accel_tcg, ASK_ACCELS, WORD, "tcg"),
};

static bool *feature_of(struct emulator *emulator, const struct feature *feature)
{
	return (bool *)((char *)emulator + feature->offset);
}

/* ---- reading answers ---- */

static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

static bool line_has_word(const char *line, size_t length, const char *word)
{
	size_t word_length = strlen(word);

	for (const char *p = line; p + word_length <= line + length; p++)
		if (!memcmp(p, word, word_length) && (p == line || !is_name_character(p[-1])) &&
		    (p + word_length == line + length || !is_name_character(p[word_length])))
			return true;
	return false;
}

static bool line_matches(const char *line, size_t length, const struct feature *feature)
{
	size_t word_length = strlen(feature->word), blanks = strspn(line, " ");

	switch (feature->look) {
	case LOOK_WORD:
		return line_has_word(line, length, feature->word) &&
		       !memmem(line, length, "not available", strlen("not available"));
	case LOOK_PROPERTY:
		return length > blanks + word_length &&
		       !memcmp(line + blanks, feature->word, word_length) &&
		       line[blanks + word_length] == '=';
	case LOOK_OPTION:
		return length > word_length && line[0] == '-' &&
		       !memcmp(line + 1, feature->word, word_length) &&
		       !is_name_character(line[1 + word_length]);
	case LOOK_NOWHERE:
		break;
	}
	return false;
}

static bool answer_has(const char *answer, const struct feature *feature)
{
	for (const char *line = answer; *line;) {
		size_t length = strcspn(line, "\n");

		if (line_matches(line, length, feature))
			return true;
		line += length + (line[length] == '\n');
	}
	return false;
}

/* " a b c ": the first words of the lines until one that has the word end. */
static char *first_words(const char *answer, const char *end)
{
	AUTO_STRBUF words = STRBUF_INIT;

	strbuf_add_char(&words, ' ');
	for (const char *line = answer; *line;) {
		size_t length = strcspn(line, "\n");
		const char *word = line + strspn(line, " ");
		size_t word_length;

		if (line_has_word(line, length, end))
			break;
		if (!strncmp(word, "x86 ", 4)) /* QEMU before 9.1 has it in front of each model */
			word += 4 + strspn(word + 4, " ");
		for (word_length = 0; is_name_character(word[word_length]);)
			word_length++;
		if (word_length && (word[word_length] == ' ' || word[word_length] == '\n')) {
			strbuf_add(&words, word, word_length);
			strbuf_add_char(&words, ' ');
		}
		line += length + (line[length] == '\n');
	}
	return strbuf_take(&words);
}

/* Of at most three digits. */
static unsigned int leading_number(const char *text)
{
	unsigned int number = 0;

	for (int i = 0; i < 3 && text[i] >= '0' && text[i] <= '9'; i++)
		number = number * 10 + (unsigned int)(text[i] - '0');
	return number;
}

/* "QEMU emulator version 10.0.2 (...)", "terrace-vmm version 0.1.0" */
static int read_version(struct emulator *emulator, const char *help, struct err *err)
{
	const char *version = strstr(help, " version "), *minor;
	size_t name_length = strcspn(help, " \n");

	if (!version || version > help + strcspn(help, "\n") || !name_length)
		return err_set(err, ERR_USER, -EINVAL, emulator->path,
			       "does not answer -help as QEMU and terrace-vmm do, but '%.*s'; name "
			       "an emulator in <emulator>",
			       (int)MIN(strcspn(help, "\n"), (size_t)120), help);
	version += strlen(" version ");
	minor = strchr(version, '.');
	emulator->version_major = leading_number(version);
	emulator->version_minor = minor ? leading_number(minor + 1) : 0;
	if (asprintf(&emulator->name, "%.*s %.*s", (int)name_length, help,
		     (int)strcspn(version, " (\n"), version) < 0)
		return err_set(err, ERR_HOST, -ENOMEM, emulator->path, "out of memory");
	return 0;
}

static int read_answers(struct emulator *emulator, char *const answers[ASK_COUNT], struct err *err)
{
	int ret = read_version(emulator, answers[ASK_HELP], err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		if (features[i].look != LOOK_NOWHERE)
			*feature_of(emulator, &features[i]) = answer_has(answers[features[i].where],
									 &features[i]);
	emulator->weighted_interleave = strstr(answers[ASK_POLICY], "take value '0'");
	emulator->json_objects = emulator->weighted_interleave ||
				 strstr(answers[ASK_POLICY],
					"does not accept value 'weighted-interleave'");
	emulator->machines = first_words(answers[ASK_MACHINES], "properties");
	emulator->cpu_models = first_words(answers[ASK_CPUS], "CPUID");
	if (!emulator->machines || !emulator->cpu_models)
		return err_set(err, ERR_HOST, -ENOMEM, emulator->path, "out of memory");
	if (!emulator->json_objects)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, emulator->path,
			       "%s is too old: QEMU 7.2 or newer is needed", emulator->name);
	return 0;
}

/* All questions at once: QEMU needs a while to start. */
static int ask(struct emulator *emulator, struct err *err)
{
	int64_t deadline_ms = emulator_run_now_ms() + PROBE_MS;
	struct emulator_run runs[ASK_COUNT];
	char *answers[ASK_COUNT] = { NULL };
	unsigned int n_started = 0, n_heard = 0;
	int ret = 0;

	for (; n_started < ASK_COUNT && ret == 0; n_started += ret == 0)
		ret = emulator_run_start(emulator->path, questions[n_started], &runs[n_started],
					 err);
	for (; n_heard < n_started && ret == 0; n_heard++)
		ret = emulator_run_finish(&runs[n_heard], emulator->path, deadline_ms,
					  &answers[n_heard], err);
	for (; n_heard < n_started; n_heard++)
		emulator_run_cancel(&runs[n_heard]);
	if (ret == 0)
		ret = read_answers(emulator, answers, err);
	for (unsigned int i = 0; i < ASK_COUNT; i++)
		free(answers[i]);
	return ret;
}

/* ---- the cache ---- */

/* Which program it was: its path, size and time of change, in words. */
static void add_key(struct json *object, const char *path, const struct stat *status)
{
	json_set_u64(object, "form", CACHE_FORM);
	json_set_string(object, "path", path);
	json_set_u64(object, "size", (uint64_t)status->st_size);
	json_set(object, "mtime",
		 json_new_stringf("%jd.%09ld", (intmax_t)status->st_mtim.tv_sec,
				  status->st_mtim.tv_nsec));
	json_set_u64(object, "inode", status->st_ino);
	json_set_string(object, "reader", TERRACE_VERSION);
}

/* One file for each path; FNV-1a keeps slashes out of the name. */
static char *cache_path(const char *cache_dir, const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	char *file;

	for (const char *p = path; *p; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return asprintf(&file, "%s/emulator-%016" PRIx64 ".json", cache_dir, hash) < 0 ? NULL
										       : file;
}

static bool read_text(const struct json *object, const char *name, char **ret_text)
{
	const char *text;

	if (json_get_string(object, name, &text, NULL) < 0)
		return false;
	*ret_text = strdup(text);
	return *ret_text;
}

/* All or nothing: emulator may be half filled when it is not usable. */
static bool read_cached(struct emulator *emulator, const struct json *cached,
			const struct stat *status)
{
	const struct json *stored;
	struct json *key = json_new_object();
	uint64_t version;
	bool same;

	add_key(key, emulator->path, status);
	same = json_kind(cached) == JSON_OBJECT &&
	       json_get_object(cached, "key", &stored, NULL) == 0 && json_equal(key, stored);
	json_free(key);
	if (!same || !read_text(cached, "name", &emulator->name) ||
	    !read_text(cached, "machines", &emulator->machines) ||
	    !read_text(cached, "cpu-models", &emulator->cpu_models))
		return false;
	if (json_get_u64(cached, "version", &version, NULL) < 0)
		return false;
	emulator->version_major = (unsigned int)(version / 1000);
	emulator->version_minor = (unsigned int)(version % 1000);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		if (json_get_bool(cached, features[i].name, feature_of(emulator, &features[i]),
				  NULL) < 0)
			return false;
	return true;
}

static bool load(struct emulator *emulator, const char *file, const struct stat *status)
{
	FILE *stream = fopen(file, "re");
	AUTO_STRBUF text = STRBUF_INIT;
	struct json *cached;
	char block[4096];
	bool usable;
	size_t n;

	if (!stream)
		return false;
	while ((n = fread(block, 1, sizeof(block), stream)) > 0 && text.length < MIB)
		strbuf_add(&text, block, n);
	fclose(stream);
	if (json_parse(strbuf_text(&text), text.length, JSON_STRICT, NULL, &cached, NULL) < 0)
		return false;
	usable = read_cached(emulator, cached, status);
	json_free(cached);
	return usable;
}

static struct json *to_json(struct emulator *emulator, const struct stat *status)
{
	struct json *object = json_new_object(), *key = json_new_object();

	add_key(key, emulator->path, status);
	json_set(object, "key", key);
	json_set_string(object, "name", emulator->name);
	json_set_u64(object, "version",
		     emulator->version_major * UINT64_C(1000) + emulator->version_minor);
	json_set_string(object, "machines", emulator->machines);
	json_set_string(object, "cpu-models", emulator->cpu_models);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		json_set_bool(object, features[i].name, *feature_of(emulator, &features[i]));
	return object;
}

/* Atomically: somebody else may read it at the same time. */
static void save(struct emulator *emulator, const char *file, const struct stat *status)
{
	struct json *object = to_json(emulator, status);
	autofree char *text = json_print(object, JSON_PRETTY), *temporary = NULL;
	FILE *stream = NULL;
	int fd;

	json_free(object);
	if (!text || asprintf(&temporary, "%s.XXXXXX", file) < 0)
		return;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd >= 0)
		stream = fdopen(fd, "w");
	if (!stream) {
		if (fd >= 0) {
			close(fd);
			unlink(temporary);
		}
		return;
	}
	fprintf(stream, "%s\n", text);
	if (fclose(stream) || rename(temporary, file) < 0)
		unlink(temporary);
}

/* ---- emulators ---- */

void emulator_free(struct emulator *emulator)
{
	if (!emulator)
		return;
	free(emulator->path);
	free(emulator->name);
	free(emulator->machines);
	free(emulator->cpu_models);
	free(emulator);
}

static struct emulator *new_emulator(const char *path, struct err *err)
{
	struct emulator *emulator = calloc(1, sizeof(*emulator));

	if (emulator)
		emulator->path = strdup(path);
	if (emulator && emulator->path)
		return emulator;
	emulator_free(emulator);
	err_set(err, ERR_HOST, -ENOMEM, path, "out of memory");
	return NULL;
}

int emulator_probe(const char *path, const char *cache_dir, struct emulator **ret_emulator,
		   struct err *err)
{
	AUTO(emulator) emulator = new_emulator(path, err);
	autofree char *file = cache_dir ? cache_path(cache_dir, path) : NULL;
	struct stat status;
	int ret;

	if (!emulator)
		return -ENOMEM;
	/* libvirt's text */
	if (stat(path, &status) < 0)
		return err_set_errno(err, ERR_USER, -errno, "/domain/devices/emulator",
				     "Cannot check QEMU binary %s", path);
	if (file && load(emulator, file, &status)) {
		*ret_emulator = TAKE_PTR(emulator);
		return 0;
	}
	/* What was read before it turned out to be unusable must not stay. */
	emulator_free(emulator);
	emulator = new_emulator(path, err);
	if (!emulator)
		return -ENOMEM;
	ret = ask(emulator, err);
	if (ret < 0)
		return ret;
	if (file)
		save(emulator, file, &status);
	*ret_emulator = TAKE_PTR(emulator);
	return 0;
}

const struct emulator *emulator_any(void)
{
	static char path[] = "terrace-vmm", name[] = "any emulator";
	static const struct emulator any = {
		.path = path,
		.name = name,
		.version_major = UINT32_MAX,
		.numa_balancing = true,
		.weighted_interleave = true,
		.thread_context = true,
		.prealloc_threads = true,
		.reserve = true,
		.json_objects = true,
		.memfd = true,
		.canonical_path = true,
		.rng_random = true,
		.pc_dimm = true,
		.nvdimm = true,
		.virtio_mem = true,
		.virtio_mem_dynamic_memslots = true,
		.virtio_mem_prealloc = true,
		.virtio_pmem = true,
		.virtio_balloon = true,
		.pxb = true,
		.pxb_pcie = true,
		.pcie_root_port = true,
		.pci_bridge = true,
		.virtio_blk = true,
		.virtio_net = true,
		.virtio_rng = true,
		.virtio_serial = true,
		.vsock = true,
		.iothread = true,
		.sandbox = true,
		.mem_lock_on_fault = true,
		.blockdev = true,
		.netdev = true,
		.pc_devices = true,
		.cpu_features = true,
		.accel_kvm = true,
		.accel_tcg = true,
	};

	return &any;
}

struct placement_emulator emulator_placement(const struct emulator *emulator)
{
	return (struct placement_emulator){
		.name = emulator->name,
		.numa_balancing = emulator->numa_balancing,
		.weighted_interleave = emulator->weighted_interleave,
	};
}

/* ---- names ---- */

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	if (!length || strchr(word, ' '))
		return false;
	for (const char *p = words; (p = strstr(p, word)); p++)
		if (p > words && p[-1] == ' ' && p[length] == ' ')
			return true;
	return false;
}

bool emulator_has_machine(const struct emulator *emulator, const char *machine)
{
	const char *dash = strrchr(machine, '-');
	char pattern[64];

	if (!emulator->machines || has_word(emulator->machines, machine))
		return true;
	if (!dash || dash[1 + strspn(dash + 1, "0123456789.")] || !dash[1])
		return false;
	snprintf(pattern, sizeof(pattern), "%.*s-X.Y", (int)MIN(dash - machine, (ptrdiff_t)50),
		 machine);
	return has_word(emulator->machines, pattern);
}

bool emulator_has_cpu_model(const struct emulator *emulator, const char *model)
{
	return !emulator->cpu_models || has_word(emulator->cpu_models, model);
}
