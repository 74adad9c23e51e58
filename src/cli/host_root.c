/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_root.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "base/size.h"
#include "host/sysfs.h"

int host_root_facts(const struct verb_call *call, int *ret_root_fd, struct host_facts **ret_facts,
		    struct err *err)
{
	const char *path = verb_text(call, "host");
	autoclose int fd = path ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)
				: host_root_open(err);
	int ret;

	if (fd < 0)
		return path ? err_set_errno(err, ERR_USER, -errno, "--host",
					    "cannot open directory '%s'", path)
			    : fd;
	ret = host_facts_read(fd, ret_facts, err);
	if (ret < 0)
		return ret;
	*ret_root_fd = TAKE_FD(fd);
	return 0;
}

int host_root_node(const struct verb_call *call, const char *name, const struct host_facts *facts,
		   const struct host_node **ret_node, struct err *err)
{
	const char *text = verb_text(call, name);
	const struct host_node *node = NULL;
	uint64_t id;

	if (number_parse(text, &id) < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Numeric value '%s' for <%s> option is malformed or out of range",
			       text, name);
	if (id < HOST_NODE_MAX)
		node = host_facts_node(facts, (unsigned int)id);
	if (!node)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "internal error: start cell %" PRIu64 " out of range (0-%u)", id,
			       facts->node[facts->n_nodes - 1].id);
	*ret_node = node;
	return 0;
}
