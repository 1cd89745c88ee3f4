// SPDX-License-Identifier: GPL-2.0
#include "present/export/record/boot_id.h"

#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>

#define BOOT_ID	"/proc/sys/kernel/random/boot_id"

static unsigned int digit(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/**
 * boot_id_get - what this boot of this machine is called
 * @id: set to it; where it cannot be had it stays as it is
 */
void boot_id_get(unsigned char id[16])
{
	char text[64];
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t i, len = fd < 0 ? 0 : read(fd, text, sizeof(text));
	unsigned int n = 0;

	for (i = 0; i < len && n < 32; i++) {
		if (!isxdigit((unsigned char)text[i]))
			continue;	/* it has dashes */
		id[n / 2] = (unsigned char)(id[n / 2] << 4 | digit(text[i]));
		n++;
	}
	if (fd >= 0)
		close(fd);
}
