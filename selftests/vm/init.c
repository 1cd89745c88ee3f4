// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of the test VM: mounts what programs expect, loads tcpledger, runs one
 * job, unloads, waits for what may still run in the module's freed text, looks for
 * what was left, and only then says how it ended.
 *
 * The kernel log goes to the first serial line and the job's output to a port of its
 * own; the job's exit status goes to a third place, and the last act is one that no
 * crash can imitate: see port.h.
 *
 * The status is preceded by the line "unloaded, nothing left" when that is so.
 * run.sh asks for this line: a job that ended well says nothing about the unload.
 *
 * run.sh passes VM_JOB (exec, tests or shell), VM_CONSOLE (the terminal of a shell),
 * VM_MODULE (0 or 1) and VM_LATE (seconds to wait after the unload) on the kernel
 * command line; the kernel hands them to us as environment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "port.h"

#define MODULE_FILE "/payload/tcpledger.ko"
#define MODULE_ARGS "/payload/module_args"
#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define KMEMLEAK_AGE 6 /* seconds */
#define MODULE_PREFIX "tcpledger" /* of ours and of those that test this harness */
#define UNLOAD_SECONDS 120
#define NOTHING_LEFT "unloaded, nothing left" /* run.sh asks for it */

static int verdict_fd = -1;

_Noreturn static void finish(int status)
{
	char line[32];

	if (verdict_fd >= 0)
		tcdrain(verdict_fd);
	sync();
	snprintf(line, sizeof(line), "status %d\n", status);
	port_puts(line);
	port_end();
}

static void kernel_log(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int fd, len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, line, len) < 0)
		perror("/dev/kmsg");
	close(fd);
}

/* What fails here is the harness, not the module, and the line says so. */
static void bail_out(const char *what)
{
	int err = errno;

	kernel_log("<3>vm: %s: %s\n", what, strerror(err));
	if (verdict_fd >= 0)
		dprintf(verdict_fd, "Bail out! vm: %s: %s\n", what, strerror(err));
	finish(1);
}

static void mount_one(const char *type, const char *dir, const char *opts, bool optional)
{
	mkdir(dir, 0755);
	if (mount(type, dir, type, 0, opts) && !optional)
		bail_out(dir);
}

static void mount_all(void)
{
	mount_one("devtmpfs", "/dev", NULL, false);
	mount_one("proc", "/proc", NULL, false);
	mount_one("sysfs", "/sys", NULL, false);
	mount_one("devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666", false);
	mount_one("tmpfs", "/dev/shm", "mode=1777", false);
	mount_one("tmpfs", "/tmp", "mode=1777", false);
	mount_one("tmpfs", "/run", "mode=0755", false);
	mount_one("cgroup2", "/sys/fs/cgroup", NULL, false);
	mount_one("debugfs", "/sys/kernel/debug", NULL, true);
	mount_one("tracefs", "/sys/kernel/tracing", NULL, true);
	if (symlink("/proc/self/fd", "/dev/fd") ||
	    symlink("/proc/self/fd/0", "/dev/stdin") ||
	    symlink("/proc/self/fd/1", "/dev/stdout") ||
	    symlink("/proc/self/fd/2", "/dev/stderr"))
		bail_out("/dev/fd");
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		bail_out("lo");
	close(fd);
}

/* Twenty thousand sockets in one process are an ordinary test here. */
static void raise_limits(void)
{
	struct rlimit files = { .rlim_cur = 1 << 17, .rlim_max = 1 << 20 };

	if (setrlimit(RLIMIT_NOFILE, &files))
		bail_out("RLIMIT_NOFILE");
}

static void load_module(void)
{
	char args[1024] = "";
	ssize_t len = 0;
	int fd;

	fd = open(MODULE_ARGS, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, args, sizeof(args) - 1);
		close(fd);
	}
	args[len > 0 ? len : 0] = '\0';
	args[strcspn(args, "\n")] = '\0';
	fd = open(MODULE_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		bail_out(MODULE_FILE);
	if (syscall(SYS_finit_module, fd, args, 0))
		bail_out("insmod tcpledger");
	close(fd);
}

