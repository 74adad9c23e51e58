/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command numatune: other host nodes for a running domain.
 *
 * Theory of operation
 *
 * Job: memory that only the cgroup keeps in place (restrictive, migratable) gets other nodes, for the
 * domain or for one cell, while the guest runs. What has a policy cannot: that needs the VMM to bind
 * again and move, which is refused with the reason.
 *
 * Model: the change is made in a copy of the description, for which a placement is decided as for a
 * start; the difference between the two placements is what is done. So per-cell nodes stay per-cell.
 *
 * Order: the leader's group first gets old and new nodes (widening it moves nothing; its nodes are also
 * what move_pages() may move to). Each vCPU whose nodes change gets a new group and is moved into
 * it, because writing the old group's nodes would migrate pages of the whole process. Pages of cells
 * that changed are then moved as in any audit (audit.c), by a child process, so that commands are
 * answered meanwhile; when it has ended the leader's group is narrowed.
 *
 * Limits: one change at a time. Failure before the first write changes nothing; a page that cannot be
 * moved stays, and the log says how many.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "domain/domain.h"
#include "host/facts.h"
#include "host/sysfs.h"
#include "manager/control.h"

#define ANSWER_MS 5000
#define NOT_VALID "Requested operation is not valid: "
#define NEEDS_MOVE                                                                           \
	": its memory has a policy, and binding it again is a job of the VMM that does not " \
	"exist yet"

struct change {
	bool has_mode, has_cell, has_nodes;
	const char *mode, *nodeset;
	unsigned int cell;
	struct idset nodes;
};

/* ---- checks, in libvirt's order (virDomainSetNumaParameters) ------------------------------------ */

static int read_change(const struct json *args, struct change *change, struct err *err)
{
	uint64_t cell;
	int ret = 0;

	*change = (struct change){ 0 };
	if (json_member(args, "mode")) {
		ret = json_get_string(args, "mode", &change->mode, err);
		change->has_mode = true;
	}
	if (ret == 0 && json_member(args, "nodeset")) {
		ret = json_get_string(args, "nodeset", &change->nodeset, err);
		change->has_nodes = true;
	}
	if (ret == 0 && json_member(args, "cell")) {
		ret = json_get_u64(args, "cell", &cell, err);
		change->cell = (unsigned int)MIN(cell, UINT64_C(0xffffffff));
		change->has_cell = true;
	}
	return ret;
}

static enum domain_numa_mode live_mode(const struct supervisor *s)
{
	const struct domain_numatune *tune = &s->domain->numatune;

	return tune->given && tune->memory.given ? tune->memory.mode : 0;
}

static bool is_by_cgroup(const struct supervisor *s)
{
	return live_mode(s) == DOMAIN_NUMA_RESTRICTIVE ||
	       (live_mode(s) == DOMAIN_NUMA_STRICT &&
		s->domain->numatune.memory.migratable == DOMAIN_YES);
}

static const struct idset *live_nodes(const struct supervisor *s, const struct change *change)
{
	const struct domain_numatune *tune = &s->domain->numatune;
	const struct domain_numatune_memnode *memnode =
		change->has_cell ? domain_memnode_find(s->domain, change->cell) : NULL;

	if (memnode)
		return &memnode->nodeset.ids;
	return tune->memory.nodeset.given ? &tune->memory.nodeset.ids : &s->placement->advice;
}

static int check_mode(const struct supervisor *s, const struct change *change, struct err *err)
{
	enum domain_numa_mode live = live_mode(s);
	const char *live_name = domain_numa_mode_name(live ? live : DOMAIN_NUMA_STRICT);
	bool known = false;

	if (!change->has_mode)
		return 0;
	for (int mode = DOMAIN_NUMA_STRICT; mode <= DOMAIN_NUMA_WEIGHTED_INTERLEAVE; mode++)
		known |= !strcmp(domain_numa_mode_name(mode), change->mode);
	if (!known)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: unsupported numatune mode: '%s'", change->mode);
	if (strcmp(live_name, change->mode) != 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       NOT_VALID "can't change numatune mode for running domain");
	return 0;
}

