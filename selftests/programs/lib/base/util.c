// SPDX-License-Identifier: GPL-2.0
#include "lib/base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMAND_MAX	1024

/**
 * die - give a test up because its surroundings failed, not what it tests
 * @fmt: what happened
 */
void die(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	fprintf(stderr, "# ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (%s)\n", strerror(error));
	exit(1);
}

/**
 * say - write a diagnostic line
 * @fmt: the line without its end
 */
void say(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "# ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static char *slurp(FILE *f)
{
	size_t size = 1 << 16, len = 0, got;
	char *text = malloc(size);

	while (text && (got = fread(text + len, 1, size - len - 1, f)) > 0) {
		len += got;
		if (len == size - 1)
			text = realloc(text, size *= 2);
	}
	if (!text)
		die("no memory");
	text[len] = '\0';
	return text;
}

/**
 * program_output - run a program that must succeed
 * @argv: its name and arguments, NULL at the end
 * Return: what it printed, to be freed
 */
char *program_output(const char *const *argv)
{
	int pipe_fd[2], status;
	char *text;
	pid_t pid;
	FILE *f;

	if (pipe2(pipe_fd, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		dup2(pipe_fd[1], STDOUT_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(pipe_fd[1]);
	f = fdopen(pipe_fd[0], "r");
	if (!f)
		die("fdopen");
	text = slurp(f);
	fclose(f);
	errno = 0;
	if (waitpid(pid, &status, 0) != pid || status)
		die("%s %s ended with status %#x", argv[0], argv[1] && argv[2] ? argv[2] : "",
		    status);
	return text;
}

/* Not system(): a shell that is BusyBox takes its own "ip" before the real one. */
static char *shell(const char *command)
{
	return program_output((const char *const[]){ "bash", "-c", command, NULL });
}

/**
 * run - run a shell command that must succeed; its output is not wanted
 * @fmt: the command
 */
void run(const char *fmt, ...)
{
	char command[COMMAND_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	free(shell(command));
}

/**
 * run_output - run a shell command that must succeed
 * @fmt: the command
 * Return: what it printed, to be freed
 */
char *run_output(const char *fmt, ...)
{
	char command[COMMAND_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	return shell(command);
}

/**
 * read_all - read a file to its end
 * @path: file
 * Return: its text, to be freed
 */
char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text;

	if (!f)
		die("cannot read %s", path);
	text = slurp(f);
	if (ferror(f))
		die("cannot read %s", path);
	fclose(f);
	return text;
}

/**
 * write_text - write to a control file
 * @path: file
 * @text: what to write
 * Return: whether the kernel took it
 */
bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

/**
 * times - how often a test does what it does
 * @usual: in 'make check'
 * @stress: in 'make stress', which sets TCPLEDGER_STRESS
 * Return: one of them
 */
unsigned int times(unsigned int usual, unsigned int stress)
{
	return getenv("TCPLEDGER_STRESS") ? stress : usual;
}

int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int64_t real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

struct deadline deadline_in(unsigned int ms)
{
	return (struct deadline){
		.end_ns = now_ns() + ms * 1000000LL,
		.pause_us = ms / 4 + 1,
		.pause_max_us = ms * 64,
	};
}

/**
 * deadline_pause - wait before the next look
 * @d: the wait
 * Return: false when the time is over
 */
bool deadline_pause(struct deadline *d)
{
	if (now_ns() >= d->end_ns)
		return false;
	usleep(d->pause_us);
	if (d->pause_us < d->pause_max_us)
		d->pause_us *= 2;
	return true;
}

/**
 * slow_kernel - whether the kernel's own checks make all that it does very slow
 * Return: whether the environment has TCPLEDGER_SLOW, as run.sh says to debug kernels
 */
bool slow_kernel(void)
{
	return getenv("TCPLEDGER_SLOW");
}

/**
 * shared_memory - memory that children share, for what they find
 * @size: how much
 * Return: zeroed memory; munmap() it or leave it to the end of the test
 */
void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}
