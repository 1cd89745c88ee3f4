/* SPDX-License-Identifier: GPL-2.0 */
/* The programs that set up a network: ip, tc and nft. */
#ifndef TCPLEDGER_PROGRAM_H
#define TCPLEDGER_PROGRAM_H

int program_run(char *const argv[], const char *package, const char *input);

#endif
