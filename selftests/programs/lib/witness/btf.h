/* SPDX-License-Identifier: GPL-2.0 */
/* The places of members in the running kernel's own structures. */
#ifndef TCPLEDGER_SELFTEST_BTF_H
#define TCPLEDGER_SELFTEST_BTF_H

int btf_offset(const char *name, const char *member);

#endif /* TCPLEDGER_SELFTEST_BTF_H */
