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

#define BUILD_CATALOGUES	"/po/locale"

/*
 * Beside a program that was not installed lie the catalogues built with it.
 */
static bool find_beside_program(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - sizeof(BUILD_CATALOGUES));
	struct stat st;
	char *name;

	if (len <= 0)
		return false;
	path[len] = '\0';
	name = strrchr(path, '/');
	if (!name)
		return false;
	strcpy(name, BUILD_CATALOGUES);
	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/**
 * language_set - take the language from the environment
 *
 * Catalogues are looked for in TCPLEDGER_LOCALEDIR, beside a program that was
 * not installed, and where they were installed. Where the locale cannot show
 * every character (its encoding is not UTF-8) the language stays English.
 */
void language_set(void)
{
	const char *dir = secure_getenv("TCPLEDGER_LOCALEDIR");
	char beside[PATH_MAX];

	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		return;
	setlocale(LC_MESSAGES, "");
	if (!dir || !*dir)
		dir = find_beside_program(beside) ? beside : TCPLEDGER_LOCALEDIR;
	bindtextdomain("tcpledger", dir);
	textdomain("tcpledger");
}
