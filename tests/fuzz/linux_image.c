/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux_image_plan() over any file: no crash, and a plan that is handed out can be carried out: its
 * segments lie in the file and between 1 and 4 GiB's borders, disjoint, with the entry inside.
 */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "fuzz.h"
#include "vmm/boot/layout.h"
#include "vmm/boot/linux_image.h"

struct file {
	const uint8_t *bytes;
	size_t size_bytes;
};

static int read_file(void *opaque, uint64_t offset, void *to, size_t size_bytes)
{
	const struct file *file = opaque;

	/* The parser promises to ask only for what the file has. */
	FUZZ_CHECK(offset <= file->size_bytes && size_bytes <= file->size_bytes - offset);
	memcpy(to, file->bytes + offset, size_bytes);
	return 0;
}

static struct range memory_of(const struct linux_segment *segment)
{
	return (struct range){ segment->gpa, segment->mem_bytes };
}

static void check_plan(const struct linux_load_plan *plan, size_t size_bytes)
{
	struct range high = { BOOT_HIGH_GPA, BOOT_IDENTITY_END_GPA - BOOT_HIGH_GPA };
	bool entry_inside = false;

	FUZZ_CHECK(plan->n_segments >= 1 && plan->n_segments <= LINUX_SEGMENT_MAX);
	FUZZ_CHECK(plan->setup_header_bytes <= sizeof(plan->setup_header));
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct linux_segment *s = &plan->segments[i];

		FUZZ_CHECK(range_contains((struct range){ 0, size_bytes }, s->file_offset,
					  s->file_bytes));
		FUZZ_CHECK(s->file_bytes <= s->mem_bytes);
		FUZZ_CHECK(range_contains(high, s->gpa, s->mem_bytes));
		FUZZ_CHECK(s->gpa + s->mem_bytes <= plan->end_gpa);
		entry_inside |= range_contains(memory_of(s), plan->entry_gpa, 1);
		for (size_t k = 0; k < i; k++)
			FUZZ_CHECK(!range_overlaps(memory_of(s), memory_of(&plan->segments[k])));
	}
	FUZZ_CHECK(entry_inside);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file file = { data, size };
	struct linux_image_source source = { read_file, &file, size };
	struct linux_load_plan plan;
	struct err err = ERR_INIT;
	int r;

	memset(&plan, 0xa5, sizeof(plan));
	r = linux_image_plan(&source, &plan, &err);
	if (r == 0) {
		check_plan(&plan, size);
	} else {
		FUZZ_CHECK(err.code == r && err.message[0] && !strchr(err.message, '\n'));
		for (size_t i = 0; i < sizeof(plan); i++)
			FUZZ_CHECK(((const uint8_t *)&plan)[i] == 0xa5);
	}
	return 0;
}
