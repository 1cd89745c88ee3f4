/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PARAMETERS_H
#define TCPLEDGER_PARAMETERS_H

/* Which namespaces record from their beginning; the order of enabled_names. */
enum tcpledger_enabled {
	TCPLEDGER_ENABLED_ALL,
	TCPLEDGER_ENABLED_INITIAL,
	TCPLEDGER_ENABLED_NONE,
};

/**
 * struct tcpledger_parameters - how much is kept; fixed once loaded
 * @max_connections: records of one namespace, live and ended together
 * @history: ended records of one namespace
 * @max_embryonic: passive, not established records of one namespace
 * @max_total: records of all namespaces together
 * @events: events held in the live stream of one namespace
 * @enabled: enum tcpledger_enabled
 */
struct tcpledger_parameters {
	unsigned int	max_connections;
	unsigned int	history;
	unsigned int	max_embryonic;
	unsigned int	max_total;
	unsigned int	events;
	int		enabled;
};

extern struct tcpledger_parameters tcpledger_parameters;

int tcpledger_parameters_init(void);

#endif /* TCPLEDGER_PARAMETERS_H */