/* Name of a loaded module of ours, or NULL. */
static const char *loaded_module(void)
{
	static char name[64];
	bool found = false;
	FILE *f = fopen("/proc/modules", "r");

	if (!f)
		bail_out("/proc/modules");
	while (!found && fscanf(f, "%63s%*[^\n]", name) == 1)
		found = !strncmp(name, MODULE_PREFIX, strlen(MODULE_PREFIX));
	fclose(f);
	return found ? name : NULL;
}

/* An unload that hangs cannot be killed: a child does it, and we look at the clock. */
static int unload(const char *name)
{
	/* Set on the kernels that are some thirty times slower. */
	time_t seconds = UNLOAD_SECONDS * (getenv("TCPLEDGER_SLOW") ? 10 : 1);
	sigset_t child;
	int status;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	pid = fork();
	if (pid < 0)
		bail_out("fork");
	if (!pid)
		_exit(syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0);
	for (;;) {
		struct timespec bound = { .tv_sec = seconds };

		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
		if (sigtimedwait(&child, NULL, &bound) < 0 && errno == EAGAIN)
			return -ETIMEDOUT;
	}
}

/* A job may have unloaded the module itself; that is no failure. */
static int unload_modules(void)
{
	const char *name, *why;
	int err;

	while ((name = loaded_module())) {
		err = unload(name);
		if (!err)
			continue;
		why = err == -ETIMEDOUT ? "hangs" : strerror(-err);
		kernel_log("<3>vm: rmmod %s: %s\n", name, why);
		dprintf(verdict_fd, "# vm: rmmod %s: %s\n", name, why);
		return 1;
	}
	return 0;
}

/*
 * A callback or a timer that the module left armed runs into freed text and is an
 * oops, if the VM lives that long. The kernel's rcu_barrier() cannot be called from
 * here. The end of a network namespace calls it (cleanup_net()), but nobody can wait
 * for that; a global membarrier waits for one grace period, after which callbacks
 * queued before are due. The wait after it is for them and for timers.
 */
static void wait_for_late_calls(void)
{
	const char *seconds = getenv("VM_LATE");
	int i;

	if (!fork())
		_exit(unshare(CLONE_NEWNET));
	while (wait(NULL) > 0)
		;
	for (i = 0; i < 2; i++)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	sleep(seconds ? atoi(seconds) : 1);
}

/* Whether a line of the file has the module's name in it, which is then said. */
static int mentions_module(const char *path)
{
	char line[512];
	int found = 0;
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, MODULE_PREFIX))
			continue;
		kernel_log("<3>vm: left in %s: %s", path, line);
		found = 1;
	}
	if (f)
		fclose(f);
	return found;
}

/* What a module registers by name, and its unload must take away again. */
static int check_left(void)
{
	static const char *const paths[] = {
		"/proc/slabinfo", "/sys/kernel/debug/kprobes/list",
		"/sys/kernel/tracing/enabled_functions", NULL,
	};
	int left = 0, i;

	for (i = 0; paths[i]; i++)
		left |= mentions_module(paths[i]);
	if (!access("/proc/net/tcpledger", F_OK)) {
		kernel_log("<3>vm: left: /proc/net/tcpledger\n");
		left = 1;
	}
	return left;
}

/*
 * On debug kernels only: what nobody points to any more. An object is suspected
 * when it is older than five seconds, was found lost by one scan and has not
 * changed at the next.
 */
static int check_leaks(void)
{
	char line[512];
	int leaks = 0, i;
	FILE *f;

	if (access(KMEMLEAK, F_OK))
		return 0;
	sleep(KMEMLEAK_AGE);
	for (i = 0; i < 2; i++) {
		int fd = open(KMEMLEAK, O_WRONLY | O_CLOEXEC);

		/* It gives up for good when its own memory is short. */
		if (fd < 0 || write(fd, "scan", 4) != 4) {
			kernel_log("<3>vm: kmemleak: %s\n", strerror(errno));
			leaks = 1;
		}
		close(fd);
	}
	f = fopen(KMEMLEAK, "r");
	while (f && fgets(line, sizeof(line), f)) {
		kernel_log("<3>%s", line);
		leaks = 1;
	}
	if (f)
		fclose(f);
	return leaks;
}

