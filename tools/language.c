// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "language.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler.h"

/*
 * Catalogues lie where the program lies: beside it in the tree that it was built
 * in, or where both were installed. Nothing is compiled in, so an installed tree
 * may be moved.
 */
static bool find_from_program(char path[PATH_MAX])
{
	static const char *const places[] = { "/po/locale", "/../share/locale" };
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 32);
	struct stat st;
	unsigned int i;
	char *name;

	if (len <= 0)
		return false;
	path[len] = '\0';
	name = strrchr(path, '/');
	for (i = 0; name && i < ARRAY_SIZE(places); i++) {
		strcpy(name, places[i]);
		if (!stat(path, &st) && S_ISDIR(st.st_mode))
			return true;
	}
	return false;
}

/**
 * language_set - take the language from the environment
 *
 * Catalogues are looked for in the folder TCPLEDGER_LOCALEDIR, or from where
 * the program lies. Where the locale cannot show every character (its encoding
 * is not UTF-8) the language stays English.
 */
void language_set(void)
{
	const char *dir = secure_getenv("TCPLEDGER_LOCALEDIR");
	char path[PATH_MAX];

	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		return;
	setlocale(LC_MESSAGES, "");
	if (!dir || !*dir)
		dir = find_from_program(path) ? path : NULL;
	if (!dir)
		return;
	bindtextdomain("tcpledger", dir);
	textdomain("tcpledger");
}
