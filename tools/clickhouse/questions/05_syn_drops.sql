-- SPDX-License-Identifier: GPL-2.0
-- Which listeners do not answer SYNs, and which of their queues was full?
SELECT
    host, lport, count() AS dropped, sum(has(anomalies, 'accept_queue_full')) AS accept_queue_full,
    sum(has(anomalies, 'syn_queue_full')) AS syn_queue_full, uniqExact(remote) AS clients
FROM tcpledger.latest
WHERE has(anomalies, 'syn_dropped')
GROUP BY host, lport
ORDER BY dropped DESC, host, lport;
