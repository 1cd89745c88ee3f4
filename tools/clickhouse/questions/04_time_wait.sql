-- SPDX-License-Identifier: GPL-2.0
-- Which remote addresses cost us TIME_WAIT, and how did it end? 'now' as in the view 'living'.
SELECT
    remote, countIf(live AND state = 'TIME_WAIT' AND told_at >= now() - 180) AS now, count() AS ever,
    sum(time_wait_exit = 'reused') AS reused, sum(time_wait_exit = 'reset') AS reset,
    max(time_wait_residence_ns) AS longest_ns
FROM tcpledger.latest
WHERE time_wait_entered_ns IS NOT NULL
GROUP BY remote
ORDER BY ever DESC, remote;
