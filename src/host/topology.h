/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about a host that is only described: an hwloc XML file (lstopo --of xml) or an hwloc
 * synthetic string ("pack:2 numa:1(memory=64GiB) core:8"; hwloc documentation, "Synthetic
 * topologies").
 *
 * A library of its own: linking it loads hwloc, which the machine's start must not.
 *
 * hwloc says which CPUs are near a node, the kernel which CPUs belong to it. A CPU that is near
 * several nodes is given to the one that is near the fewest CPUs, then to the one with the lowest
 * id; so a slow node without CPUs stays without, as on Linux.
 *
 * The facts have no free memory (has_free is false) and distances only where the XML has them.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_TOPOLOGY_H
#define TERRACE_HOST_TOPOLOGY_H

#include "base/err.h"
#include "host/facts.h"

/* -ENOENT and other errno of reading the file; -EINVAL when it is not an hwloc XML file. */
int host_topology_from_xml(const char *path, struct host_facts **ret_facts, struct err *err)
	__attribute__((warn_unused_result));

/* -EINVAL when hwloc does not accept the text. */
int host_topology_from_synthetic(const char *text, struct host_facts **ret_facts, struct err *err)
	__attribute__((warn_unused_result));

/*
 * For options such as --host HOST: NULL is this machine; the path of a directory is a captured
 * tree with its /sys and /proc files (host_facts_read()); that of a file is an hwloc XML file; any
 * other text is a synthetic topology. Errors as above.
 */
int host_topology_find(const char *host, struct host_facts **ret_facts, struct err *err)
	__attribute__((warn_unused_result));

#endif