static int check_nodes(const struct supervisor *s, struct change *change, struct err *err)
{
	if (!change->has_nodes)
		return 0;
	if (idset_parse(change->nodeset, HOST_NODE_MAX, &change->nodes, NULL) < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: Failed to parse bitmap '%s'", change->nodeset);
	if (change->has_mode && !is_by_cgroup(s) && live_mode(s) == DOMAIN_NUMA_STRICT &&
	    !idset_equal(&change->nodes, live_nodes(s, change)))
		return err_set(
			err, ERR_USER, -EINVAL, NULL,
			NOT_VALID
			"can't change nodeset for strict mode for running domain" NEEDS_MOVE);
	if (!is_by_cgroup(s))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       NOT_VALID "change of nodeset for running domain requires "
					 "restrictive numa mode%s",
			       live_mode(s) ? NEEDS_MOVE : "");
	if (idset_is_empty(&change->nodes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "invalid argument: Invalid nodeset of 'numatune': %s",
			       change->nodeset);
	return 0;
}

static int check(const struct supervisor *s, struct change *change, struct err *err)
{
	int ret;

	if (!s->groups.cgroup || !s->groups.host.cpuset)
		return err_set(err, ERR_HOST, -ENOTSUP, NULL, "%s",
			       geteuid() ? NOT_VALID "NUMA tuning is not available in session mode"
					 : NOT_VALID "cgroup cpuset controller is not mounted");
	ret = check_mode(s, change, err);
	if (ret == 0)
		ret = check_nodes(s, change, err);
	if (ret == 0 && change->has_cell && change->cell >= s->domain->cpu.numa.n_cells)
		ret = err_set(err, ERR_USER, -EINVAL, NULL,
			      "invalid argument: the domain has no cell %u", change->cell);
	if (ret == 0 && change->has_nodes && s->is_wide)
		ret = err_set(err, ERR_BUSY, -EBUSY, NULL,
			      "operation failed: pages of an earlier change are still being moved: "
			      "try again later");
	return ret;
}

/* ---- the new description and placement ----------------------------------------------------------- */

static int set_memnode(struct domain_spec *domain, const struct change *change)
{
	struct domain_numatune *tune = &domain->numatune;
	struct domain_numatune_memnode *more;

	for (size_t i = 0; i < tune->n_memnodes; i++)
		if (tune->memnodes[i].cellid.value == change->cell) {
			tune->memnodes[i].nodeset.ids = change->nodes;
			return 0;
		}
	more = realloc(tune->memnodes, (tune->n_memnodes + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	tune->memnodes = more;
	more[tune->n_memnodes++] = (struct domain_numatune_memnode){
		.cellid = { true, change->cell },
		.mode = tune->memory.mode,
		.nodeset = { true, change->nodes },
	};
	return 0;
}

static int change_domain(const struct supervisor *s, const struct change *change,
			 struct domain_spec **ret_domain, struct err *err)
{
	AUTO(domain_spec) domain = NULL;
	autofree char *xml = NULL, *again = NULL;
	struct domain_spec *checked;
	int ret = domain_print(s->domain, &xml, err);

	if (ret == 0)
		ret = domain_read(xml, strlen(xml), s->state.name, DOMAIN_READ_LAX, &domain, err);
	if (ret < 0)
		return ret;
	if (change->has_cell) {
		ret = set_memnode(domain, change);
	} else {
		domain->numatune.memory.placement = DOMAIN_STATIC;
		domain->numatune.memory.nodeset = (struct domain_set){ true, change->nodes };
	}
	if (ret < 0)
		return err_set_errno(err, ERR_HOST, ret, NULL, "numatune");
	/* The rules between elements. */
	ret = domain_print(domain, &again, err);
	if (ret == 0)
		ret = domain_read(again, strlen(again), s->state.name, DOMAIN_READ_LAX, &checked,
				  err);
	if (ret == 0)
		*ret_domain = checked;
	return ret;
}

static int decide(struct supervisor *s, const struct domain_spec *domain,
		  struct placement **ret_placement, struct err *err)
{
	struct placement_emulator emulator = emulator_placement(s->emulator);
	autoclose int root_fd = host_root_open(err);
	AUTO(host_facts) facts = NULL;
	int ret;

	if (root_fd < 0)
		return root_fd;
	ret = host_facts_read(root_fd, &facts, err);
	return ret < 0 ? ret : placement_build(domain, facts, &emulator, ret_placement, err);
}

/* ---- doing it ------------------------------------------------------------------------------------ */

static int replace_vcpus(struct supervisor *s, const struct placement *new, struct err *err)
{
	size_t n = MIN(new->n_vcpus, s->placement->n_vcpus);
	char group[32];

	n = MIN(n, s->n_vcpus);
	for (size_t i = 0; i < n; i++) {
		int ret;

		if (idset_equal(&new->vcpu_mems[i], &s->placement->vcpu_mems[i]))
			continue;
		snprintf(group, sizeof(group), "vcpu%zu", i);
		ret = cgroup_mems_replace(s->groups.cgroup, group, &new->vcpu_mems[i], err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int replace_iothreads(struct supervisor *s, const struct placement *new, struct err *err)
{
	char group[32];

	if (idset_equal(&new->emulator_mems, &s->placement->emulator_mems))
		return 0;
	for (size_t i = 0; i < s->n_iothreads; i++) {
		int ret;

		snprintf(group, sizeof(group), "iothread%u", s->iothreads[i].id);
		ret = cgroup_mems_replace(s->groups.cgroup, group, &new->emulator_mems, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int set_union(struct supervisor *s, const struct idset *nodes, bool widen, struct err *err)
{
	/* The group above is never narrower than those below. */
	const char *const order[] = { widen ? NULL : "emulator", widen ? "emulator" : NULL };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		int ret = cgroup_mems_set(s->groups.cgroup, order[i], nodes, err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

void numatune_moved(struct supervisor *s)
{
	struct idset mems = groups_leader_mems(s->placement);
	struct err err = ERR_INIT;

	if (!s->is_wide || !s->groups.cgroup)
		return;
	s->is_wide = false;
	if (set_union(s, &mems, false, &err) < 0)
		supervisor_log(s, "numatune: %s", err.message);
}

static int carry_out(struct supervisor *s, const struct placement *new, struct err *err)
{
	struct idset wide = groups_leader_mems(s->placement), mems = groups_leader_mems(new);
	int ret;

	idset_union(&wide, &mems);
	ret = set_union(s, &wide, true, err);
	s->is_wide = true;
	if (ret == 0)
		ret = replace_vcpus(s, new, err);
	if (ret == 0)
		ret = replace_iothreads(s, new, err);
	if (ret < 0)
		numatune_moved(s); /* the placement is still the old one */
	return ret;
}

/* Moves what must, and waits for it for a while. */
static int move(struct supervisor *s, struct json **ret_value, struct err *err)
{
	int ret = audit_start(s, err);

	if (ret < 0)
		return ret;
	if (poll(&(struct pollfd){ s->audit_pidfd, POLLIN, 0 }, 1, ANSWER_MS) > 0) {
		audit_ended(s);
		return 0;
	}
	*ret_value = json_new_object();
	json_set_bool(*ret_value, "moving", true);
	return 0;
}

CONTROL_COMMAND(numatune)
{
	AUTO(domain_spec) domain = NULL;
	AUTO(placement) new = NULL;
	struct change change;
	int ret = read_change(args, &change, err);

	if (ret == 0)
		ret = check(s, &change, err);
	if (ret < 0 || !change.has_nodes)
		return ret;
	ret = change_domain(s, &change, &domain, err);
	if (ret == 0)
		ret = decide(s, domain, &new, err);
	if (ret == 0)
		ret = carry_out(s, new, err);
	if (ret < 0)
		return ret;
	placement_free(s->placement);
	s->placement = TAKE_PTR(new);
	domain_free(s->domain);
	s->domain = TAKE_PTR(domain);
	ret = supervisor_xml_write(s, err);
	return ret < 0 ? ret : move(s, ret_value, err);
}
