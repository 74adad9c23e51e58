/* SPDX-License-Identifier: Apache-2.0 */
/* Memory policies by system call: see mempolicy.h. */
#include "host/mempolicy.h"

#include <assert.h>
#include <errno.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "host/facts.h"

/* include/uapi/linux/mempolicy.h of Linux 6.9; headers of Debian 12 are older. */
#define MODE_WEIGHTED_INTERLEAVE 6

_Static_assert(sizeof(unsigned long) == sizeof(uint64_t), "an idset's words are the kernel's mask");

static long sys_mbind(void *addr, size_t size_bytes, int mode, const struct idset *nodes,
		      unsigned int flags)
{
	int highest = idset_last(nodes);

	/*
	 * The kernel takes the first maxnode - 1 bits (its get_nodes() decrements), hence 2 more
	 * than the highest bit.
	 */
	return syscall(SYS_mbind, addr, size_bytes, mode, highest < 0 ? NULL : nodes->words,
		       (unsigned long)(highest + 2), flags);
}

static int kernel_mode(const struct host_policy *policy)
{
	int mode = MPOL_DEFAULT;

	switch (policy->mode) {
	case HOST_POLICY_DEFAULT:
		break;
	case HOST_POLICY_PREFERRED:
		/* The balancing flag is known to the preferred-many mode only. */
		mode = idset_count(&policy->nodes) > 1 || policy->numa_balancing
			       ? MPOL_PREFERRED_MANY
			       : MPOL_PREFERRED;
		break;
	case HOST_POLICY_BIND:
		mode = MPOL_BIND;
		break;
	case HOST_POLICY_INTERLEAVE:
		mode = MPOL_INTERLEAVE;
		break;
	case HOST_POLICY_WEIGHTED_INTERLEAVE:
		mode = MODE_WEIGHTED_INTERLEAVE;
		break;
	case HOST_POLICY_COUNT:
		assert(false);
	}
	return policy->numa_balancing ? mode | MPOL_F_NUMA_BALANCING : mode;
}

/* An empty range makes the kernel check mode and flags and nothing else. */
static bool kernel_has_mode(int mode, const struct idset *nodes)
{
	return !sys_mbind(NULL, 0, mode, nodes, 0) || errno != EINVAL;
}

/* Why did mbind say EINVAL: is it the mode, the flag, or the nodes? */
static int explain_refusal(int mode, const struct host_policy *policy, struct err *err)
{
	int plain = mode & ~MPOL_F_NUMA_BALANCING;

	if (!kernel_has_mode(plain, &policy->nodes)) {
		if (plain == MODE_WEIGHTED_INTERLEAVE)
			return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
				       "policy weighted-interleave needs Linux 6.9 or newer");
		if (plain == MPOL_PREFERRED_MANY)
			return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
				       "policy preferred with several host-nodes or with "
				       "numa-balancing needs Linux 5.15 or newer");
	}
	if (plain != mode && !kernel_has_mode(mode, &policy->nodes))
		return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
			       "this kernel does not know numa-balancing=on with this policy "
			       "(Linux 6.12 does)");
	return err_set_errno(err, ERR_HOST, -EINVAL, NULL, "cannot bind memory to host NUMA nodes");
}

int host_policy_set(void *addr, size_t size_bytes, const struct host_policy *policy,
		    struct err *err)
{
	int mode = kernel_mode(policy);
	int ret;

	assert(policy->mode != HOST_POLICY_DEFAULT || idset_is_empty(&policy->nodes));
	if (!sys_mbind(addr, size_bytes, mode, &policy->nodes, MPOL_MF_STRICT | MPOL_MF_MOVE))
		return 0;
	ret = -errno;
	if (ret == -EINVAL)
		return explain_refusal(mode, policy, err);
	return err_set_errno(err, ERR_HOST, ret, NULL, "cannot bind memory to host NUMA nodes");
}

static bool mode_from_kernel(int mode, enum host_policy_mode *ret_mode)
{
	switch (mode & ~MPOL_MODE_FLAGS) {
	case MPOL_DEFAULT:
	case MPOL_LOCAL:
		*ret_mode = HOST_POLICY_DEFAULT;
		return true;
	case MPOL_PREFERRED:
	case MPOL_PREFERRED_MANY:
		*ret_mode = HOST_POLICY_PREFERRED;
		return true;
	case MPOL_BIND:
		*ret_mode = HOST_POLICY_BIND;
		return true;
	case MPOL_INTERLEAVE:
		*ret_mode = HOST_POLICY_INTERLEAVE;
		return true;
	case MODE_WEIGHTED_INTERLEAVE:
		*ret_mode = HOST_POLICY_WEIGHTED_INTERLEAVE;
		return true;
	}
	return false;
}

int host_policy_get(const void *addr, struct host_policy *ret_policy, struct err *err)
{
	struct host_policy policy = { 0 };
	int mode;

	/* maxnode must cover the kernel's own node count, which is at most HOST_NODE_MAX. */
	if (syscall(SYS_get_mempolicy, &mode, policy.nodes.words, HOST_NODE_MAX + 1ul, addr,
		    MPOL_F_ADDR))
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot read the memory policy");
	if (!mode_from_kernel(mode, &policy.mode))
		return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
			       "the kernel reports an unknown memory policy %d", mode);
	policy.numa_balancing = mode & MPOL_F_NUMA_BALANCING;
	*ret_policy = policy;
	return 0;
}

int host_nodes_allowed(struct idset *ret_nodes, struct err *err)
{
	struct idset nodes = IDSET_EMPTY;

	if (syscall(SYS_get_mempolicy, NULL, nodes.words, HOST_NODE_MAX + 1ul, NULL,
		    MPOL_F_MEMS_ALLOWED))
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot read the allowed nodes");
	*ret_nodes = nodes;
	return 0;
}
