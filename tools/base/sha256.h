/* SPDX-License-Identifier: GPL-2.0 */
/* SHA-256, FIPS 180-4: what a page tells a browser of its own style and script. */
#ifndef TCPLEDGER_SHA256_H
#define TCPLEDGER_SHA256_H

#include <stddef.h>

#define SHA256_LEN	32

void sha256(const void *bytes, size_t len, unsigned char digest[SHA256_LEN]);

#endif
