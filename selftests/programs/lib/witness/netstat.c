// SPDX-License-Identifier: GPL-2.0
#include "lib/witness/netstat.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

/* Two lines a group: names, then values, each with "Group:" before them. */
static bool find(char *text, const char *group, const char *name, int64_t *value)
{
	char *rest = text, *names, *values, *word, *number;
	size_t n = strlen(group);

	while ((names = strsep(&rest, "\n")) && (values = strsep(&rest, "\n"))) {
		if (strncmp(names, group, n) || names[n] != ':')
			continue;
		while ((word = strsep(&names, " ")) && (number = strsep(&values, " "))) {
			if (strcmp(word, name))
				continue;
			*value = atoll(number);
			return true;
		}
	}
	return false;
}

/**
 * kernel_counter - a counter of the kernel for this namespace, both families together
 * @group: "Tcp", "TcpExt"
 * @name: of the counter, without its group
 * Return: its value
 */
int64_t kernel_counter(const char *group, const char *name)
{
	char *text = read_all(strcmp(group, "TcpExt") ? "/proc/thread-self/net/snmp" :
							"/proc/thread-self/net/netstat");
	int64_t value = 0;
	bool found = find(text, group, name, &value);

	free(text);
	if (!found)
		die("the kernel has no counter %s%s", group, name);
	return value;
}
