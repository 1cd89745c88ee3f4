/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Community ID, version 1: one word for a connection that Zeek, Suricata, Wireshark
 * and others make of the same tuple, at whichever end. Pure.
 */
#ifndef TCPLEDGER_COMMUNITY_ID_H
#define TCPLEDGER_COMMUNITY_ID_H

struct tcpledger_record;

#define COMMUNITY_ID_ROOM	32	/* "1:", 28 characters, the end */

void community_id(const struct tcpledger_record *r, char id[COMMUNITY_ID_ROOM]);

#endif
