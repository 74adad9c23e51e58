/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of guest memory: see backend_fd.h. */
#include "vmm/memory/backend_fd.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/util.h"

/* The page size behind a descriptor: hugetlbfs says so in its block size (statfs(2)). */
static int page_bytes_of(int fd, uint64_t *ret_bytes, struct err *err)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot query the file system");
	*ret_bytes = fs.f_type == HUGETLBFS_MAGIC ? (uint64_t)fs.f_bsize : 4096;
	return 0;
}

static unsigned int memfd_flags(const struct spec_backend *spec)
{
	unsigned int flags = MFD_CLOEXEC;

	if (spec->seal)
		flags |= MFD_ALLOW_SEALING;
	if (spec->hugetlb)
		flags |= MFD_HUGETLB;
	if (spec->hugetlb && spec->hugetlbsize_bytes)
		flags |= (unsigned int)__builtin_ctzll(spec->hugetlbsize_bytes) << MFD_HUGE_SHIFT;
	return flags;
}

static int open_memfd(const struct spec_backend *spec, struct memory_fd *ret_fd, struct err *err)
{
	autoclose int fd = -1;
	char name[200];
	uint64_t page_bytes, size_bytes = spec->size_bytes;
	int ret;

	if (spec->hugetlbsize_bytes && !is_power_of_two(spec->hugetlbsize_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL, "Hugepage size must be a power of 2");
	/* The name is what /proc/PID/maps shows: /memfd:terrace:ID. */
	snprintf(name, sizeof(name), "terrace:%s", spec->id);
	fd = memfd_create(name, memfd_flags(spec));
	if (fd < 0 && spec->hugetlb && (errno == ENODEV || errno == EINVAL || errno == ENOENT))
		return err_set(err, ERR_HOST, -errno, NULL,
			       "failed to create memfd: this host has no huge pages of %" PRIu64
			       " KiB",
			       spec->hugetlbsize_bytes / KIB);
	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "failed to create memfd");
	ret = page_bytes_of(fd, &page_bytes, err);
	if (ret < 0)
		return ret;
	/* Base pages round up like anonymous memory; a partial huge page is the user's mistake. */
	if (!spec->hugetlb && !checked_align_up(size_bytes, page_bytes, &size_bytes))
		return err_set_errno(err, ERR_USER, -EFBIG, NULL, "memory size");
	if (ftruncate(fd, (off_t)size_bytes) < 0)
		return err_set_errno(err, ERR_USER, -errno, NULL,
				     "failed to resize memfd to %" PRIu64, size_bytes);
	if (spec->seal && fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "failed to seal memfd");
	*ret_fd = (struct memory_fd){ TAKE_FD(fd), page_bytes, false };
	return 0;
}

/* A file of its own that has no name: mem-path is a directory. */
static int open_unlinked(const struct spec_backend *spec)
{
	autofree char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/terrace-%s-XXXXXX", spec->mem_path, spec->id) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

/* A descriptor or a negative errno. */
static int open_path(const struct spec_backend *spec, bool *ret_created)
{
	int flags = (spec->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC;
	int fd = open(spec->mem_path, flags);

	*ret_created = false;
	if (fd >= 0)
		return fd;
	if (errno == EISDIR && !spec->readonly)
		return open_unlinked(spec);
	if (errno != ENOENT || spec->readonly)
		return -errno;
	fd = open(spec->mem_path, flags | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		return -errno;
	*ret_created = true;
	return fd;
}

static int grow_file(const struct spec_backend *spec, int fd, uint64_t page_bytes, struct err *err)
{
	uint64_t wanted, end;
	struct stat st;

	if (!is_aligned(spec->offset_bytes, page_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "offset 0x%" PRIx64 " must be multiples of page size 0x%" PRIx64,
			       spec->offset_bytes, page_bytes);
	if (!checked_align_up(spec->size_bytes, page_bytes, &wanted) ||
	    !checked_add(spec->offset_bytes, wanted, &end) || end > INT64_MAX)
		return err_set_errno(err, ERR_USER, -EFBIG, NULL, "memory size");
	if (fstat(fd, &st) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot query the backing store");
	if (S_ISDIR(st.st_mode))
		return err_set_errno(err, ERR_USER, -EISDIR, NULL,
				     "can't open backing store %s for guest RAM", spec->mem_path);
	if (S_ISCHR(st.st_mode)) /* device DAX: its size is its own matter, mmap checks it */
		return 0;
	if (st.st_size && (uint64_t)st.st_size < end)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "%s backing store size 0x%" PRIx64
			       " is too small for 'size' option 0x%" PRIx64
			       " plus 'offset' option 0x%" PRIx64,
			       spec->id, (uint64_t)st.st_size, wanted, spec->offset_bytes);
	if (!st.st_size && ftruncate(fd, (off_t)end) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL,
				     "can't make backing store %s %" PRIu64 " bytes large",
				     spec->mem_path, end);
	return 0;
}

static int open_file(const struct spec_backend *spec, struct memory_fd *ret_fd, struct err *err)
{
	autoclose int fd = -1;
	uint64_t page_bytes = 4096;
	bool created;
	int ret;

	fd = open_path(spec, &created);
	if (fd < 0)
		return err_set_errno(err, ERR_USER, fd, NULL,
				     "can't open backing store %s for guest RAM", spec->mem_path);
	ret = page_bytes_of(fd, &page_bytes, err);
	if (ret == 0)
		ret = grow_file(spec, fd, page_bytes, err);
	if (ret < 0) {
		if (created)
			unlink(spec->mem_path);
		return ret;
	}
	*ret_fd = (struct memory_fd){ TAKE_FD(fd), page_bytes, created };
	return 0;
}

int memory_fd_open(const struct spec_backend *spec, struct memory_fd *ret_fd, struct err *err)
{
	assert(spec->type == SPEC_BACKEND_MEMFD || spec->type == SPEC_BACKEND_FILE);
	if (spec->type == SPEC_BACKEND_MEMFD)
		return open_memfd(spec, ret_fd, err);
	return open_file(spec, ret_fd, err);
}
