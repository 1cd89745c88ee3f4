-- SPDX-License-Identifier: GPL-2.0
-- Who leaks CLOSE_WAIT to whom? The program has not closed, though the peer did a minute ago.
SELECT host, owner_comm, remote, count() AS connections, max(state_age_ns) AS oldest_ns
FROM tcpledger.living
WHERE state = 'CLOSE_WAIT' AND state_age_ns >= 60000000000
GROUP BY host, owner_comm, remote
ORDER BY connections DESC, host, owner_comm, remote;
