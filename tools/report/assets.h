/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The style sheet and the script of a report: page.css, connection.css and media.css,
 * and page.js, as they are.
 */
#ifndef TCPLEDGER_ASSETS_H
#define TCPLEDGER_ASSETS_H

extern const char assets_style[];	/* terminated */
extern const char assets_script[];	/* terminated */

#endif
