/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checked access to guest memory: see guest_memory.h.
 *
 * Theory of operation
 *
 * Model: an array of ranges, sorted by start, disjoint. An access finds its first range by binary
 * search, then walks on while the next range starts where the last one ended. It walks twice: once
 * to see that every byte is there, once to act; so a refused access has touched nothing.
 *
 * Threads and locks: `lock` protects the array. An access holds it for reading for its whole
 * length; that is what makes "removed" mean "no longer used". Writers are preferred: glibc's
 * default would let busy vCPUs starve the main thread's remove for ever. Readers never nest (an
 * access calls nothing that accesses), which writer preference needs.
 *
 * Limits: the bytes are shared with running vCPUs. A copy is no snapshot: whoever validates guest
 * data copies it once and uses the copy.
 */
#include "vmm/memory/guest_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/util.h"

struct guest_range {
	struct range range;
	unsigned char *host;
};

struct guest_memory {
	pthread_rwlock_t lock; /* protects ranges, n_ranges, room */
	struct guest_range *ranges;
	size_t n_ranges;
	size_t room;
};

struct guest_memory *guest_memory_new(void)
{
	struct guest_memory *mem = calloc(1, sizeof(*mem));
	pthread_rwlockattr_t attr;

	if (!mem)
		return NULL;
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&mem->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	return mem;
}

void guest_memory_free(struct guest_memory *mem)
{
	if (!mem)
		return;
	pthread_rwlock_destroy(&mem->lock);
	free(mem->ranges);
	free(mem);
}

