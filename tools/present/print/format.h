/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How values look to people: durations, moments, addresses. Where a value is
 * not known, "-" stands.
 */
#ifndef TCPLEDGER_FORMAT_H
#define TCPLEDGER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

void format_address(struct text *text, const uint8_t *address, bool ipv6);
void format_endpoint(struct text *text, const uint8_t *address, bool ipv6,
		     uint16_t port);
void format_duration(struct text *text, int64_t ns);
void format_seconds(struct text *text, int64_t ns, unsigned int decimals);
bool format_wall(struct text *text, int64_t realtime_ns);

#endif
