-- SPDX-License-Identifier: GPL-2.0
-- Which remote addresses cost us TIME_WAIT, and how did it end?
SELECT
    remote, countIf(live AND state = 'TIME_WAIT') AS now, count() AS ever,
    sum(time_wait_exit = 'reused') AS reused, sum(time_wait_exit = 'reset') AS reset,
    max(time_wait_residence_ns) AS longest_ns
FROM tcpledger.latest
WHERE time_wait_entered_ns IS NOT NULL
GROUP BY remote
ORDER BY ever DESC, remote;
