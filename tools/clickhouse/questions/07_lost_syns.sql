-- SPDX-License-Identifier: GPL-2.0
-- Were repeated SYNs lost on the way, or did they arrive and were not answered in time?
SELECT
    client_host, server_host, count() AS connections, sum(syns_sent) AS sent,
    sum(syns_arrived) AS arrived, sum(syns_sent) - sum(syns_arrived) AS lost
FROM tcpledger.pairs
WHERE syns_sent > 1
GROUP BY client_host, server_host
ORDER BY client_host, server_host;
