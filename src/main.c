/* SPDX-License-Identifier: MIT */
/*
 * One binary: a role of the appliance, a helper of the runner, or a command.
 */
#include <string.h>

#include "cli/cli.h"
#include "proc/helper.h"
#include "proc/role.h"

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--role") == 0) return role_main(argv[2]);
	if (argc == 4 && strcmp(argv[1], "--helper") == 0) return helper_main(argv[2], argv[3]);
	return cli_main(argc, argv);
}
