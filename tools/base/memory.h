/* SPDX-License-Identifier: GPL-2.0 */
/* Memory for arrays. Where there is none the program ends, so no caller has to check. */
#ifndef TCPLEDGER_MEMORY_H
#define TCPLEDGER_MEMORY_H

#include <stddef.h>
#include <stdnoreturn.h>

void *memory_new(size_t count, size_t size);
void *memory_grow(void *array, size_t count, size_t *room, size_t size);
noreturn void memory_exhausted(void);

#endif
