// SPDX-License-Identifier: GPL-2.0
/*
 * Of an amd64: the output goes to the second serial line, the status to isa-debugcon, past
 * every driver that could lose or mix it, and the last act is a write to isa-debug-exit:
 * a panic ends QEMU with status 0.
 */
#include "port.h"

#include <fcntl.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

#define PORT_STATUS 0xe9
#define PORT_EXIT 0xf4
#define EXIT_FINISHED 0x10 /* QEMU exits with 2 * 0x10 + 1 = 33 */

/* Before anything else. Returns 0, or not if this is not such a VM. */
int port_begin(void)
{
	return ioperm(PORT_STATUS, 1, 1) || ioperm(PORT_EXIT, 1, 1);
}

/* Once /dev is there. Returns a file for the job's output, or -1. */
int port_output(void)
{
	struct termios t;
	int fd = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &t))
		return -1;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL;
	return tcsetattr(fd, TCSANOW, &t) ? -1 : fd;
}

/* What run.sh reads as the status. */
void port_puts(const char *s)
{
	while (*s)
		outb(*s++, PORT_STATUS);
}

/* The write ends QEMU before the next instruction. */
void port_end(void)
{
	outb(EXIT_FINISHED, PORT_EXIT);
	for (;;)
		pause();
}
