/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes as letters, RFC 4648 section 4. */
#ifndef TCPLEDGER_BASE64_H
#define TCPLEDGER_BASE64_H

#include <stddef.h>

struct text;

void base64_add(struct text *text, const void *bytes, size_t len, size_t width);

#endif
