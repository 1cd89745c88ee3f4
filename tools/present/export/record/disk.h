/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_DISK_H
#define TCPLEDGER_DISK_H

#include <stdint.h>

int disk_check(const char *path, uint64_t least);

#endif
