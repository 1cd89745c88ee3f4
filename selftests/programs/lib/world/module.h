/* SPDX-License-Identifier: GPL-2.0 */
/* The module under test: taking it out, loading it with other parameters, its counters. */
#ifndef TCPLEDGER_SELFTEST_MODULE_H
#define TCPLEDGER_SELFTEST_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#define MODULE_BLOCK	768	/* bytes of memory an endpoint may take at first */

const char *module_file(void);
bool module_loaded(void);
void module_load(const char *parameters);
void module_unload(void);
void module_reload(const char *parameters);
bool module_has_cache(void);
int kernel_taint(void);
int64_t ledger_stat(const char *name);
int judge_balance(void);
int64_t slab_blocks(void);

#endif
