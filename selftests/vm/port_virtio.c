// SPDX-License-Identifier: GPL-2.0
/*
 * Of a machine without the devices of an ISA bus: output and status each have a port of
 * virtio-serial, whose driver returns from a write when the host has all of it. The last
 * act is to power off, of which the kernel's last line tells; a panic resets.
 */
#define _GNU_SOURCE
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT_OUTPUT "/dev/vport0p1"
#define PORT_STATUS "/dev/vport0p2"
#define PORT_SECONDS 60

static int status_fd = -1;

int port_begin(void)
{
	return 0;
}

static void load_driver(const char *name)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/usr/sbin/modprobe", "modprobe", "-q", name, NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* The device tells of its ports some time after its driver is there. */
static int wait_for_port(const char *path)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	int tries = PORT_SECONDS * 100, fd;

	while ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0 && errno == ENOENT && tries--)
		nanosleep(&pause, NULL);
	return fd;
}

/* The bus of such a device is PCI or, on an s390x, built in. */
int port_output(void)
{
	load_driver("virtio_pci");
	load_driver("virtio_console");
	status_fd = wait_for_port(PORT_STATUS);
	return status_fd < 0 ? -1 : wait_for_port(PORT_OUTPUT);
}

/* What cannot be written is missed by run.sh, which then calls the VM lost. */
void port_puts(const char *s)
{
	ssize_t len = strlen(s), n;

	while (len > 0 && (n = write(status_fd, s, len)) > 0) {
		s += n;
		len -= n;
	}
}

void port_end(void)
{
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
