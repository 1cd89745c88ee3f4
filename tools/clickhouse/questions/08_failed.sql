-- SPDX-License-Identifier: GPL-2.0
-- What could not be opened, and why? From the side that tried.
SELECT host, owner_comm, server, port, open_outcome, count() AS attempts
FROM tcpledger.services
WHERE is_server = 0 AND open_outcome NOT IN ('established', 'in_progress')
GROUP BY host, owner_comm, server, port, open_outcome
ORDER BY attempts DESC, host, owner_comm, server, port, open_outcome;
