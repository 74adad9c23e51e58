/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF half of linux_image_plan(); same contract, called for files that begin with ELFMAG. */
#ifndef TERRACE_VMM_BOOT_LINUX_ELF_H
#define TERRACE_VMM_BOOT_LINUX_ELF_H

#include "vmm/boot/linux_image.h"

int linux_elf_plan(const struct linux_image_source *source, struct linux_load_plan *ret_plan,
		   struct err *err);

#endif
