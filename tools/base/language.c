// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "base/language.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"

/*
 * Catalogues lie where the program lies: beside it in the tree that it was built
 * in, or where both were installed. Nothing is compiled in, so an installed tree
 * may be moved.
 */
static bool find_from_program(char path[PATH_MAX])
{
	static const char *const places[] = { "/share/po/locale", "/../share/locale" };
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

/* What the environment asks for, as setlocale(3) reads it. */
static const char *wanted_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return value;
	}
	return "C";
}

/*
 * Few machines have every locale made; C.UTF-8 is always there, knows the same
 * characters, and lets LANGUAGE choose the catalogue.
 */
static void fall_back_to_c_utf8(void)
{
	const char *wanted = wanted_locale();
	const char *dot = strchr(wanted, '.');
	char *language;

	if (!dot || (strcasecmp(dot, ".UTF-8") && strcasecmp(dot, ".utf8")) ||
	    !setlocale(LC_CTYPE, "C.UTF-8"))
		return;
	setlocale(LC_MESSAGES, "C.UTF-8");
	language = strndup(wanted, (size_t)(dot - wanted));
	if (language)
		setenv("LANGUAGE", language, 0);
	free(language);
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

	if (!setlocale(LC_CTYPE, "") || !setlocale(LC_MESSAGES, ""))
		fall_back_to_c_utf8();
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		return;
	if (!dir || !*dir)
		dir = find_from_program(path) ? path : NULL;
	if (!dir)
		return;
	bindtextdomain("tcpledger", dir);
	textdomain("tcpledger");
}
