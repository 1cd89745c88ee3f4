// SPDX-License-Identifier: GPL-2.0
/*
 * See Documentation/fault-injection in the kernel's source. Both injectors are
 * set alike: an object of a slab and a page of its own are the same to a caller.
 *
 * With fail-nth the n-th allocation of one thread fails, so that a test can go
 * through all of a call in turn. The files are opened before anything fails.
 */
#include "lib/world/fault.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define MANY		1000000000	/* failures to count down from */
#define DEPTH		32		/* callers looked at, the most there can be */

static const char *const injectors[] = { "failslab", "fail_page_alloc" };

static pid_t program;

/**
 * fault_possible - whether this kernel can do it
 * Return: whether it can, for an allocation called from where one says
 */
bool fault_possible(void)
{
	return !access(DEBUGFS "failslab/require-start", W_OK) &&
	       !access(DEBUGFS "fail_page_alloc/require-start", W_OK) &&
	       !access("/proc/thread-self/fail-nth", W_OK);
}

static void set(const char *name, const char *value)
{
	for (int i = 0; i < 2; i++) {
		char path[128];

		snprintf(path, sizeof(path), DEBUGFS "%s/%s", injectors[i], name);
		if (!write_text(path, value))
			die("%s", path);
	}
}

static void set_number(const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%#" PRIx64, value);
	set(name, text);
}

/**
 * fault_none - let every allocation be, and set what all tests here share
 */
void fault_none(void)
{
	if (!program)
		program = getpid();
	set("probability", "0");
	set("task-filter", "N");
	set("verbose", "0");
	set("interval", "1");
	set("space", "0");
	/* Also those that may wait, which nearly all are that a program asks for. */
	set("ignore-gfp-wait", "N");
	set_number("stacktrace-depth", DEPTH);
	fault_called_from(CODE_ALL);
	fault_not_called_from(CODE_NONE);
	if (!write_text(DEBUGFS "fail_page_alloc/min-order", "0") ||
	    !write_text(DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N"))
		die("fail_page_alloc");
}

/* Also when a test gave up in between. */
static void __attribute__((destructor)) end_faults(void)
{
	if (program && fault_possible())
		fault_none();
}

/**
 * fault_called_from - restrict failures to one part of the kernel
 * @code: what must be among the callers
 */
void fault_called_from(struct code code)
{
	/* With one end of the new range and one of the old all of the kernel could fail. */
	set_number("require-end", 0);
	set_number("require-start", code.start);
	set_number("require-end", code.end);
}

/**
 * fault_not_called_from - except a part of the kernel from failures
 * @code: what must not be among the callers
 */
void fault_not_called_from(struct code code)
{
	set_number("reject-start", code.start);
	set_number("reject-end", code.end);
}

/**
 * fault_always - from now on every allocation fails that fault_called_from() allows
 */
void fault_always(void)
{
	char many[16];

	snprintf(many, sizeof(many), "%d", MANY);
	set("times", many);
	set("probability", "100");
}

/**
 * fault_of_marked - from now on allocations of the processes fail that called fault_mark()
 * @percent: how many
 */
void fault_of_marked(unsigned int percent)
{
	char many[16];

	snprintf(many, sizeof(many), "%d", MANY);
	set("times", many);
	set("task-filter", "Y");
	set_number("probability", percent);
}

/**
 * fault_mark - let this process and its children be those
 */
void fault_mark(void)
{
	if (!write_text("/proc/self/make-it-fail", "1"))
		die("make-it-fail");
}

/**
 * fault_count - how many failed
 * Return: their number since fault_always() or fault_of_marked()
 */
int64_t fault_count(void)
{
	int64_t failed = 0;

	for (int i = 0; i < 2; i++) {
		char path[128], *text;

		snprintf(path, sizeof(path), DEBUGFS "%s/times", injectors[i]);
		text = read_all(path);
		failed += MANY - atoll(text);
		free(text);
	}
	return failed;
}

static int nth_fd(void)
{
	static __thread int fd = -1;
	static __thread pid_t opener;

	/* The file is the thread's that opened it, also in a child. */
	if (fd >= 0 && opener != gettid()) {
		close(fd);
		fd = -1;
	}
	if (fd < 0) {
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		opener = gettid();
	}
	if (fd < 0)
		die("fail-nth");
	return fd;
}

/**
 * fault_nth - let one allocation of this thread fail
 * @n: which from now on
 */
void fault_nth(unsigned int n)
{
	char text[16];
	int fd = nth_fd(), len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fd, text, len, 0) != len)
		die("fail-nth");
}

/**
 * fault_happened - end what fault_nth() began
 * Return: whether there were so many allocations that it failed
 */
bool fault_happened(void)
{
	char text[16] = "";

	if (pread(nth_fd(), text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth");
	fault_nth(0);
	return !atoi(text);
}

/* Calls @each for every function the kernel names, with its module or "". */
static void each_function(void (*each)(struct code *code, uint64_t address, const char *name,
				       const char *module, const char *wanted),
			  struct code *code, const char *wanted)
{
	char line[512], name[256], module[64], type;
	FILE *f = fopen("/proc/kallsyms", "r");
	uint64_t address;

	if (!f)
		die("/proc/kallsyms");
	while (fgets(line, sizeof(line), f)) {
		*module = '\0';
		if (sscanf(line, "%" SCNx64 " %c %255s [%63[^]]", &address, &type, name,
			   module) >= 3 && strchr("tT", type))
			each(code, address, name, module, wanted);
	}
	fclose(f);
}

static void begin_at(struct code *code, uint64_t address, const char *name, const char *module,
		     const char *wanted)
{
	if (!*module && !strcmp(name, wanted))
		code->start = address;
}

static void end_before(struct code *code, uint64_t address, const char *name, const char *module,
		       const char *wanted)
{
	if (!*module && address > code->start && address < code->end)
		code->end = address;
}

/**
 * code_of_function - where a function of the kernel itself is
 * @name: its name
 * Return: its code
 */
struct code code_of_function(const char *name)
{
	struct code code = { 0, UINT64_MAX };

	each_function(begin_at, &code, name);
	if (!code.start)
		die("no %s in /proc/kallsyms", name);
	each_function(end_before, &code, name);
	return code;
}

static void widen(struct code *code, uint64_t address, const char *name, const char *module,
		  const char *wanted)
{
	if (strcmp(module, wanted))
		return;
	if (address < code->start)
		code->start = address;
	if (address >= code->end)
		code->end = address + 1;
}

/**
 * code_of_module - where the functions of a module are
 * @name: its name; it is loaded
 * Return: its code, up to a page behind the beginning of its last function
 */
struct code code_of_module(const char *name)
{
	struct code code = { UINT64_MAX, 0 };

	each_function(widen, &code, name);
	if (!code.end)
		die("no function of %s in /proc/kallsyms", name);
	code.end += 4096;
	return code;
}
