// SPDX-License-Identifier: GPL-2.0
#include "lib/world/needs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest.h"
#include "lib/world/module.h"

static bool in_path(const char *name)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t n = strcspn(path, ":");
		char file[4096];

		snprintf(file, sizeof(file), "%.*s/%s", (int)n, path, name);
		if (!access(file, X_OK))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

/**
 * needs_all - skip the program unless root runs it, with the module and the command there
 *
 * What lib/needs.sh is to scripts.
 */
void needs_all(void)
{
	const char *lacks = NULL;

	if (geteuid())
		lacks = "only root can make namespaces and load modules";
	else if (!in_path("tcpledger"))
		lacks = "the command tcpledger is not in PATH";
	else if (!module_loaded())
		lacks = "the module tcpledger is not loaded";
	if (!lacks)
		return;
	ksft_print_header();
	ksft_exit_skip("%s\n", lacks);
}
