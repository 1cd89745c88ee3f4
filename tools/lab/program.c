// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "lab/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"

#define PROGRAM_MISSING	127	/* exit status of a child that found no program, as a shell's */

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

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
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
		if (status == PROGRAM_MISSING)
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
