/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger export: records for Wireshark or packetdrill. */
#ifndef TCPLEDGER_COMMAND_EXPORT_H
#define TCPLEDGER_COMMAND_EXPORT_H

struct options;

int command_export(const struct options *options);

#endif
