/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each anomaly means and what to do about it, to be translated.
 */
#ifndef TCPLEDGER_REMEDIES_H
#define TCPLEDGER_REMEDIES_H

#include <linux/tcpledger.h>

/**
 * struct remedy - an anomaly
 * @cause: what it means
 * @cure: what to do: settings and counters to look at
 */
struct remedy {
	const char	*cause;
	const char	*cure;
};

extern const struct remedy remedies[TCPLEDGER_ANOMALY_MAX];

#endif