/* Lockdep stops looking after its first report, and when its tables are full. */
static int check_lockdep(void)
{
	char line[256];
	int off = 0, value;
	FILE *f = fopen("/proc/lockdep_stats", "r");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " debug_locks: %d", &value) == 1 && !value)
			off = 1;
	fclose(f);
	if (off)
		kernel_log("<3>vm: lockdep had turned itself off\n");
	return off;
}

static void take_console(void)
{
	const char *console = getenv("VM_CONSOLE");
	struct termios t;
	char path[64];
	int fd;

	setsid();
	snprintf(path, sizeof(path), "/dev/%s", console ? console : "ttyS0");
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &t))
		_exit(127);
	t.c_cflag |= CLOCAL;
	if (tcsetattr(fd, TCSANOW, &t) || ioctl(fd, TIOCSCTTY, 1))
		_exit(127);
	if (dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(127);
}

/* A pipe and not the port itself, which programs would take for a terminal. */
static void take_pipe(int out)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(127);
}

static pid_t start_job(const char *job, int out)
{
	char path[64];
	sigset_t none;
	pid_t pid;

	snprintf(path, sizeof(path), "/payload/%s", job);
	pid = fork();
	if (pid < 0)
		bail_out("fork");
	if (pid)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (strcmp(job, "shell"))
		take_pipe(out);
	else
		take_console();
	execl("/bin/bash", "bash", path, NULL);
	_exit(127);
}

/* Hands on what is in the pipe; false once nobody can write to it any more. */
static bool pump(int in)
{
	char buf[4096];
	ssize_t len = read(in, buf, sizeof(buf)), done = 0, n;

	while (done < len) {
		n = write(verdict_fd, buf + done, len - done);
		if (n < 0)
			bail_out("the job's output");
		done += n;
	}
	return len > 0 || (len < 0 && errno == EINTR);
}

/* Reaps every orphan, as PID 1 must. Returns the job's status once it is over. */
static int reap(int signals, pid_t job)
{
	struct signalfd_siginfo info;
	int status, code = -1;
	pid_t dead;

	if (read(signals, &info, sizeof(info)) < 0)
		bail_out("signalfd");
	while ((dead = waitpid(-1, &status, WNOHANG)) > 0) {
		if (dead != job)
			continue;
		code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return code;
}

/* Sleeps until there is something to do: in virtual time each wake-up counts. */
static int run_job(const char *job)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int out[2], code = -1;
	sigset_t child;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	fds[1].fd = signalfd(-1, &child, SFD_CLOEXEC);
	if (fds[1].fd < 0 || pipe2(out, O_CLOEXEC))
		bail_out("pipe");
	fds[0].fd = out[0];
	kernel_log("<5>vm: job %s\n", job);
	pid = start_job(job, out[1]);
	close(out[1]);
	while (code < 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			bail_out("poll");
		if (fds[0].revents && !pump(out[0]))
			fds[0].fd = -1;
		if (fds[1].revents)
			code = reap(fds[1].fd, pid);
	}
	kernel_log("<5>vm: job %s ended with %d\n", job, code);
	/* What the job left running would keep the module in use, and the pipe open. */
	kill(-1, SIGKILL);
	while (pump(out[0]))
		;
	while (wait(NULL) > 0)
		;
	close(out[0]);
	close(fds[1].fd);
	return code;
}

int main(void)
{
	const char *job = getenv("VM_JOB"), *module = getenv("VM_MODULE");
	bool with_module = module && !strcmp(module, "1");
	int code, left;

	if (getpid() != 1 || port_begin()) {
		fprintf(stderr, "vm: init runs only as PID 1 of the test VM\n");
		return 1;
	}
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "linux", 0);
	mount_all();
	verdict_fd = port_output();
	if (verdict_fd < 0)
		bail_out("the job's output");
	loopback_up();
	raise_limits();
	if (with_module)
		load_module();
	code = run_job(job ? job : "shell");
	left = unload_modules();
	if (!left) {
		wait_for_late_calls();
		left = check_left();
	}
	left |= check_leaks();
	left |= check_lockdep();
	if (left)
		finish(code ? code : 1);
	port_puts(NOTHING_LEFT "\n");
	finish(code);
}