/* Index of the first range that ends above address; n_ranges when there is none. */
static size_t find(const struct guest_memory *mem, uint64_t address)
{
	size_t low = 0, high = mem->n_ranges;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct range r = mem->ranges[mid].range;

		/* The last byte, because the end of a range may be 2^64. */
		if (r.start + (r.size_bytes - 1) < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int make_room(struct guest_memory *mem)
{
	size_t room = mem->room ? mem->room * 2 : 8;
	struct guest_range *ranges;

	if (mem->n_ranges < mem->room)
		return 0;
	ranges = reallocarray(mem->ranges, room, sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	mem->ranges = ranges;
	mem->room = room;
	return 0;
}

static int insert(struct guest_memory *mem, struct guest_range added, struct err *err)
{
	size_t at = find(mem, added.range.start);

	if (at < mem->n_ranges && range_overlaps(mem->ranges[at].range, added.range))
		return err_set(err, ERR_USER, -EEXIST, NULL,
			       "guest memory at 0x%" PRIx64 " overlaps the range at 0x%" PRIx64,
			       added.range.start, mem->ranges[at].range.start);
	if (make_room(mem) < 0)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "guest memory");
	memmove(mem->ranges + at + 1, mem->ranges + at,
		(mem->n_ranges - at) * sizeof(*mem->ranges));
	mem->ranges[at] = added;
	mem->n_ranges++;
	return 0;
}

int guest_memory_add(struct guest_memory *mem, gpa_t start, uint64_t size_bytes, void *host,
		     struct err *err)
{
	struct guest_range added = { { start.value, size_bytes }, host };
	int ret;

	if (!size_bytes || start.value + (size_bytes - 1) < start.value)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "guest memory at 0x%" PRIx64 " is empty or wraps", start.value);
	pthread_rwlock_wrlock(&mem->lock);
	ret = insert(mem, added, err);
	pthread_rwlock_unlock(&mem->lock);
	return ret;
}

int guest_memory_remove(struct guest_memory *mem, gpa_t start)
{
	int ret = -ENOENT;
	size_t at;

	pthread_rwlock_wrlock(&mem->lock);
	at = find(mem, start.value);
	if (at < mem->n_ranges && mem->ranges[at].range.start == start.value) {
		mem->n_ranges--;
		memmove(mem->ranges + at, mem->ranges + at + 1,
			(mem->n_ranges - at) * sizeof(*mem->ranges));
		ret = 0;
	}
	pthread_rwlock_unlock(&mem->lock);
	return ret;
}

/*
 * One contiguous piece of an access; done bytes came before it. A negative errno ends the access.
 */
typedef int piece_fn(void *opaque, unsigned char *host, uint64_t done, size_t size_bytes);

static bool is_covered(const struct guest_memory *mem, size_t at, struct range wanted)
{
	uint64_t next = wanted.start, left = wanted.size_bytes;

	for (; left; at++) {
		struct range r;
		uint64_t part;

		if (at == mem->n_ranges)
			return false;
		r = mem->ranges[at].range;
		if (next < r.start)
			return false;
		part = MIN(left, r.size_bytes - (next - r.start));
		left -= part;
		next += part;
		if (left && !next) /* behind 2^64 */
			return false;
	}
	return true;
}

/* Call with the lock held. */
static int access_locked(struct guest_memory *mem, struct range wanted, piece_fn *fn, void *opaque)
{
	size_t at = find(mem, wanted.start);
	uint64_t done = 0;

	if (!is_covered(mem, at, wanted))
		return -EFAULT;
	for (; done < wanted.size_bytes; at++) {
		const struct guest_range *g = &mem->ranges[at];
		uint64_t in = wanted.start + done - g->range.start;
		uint64_t part = MIN(wanted.size_bytes - done, g->range.size_bytes - in);
		int ret = fn(opaque, g->host + in, done, part);

		if (ret < 0)
			return ret;
		done += part;
	}
	return 0;
}

static int access_memory(struct guest_memory *mem, gpa_t start, uint64_t size_bytes, piece_fn *fn,
			 void *opaque)
{
	struct range wanted = { start.value, size_bytes };
	int ret;

	pthread_rwlock_rdlock(&mem->lock);
	ret = access_locked(mem, wanted, fn, opaque);
	pthread_rwlock_unlock(&mem->lock);
	return ret;
}

static int read_piece(void *opaque, unsigned char *host, uint64_t done, size_t size_bytes)
{
	memcpy((unsigned char *)opaque + done, host, size_bytes);
	return 0;
}

int guest_memory_read(struct guest_memory *mem, gpa_t from, void *to, size_t size_bytes)
{
	return access_memory(mem, from, size_bytes, read_piece, to);
}

static int write_piece(void *opaque, unsigned char *host, uint64_t done, size_t size_bytes)
{
	const unsigned char *const *from = opaque;

	memcpy(host, *from + done, size_bytes);
	return 0;
}

int guest_memory_write(struct guest_memory *mem, gpa_t to, const void *from, size_t size_bytes)
{
	return access_memory(mem, to, size_bytes, write_piece, &from);
}

static int zero_piece(void *opaque, unsigned char *host, uint64_t done, size_t size_bytes)
{
	(void)opaque;
	(void)done;
	memset(host, 0, size_bytes);
	return 0;
}

int guest_memory_zero(struct guest_memory *mem, gpa_t start, uint64_t size_bytes)
{
	return access_memory(mem, start, size_bytes, zero_piece, NULL);
}

struct file_source {
	int fd;
	uint64_t offset;
};

static int file_piece(void *opaque, unsigned char *host, uint64_t done, size_t size_bytes)
{
	const struct file_source *source = opaque;
	size_t used = 0;

	while (used < size_bytes) {
		ssize_t got = pread(source->fd, host + used, size_bytes - used,
				    (off_t)(source->offset + done + used));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return -EIO;
		used += (size_t)got;
	}
	return 0;
}

int guest_memory_read_file(struct guest_memory *mem, gpa_t to, int fd, uint64_t offset,
			   uint64_t size_bytes)
{
	struct file_source source = { fd, offset };
	uint64_t end;

	if (!checked_add(offset, size_bytes, &end) || end > INT64_MAX)
		return -EINVAL;
	return access_memory(mem, to, size_bytes, file_piece, &source);
}
