/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target that does what others must not, to prove that replay.c notices: the seed's first word
 * says what. selftest.sh checks that each fails.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

static void *volatile kept;

static void crash(void)
{
	abort();
}

/* Sleeping is as good as looping and leaves the processor to the other tests. */
static void hang(void)
{
	for (;;)
		pause();
}

/* Asks for more than the limit at once, which the system would grant. */
static void grow(void)
{
	kept = malloc(64u << 20);
	free(kept);
}

static void leak(void)
{
	kept = malloc(10000);
}

static const struct {
	const char *word;
	void (*misbehave)(void);
} misdeeds[] = {
	{ "crash", crash },
	{ "hang", hang },
	{ "grow", grow },
	{ "leak", leak },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(misdeeds) / sizeof(misdeeds[0]); i++) {
		size_t length = strlen(misdeeds[i].word);

		if (size >= length && !memcmp(data, misdeeds[i].word, length))
			misdeeds[i].misbehave();
	}
	return 0;
}
