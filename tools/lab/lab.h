/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lab: makes a case for real, and hands out what both ends recorded of it.
 */
#ifndef TCPLEDGER_LAB_H
#define TCPLEDGER_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/case.h"

/**
 * struct lab_result - what came of a case
 * @records: descriptor of a records file of both ends, for lab_result_free()
 * @netns: what the hosts' records have as their netns, by enum world_host
 * @error: errno that the last call of a program failed with as it was to, or 0
 */
struct lab_result {
	int		records;
	uint32_t	netns[WORLD_HOSTS];
	int		error;
};

const struct lab_case *lab_case_at(unsigned int n);
const struct lab_case *lab_case_find(const char *name);
int lab_check(void);
int lab_run(const struct lab_case *lab_case, bool wait, const char *folder,
	    struct lab_result *result);
void lab_result_free(struct lab_result *result);

#endif
