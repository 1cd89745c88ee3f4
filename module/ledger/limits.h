/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_LIMITS_H
#define TCPLEDGER_LIMITS_H

/**
 * struct tcpledger_limits - how much is kept; fixed once loaded
 * @max_connections: records of one namespace, live and ended together
 * @history: ended records of one namespace
 * @max_embryonic: passive, not established records of one namespace
 * @max_total: records of all namespaces together
 */
struct tcpledger_limits {
	unsigned int	max_connections;
	unsigned int	history;
	unsigned int	max_embryonic;
	unsigned int	max_total;
};

extern struct tcpledger_limits tcpledger_limits;

int tcpledger_limits_init(void);

#endif /* TCPLEDGER_LIMITS_H */
