/* SPDX-License-Identifier: GPL-2.0 */
/* Connections with payload, of which only the numbers tell. */
#ifndef TCPLEDGER_FIXTURE_TALKS_H
#define TCPLEDGER_FIXTURE_TALKS_H

#include "fixture.h"

#define FIXTURE_TALKS	11

void fixture_talk(struct fixture *f, unsigned int id);

#endif
