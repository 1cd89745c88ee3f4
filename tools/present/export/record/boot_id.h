/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_BOOT_ID_H
#define TCPLEDGER_BOOT_ID_H

void boot_id_get(unsigned char id[16]);

#endif
