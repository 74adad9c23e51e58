/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target as an ordinary test, without a fuzzer.
 *
 * usage: fuzz-NAME CORPUS_FOLDER MUTATIONS MEMORY_MIB
 *        fuzz-NAME FILE                     (one input, to look at a failure)
 *
 * Model: all seeds, in the order of their names; then MUTATIONS inputs, each a seed that was changed in
 *	one to eight places, or joined with a piece of another one. The sequence depends on nothing but
 *	the corpus, so a failure repeats itself.
 * Limits: each input has INPUT_SECONDS and MEMORY_MIB of heap; the whole run may not keep more than
 *	KEPT_BYTES of what it allocated.
 * Failure: the input is written to stderr in C escapes; the exit status is not 0.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_SECONDS 5u
#define INPUT_MAX     16384u /* bytes; longer seeds are run as they are, their mutations are cut */
#define SEEDS_MAX     512u
#define KEPT_BYTES    65536

struct input {
	uint8_t *bytes;
	size_t size;
};

static struct input seeds[SEEDS_MAX];
static size_t seed_count;

/* ---- Telling which input it was ---- */

static const uint8_t *current_bytes;
static size_t current_size;

/* Runs in signal handlers: write(2) alone. */
static void show_current(void)
{
	static const char hex[] = "0123456789abcdef";
	ssize_t ignored = write(STDERR_FILENO, "input: \"", 8);

	for (size_t i = 0; i < current_size && i < 4096; i++) {
		uint8_t b = current_bytes[i];
		char escape[4] = { '\\', 'x', hex[b >> 4], hex[b & 15] };

		if (b >= 0x20 && b < 0x7f && b != '"' && b != '\\')
			ignored = write(STDERR_FILENO, &b, 1);
		else
			ignored = write(STDERR_FILENO, escape, 4);
	}
	ignored = write(STDERR_FILENO, "\"\n", 2);
	(void)ignored;
}

static void on_signal(int number)
{
	static const char hang[] = "takes too long\n";

	if (number == SIGALRM && write(STDERR_FILENO, hang, sizeof(hang) - 1) < 0)
		_exit(1);
	show_current();
	_exit(1);
}

/* Present in sanitizer builds only. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch_for_failure(void)
{
	signal(SIGALRM, on_signal);
	signal(SIGABRT, on_signal);
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(show_current);
	} else {
		signal(SIGSEGV, on_signal);
		signal(SIGBUS, on_signal);
		signal(SIGFPE, on_signal);
	}
}

/* The bytes are copied to an allocation of exactly their size, so that sanitizers see overreads. */
static void run(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, bytes, size);
	current_bytes = copy;
	current_size = size;
	alarm(INPUT_SECONDS);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	current_size = 0;
	free(copy);
}

/* ---- Corpus ---- */

static struct input load(const char *path)
{
	struct input input = { 0 };
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0) {
		perror(path);
		exit(2);
	}
	input.size = (size_t)st.st_size;
	input.bytes = malloc(input.size + 1);
	if (!input.bytes || read(fd, input.bytes, input.size) != st.st_size) {
		perror(path);
		exit(2);
	}
	close(fd);
	return input;
}

static int is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void load_corpus(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_seed, alphasort);

	if (count <= 0 || (size_t)count > SEEDS_MAX) {
		fprintf(stderr, "%s: needs 1 to %u seeds\n", folder, SEEDS_MAX);
		exit(2);
	}
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		seeds[seed_count++] = load(path);
		free(entries[i]);
	}
	free(entries);
}

/* ---- Mutations ---- */

/* xorshift64 (Marsaglia, "Xorshift RNGs", 2003). */
static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static size_t random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return limit ? random_state % limit : 0;
}

static void erase(struct input *input, size_t at, size_t count)
{
	memmove(input->bytes + at, input->bytes + at + count, input->size - at - count);
	input->size -= count;
}

static void insert(struct input *input, size_t at, const uint8_t *bytes, size_t count)
{
	if (count > INPUT_MAX - input->size)
		count = INPUT_MAX - input->size;
	memmove(input->bytes + at + count, input->bytes + at, input->size - at);
	memcpy(input->bytes + at, bytes, count);
	input->size += count;
}

/* A piece of a seed, put somewhere. Seeds are full of the tokens that matter. */
static void insert_piece(struct input *input)
{
	const struct input *from = &seeds[random_below(seed_count)];
	size_t start = random_below(from->size);
	size_t count = random_below(from->size - start + 1);

	insert(input, random_below(input->size + 1), from->bytes + start, count);
}

/* The same short piece many times: nesting, long numbers, long names. */
static void repeat_piece(struct input *input)
{
	uint8_t piece[8];
	size_t at = random_below(input->size), count = 1 + random_below(sizeof(piece));
	size_t times = random_below(200);

	if (count > input->size - at)
		return;
	memcpy(piece, input->bytes + at, count);
	while (times--)
		insert(input, at, piece, count);
}

static void mutate(struct input *input)
{
	static const uint8_t edges[] = { 0,   1,   0x7f, 0x80, 0xff, ' ', '\n', '"', '\\', '0',
					 '9', '-', ',',	 '=',  ':',  '{', '}',	'[', ']' };
	size_t at = random_below(input->size);

	switch (input->size ? random_below(7) : 4) {
	case 0:
		input->bytes[at] ^= (uint8_t)(1u << random_below(8));
		break;
	case 1:
		input->bytes[at] = (uint8_t)random_below(256);
		break;
	case 2:
		input->bytes[at] = edges[random_below(sizeof(edges))];
		break;
	case 3:
		erase(input, at, random_below(input->size - at + 1));
		break;
	case 4:
		insert_piece(input);
		break;
	case 5:
		repeat_piece(input);
		break;
	case 6:
		insert(input, at, &edges[random_below(sizeof(edges))], 1);
		break;
	}
}

static void run_mutations(unsigned long count)
{
	static uint8_t buffer[INPUT_MAX];

	while (count--) {
		const struct input *seed = &seeds[random_below(seed_count)];
		struct input input = { buffer, seed->size < INPUT_MAX ? seed->size : INPUT_MAX };
		size_t changes = 1 + random_below(8);

		memcpy(buffer, seed->bytes, input.size);
		while (changes--)
			mutate(&input);
		run(buffer, input.size);
	}
}

int main(int argc, char **argv)
{
	unsigned long mutations;
	long live_bytes;

	if (argc == 2) {
		seeds[0] = load(argv[1]);
		run(seeds[0].bytes, seeds[0].size);
		return 0;
	}
	if (argc != 4) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER MUTATIONS MEMORY_MIB | FILE\n", argv[0]);
		return 2;
	}
	load_corpus(argv[1]);
	mutations = strtoul(argv[2], NULL, 10);
	watch_for_failure();
	fuzz_memory_watch(strtoul(argv[3], NULL, 10) << 20);
	for (size_t i = 0; i < seed_count; i++)
		run(seeds[i].bytes, seeds[i].size);
	/* The first pass may fill caches that last; after it nothing may pile up. */
	live_bytes = fuzz_memory_live_bytes();
	run_mutations(mutations);
	if (fuzz_memory_live_bytes() - live_bytes > KEPT_BYTES) {
		fprintf(stderr, "%ld bytes were not released\n",
			fuzz_memory_live_bytes() - live_bytes);
		return 1;
	}
	printf("%zu seeds, %lu mutations\n", seed_count, mutations);
	for (size_t i = 0; i < seed_count; i++)
		free(seeds[i].bytes);
	return 0;
}
