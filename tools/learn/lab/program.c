// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "learn/lab/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"

#define PROGRAM_MISSING	127	/* exit status of a child that found no program, as a shell's */
#define PROGRAM_HANGS	256	/* in place of one */

#define DEADLINE_NS		(60 * CLOCK_SECOND)	/* beyond it something hangs */
#define DEADLINE_KILLED_NS	(5 * CLOCK_SECOND)

/*
 * What the program reads and what it says are files in memory: neither can block. They
 * stay open in the program, as they may have got a descriptor that it is to have.
 */
static int make_file(const char *name, const char *text)
{
	int fd = memfd_create(name, 0);

	if (fd >= 0 && (write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
			lseek(fd, 0, SEEK_SET))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Root's PATH does not always have the folders of the system's programs. */
static void add_system_folders(void)
{
	const char *path = getenv("PATH");
	char longer[4096];

	snprintf(longer, sizeof(longer), "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
	setenv("PATH", longer, 1);
}

static void become(char *const argv[], int in, int out, pid_t parent)
{
	/* It dies with us, so that it keeps no namespace. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0)
		_exit(1);
	add_system_folders();
	execvp(argv[0], argv);
	_exit(PROGRAM_MISSING);
}

/* Whether a child ends in time. Without a descriptor for it there is no deadline. */
static bool ends_within(int pidfd, int64_t deadline_ns)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int64_t end = clock_monotonic() + deadline_ns, left = deadline_ns;
	int ready = pidfd < 0;

	while (ready <= 0 && left > 0) {
		ready = poll(&poll_fd, 1, (int)(left / 1000000) + 1);
		if (ready < 0 && errno != EINTR)
			return false;
		left = end - clock_monotonic();
	}
	return ready > 0;
}

/*
 * The exit status of a child, PROGRAM_HANGS if it took too long. It is killed then; if it
 * hangs in the kernel it is left to whoever inherits it, and dies as soon as it can.
 */
static int wait_for(pid_t pid)
{
	int pidfd = pidfd_open(pid, 0), status = 0;
	bool in_time = ends_within(pidfd, DEADLINE_NS), ended = in_time;

	if (!in_time) {
		kill(pid, SIGKILL);
		ended = ends_within(pidfd, DEADLINE_KILLED_NS);
	}
	while (ended && waitpid(pid, &status, 0) < 0)
		ended = errno == EINTR;
	if (pidfd >= 0)
		close(pidfd);
	if (!in_time)
		return PROGRAM_HANGS;
	return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int fail_hangs(const char *name)
{
	return fail_work("run it again; if it hangs again, 'dmesg' may say what it waits for",
			 "cannot set up the network: %s did not end within %d s and was killed",
			 name, (int)(DEADLINE_NS / CLOCK_SECOND));
}

/* Of what it said, the first line. */
static int fail_said(const char *name, int out)
{
	char said[256] = "";
	ssize_t len = pread(out, said, sizeof(said) - 1, 0);

	said[len > 0 ? len : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	return fail_work("this kernel may lack what it needs (veth, sch_netem, nf_tables)",
			 "cannot set up the network: %s said '%s'", name, said);
}

static int fail_start(const char *name)
{
	return fail_work("try again when the machine has room", "cannot start %s: %s", name,
			 strerror(errno));
}

/**
 * program_run - run a program in the present network namespace and wait for it
 * @argv: its name and its arguments
 * @package: Debian's package that has it
 * @input: what it reads on standard input
 *
 * Return: 0, or an exit status with the error reported.
 */
int program_run(char *const argv[], const char *package, const char *input)
{
	int in = make_file("input", input), out = make_file("output", "");
	pid_t parent = getpid(), pid = -1;
	int status;

	if (in >= 0 && out >= 0)
		pid = fork();
	if (!pid)
		become(argv, in, out, parent);
	if (pid < 0) {
		status = fail_start(argv[0]);
	} else {
		status = wait_for(pid);
		if (status == PROGRAM_HANGS)
			status = fail_hangs(argv[0]);
		else if (status == PROGRAM_MISSING)
			status = fail_work("install its package",
					   "the program %s is missing, Debian's package %s has it",
					   argv[0], package);
		else if (status)
			status = fail_said(argv[0], out);
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return status;
}
