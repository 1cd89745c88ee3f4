/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two connections side by side, with the first difference marked.
 */
#ifndef TCPLEDGER_SIDE_BY_SIDE_H
#define TCPLEDGER_SIDE_BY_SIDE_H

struct options;

int side_by_side(const struct options *options);

#endif
