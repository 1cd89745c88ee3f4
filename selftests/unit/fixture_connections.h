/* SPDX-License-Identifier: GPL-2.0 */
/* One connection of each kind, record 17 to record 33. */
#ifndef TCPLEDGER_FIXTURE_CONNECTIONS_H
#define TCPLEDGER_FIXTURE_CONNECTIONS_H

#include "fixture.h"

#define FIXTURE_CONNECTIONS	17

void fixture_connection(struct fixture *f, unsigned int which);
void fixture_active(struct fixture *f);
void fixture_passive(struct fixture *f);
int fixture_handshake_out(struct fixture *f, unsigned int isn, unsigned int peer_isn);

#endif
