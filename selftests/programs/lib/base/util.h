/* SPDX-License-Identifier: GPL-2.0 */
/* What every part of the test library needs. */
#ifndef TCPLEDGER_SELFTEST_UTIL_H
#define TCPLEDGER_SELFTEST_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For what should happen at once: only a hang takes that long. */
#define DEADLINE_MS	(slow_kernel() ? 120000 : 20000)

void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *run_output(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *program_output(const char *const *argv);
char *read_all(const char *path);
bool write_text(const char *path, const char *text);
int64_t now_ns(void);
int64_t real_ns(void);
bool slow_kernel(void);
void *shared_memory(size_t size);
unsigned int times(unsigned int usual, unsigned int stress);

/**
 * struct deadline - a wait that looks often at first and ever more rarely later
 * @end_ns: when to give up
 * @pause_us: next pause between two looks
 * @pause_max_us: the longest: minutes of virtual time must not cost a look each millisecond
 */
struct deadline {
	int64_t end_ns;
	unsigned int pause_us;
	unsigned int pause_max_us;
};

struct deadline deadline_in(unsigned int ms);
bool deadline_pause(struct deadline *d);

/**
 * wait_until() - look at a condition until it holds
 * @condition: expression, evaluated each time
 * @ms: how long to look
 * Return: whether it held in the end
 */
#define wait_until(condition, ms) ({					\
	struct deadline deadline_ = deadline_in(ms);			\
	bool held_;							\
									\
	while (!(held_ = (condition)) && deadline_pause(&deadline_))	\
		;							\
	held_;								\
})

/* A test that cannot go on says what it waited for. */
#define need(condition, ms) do {					\
	if (!wait_until(condition, ms))					\
		die("%s:%d: waited %u ms in vain for %s",		\
		    __FILE__, __LINE__, (unsigned int)(ms), #condition);	\
} while (0)

#endif
