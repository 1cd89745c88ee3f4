/* SPDX-License-Identifier: GPL-2.0 */
/* Failing allocations on purpose: the kernel's failslab and fail_page_alloc. */
#ifndef TCPLEDGER_SELFTEST_FAULT_H
#define TCPLEDGER_SELFTEST_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct code - a range of the kernel's code
 * @start: its first address
 * @end: the one behind its last
 */
struct code {
	uint64_t start;
	uint64_t end;
};

/* No restriction: whoever allocates; and nobody. */
#define CODE_ALL	((struct code){ 0, UINT64_MAX })
#define CODE_NONE	((struct code){ 0, 0 })

struct code code_of_function(const char *name);
struct code code_of_module(const char *name);

bool fault_possible(void);
void fault_none(void);
void fault_called_from(struct code code);
void fault_not_called_from(struct code code);
void fault_always(void);
void fault_of_marked(unsigned int percent);
void fault_mark(void);
int64_t fault_count(void);

void fault_nth(unsigned int n);
bool fault_happened(void);

#endif
