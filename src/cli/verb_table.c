// SPDX-License-Identifier: Apache-2.0
/* Every verb of terrace(1), by group and name. A new one: its extern line, its row. */
#include <stddef.h>
#include <string.h>

#include "cli/verb.h"

/* Domain */
extern const struct verb verb_console;
extern const struct verb verb_create;
extern const struct verb verb_define;
extern const struct verb verb_destroy;
extern const struct verb verb_domid;
extern const struct verb verb_dominfo;
extern const struct verb verb_domname;
extern const struct verb verb_domstate;
extern const struct verb verb_domuuid;
extern const struct verb verb_domxml_to_native;
extern const struct verb verb_dumpxml;
extern const struct verb verb_list;
extern const struct verb verb_qemu_monitor_command;
extern const struct verb verb_reboot;
extern const struct verb verb_reset;
extern const struct verb verb_resume;
extern const struct verb verb_run;
extern const struct verb verb_shutdown;
extern const struct verb verb_start;
extern const struct verb verb_suspend;
extern const struct verb verb_undefine;
extern const struct verb verb_validate;
/* Placement */
extern const struct verb verb_emulatorpin;
extern const struct verb verb_iothreadpin;
extern const struct verb verb_memtune;
extern const struct verb verb_numatune;
extern const struct verb verb_plan;
extern const struct verb verb_vcpucount;
extern const struct verb verb_vcpuinfo;
extern const struct verb verb_vcpupin;
/* Host */
extern const struct verb verb_capabilities;
extern const struct verb verb_doctor;
extern const struct verb verb_freecell;
extern const struct verb verb_freepages;
extern const struct verb verb_nodeinfo;
extern const struct verb verb_nodememstats;
/* Program */
extern const struct verb verb_help;
extern const struct verb verb_version;

const struct verb *const verbs[] = {
	/* Domain */
	&verb_console,
	&verb_create,
	&verb_define,
	&verb_destroy,
	&verb_domid,
	&verb_dominfo,
	&verb_domname,
	&verb_domstate,
	&verb_domuuid,
	&verb_domxml_to_native,
	&verb_dumpxml,
	&verb_list,
	&verb_qemu_monitor_command,
	&verb_reboot,
	&verb_reset,
	&verb_resume,
	&verb_run,
	&verb_shutdown,
	&verb_start,
	&verb_suspend,
	&verb_undefine,
	&verb_validate,
	/* Placement */
	&verb_emulatorpin,
	&verb_iothreadpin,
	&verb_memtune,
	&verb_numatune,
	&verb_plan,
	&verb_vcpucount,
	&verb_vcpuinfo,
	&verb_vcpupin,
	/* Host */
	&verb_capabilities,
	&verb_doctor,
	&verb_freecell,
	&verb_freepages,
	&verb_nodeinfo,
	&verb_nodememstats,
	/* Program */
	&verb_help,
	&verb_version,
	NULL,
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}
