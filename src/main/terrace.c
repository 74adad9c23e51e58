/* SPDX-License-Identifier: Apache-2.0 */
/* terrace: the domain manager; libvirt domain XML to placed, running domains. */
#include <unistd.h>

#include "base/log.h"
#include "cli/verb.h"

static struct log_fd log_target = { .fd = STDERR_FILENO, .program = "terrace" };

int main(int argc, char *argv[])
{
	log_set_sink(log_sink_fd, &log_target);
	return cli_main(argc, argv);
}
