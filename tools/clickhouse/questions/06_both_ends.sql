-- SPDX-License-Identifier: GPL-2.0
-- Where do the two ends of a connection not agree on how it ended? Neither of them sees that.
SELECT client_host, server_host, server_port, client_kind, server_kind, count() AS connections
FROM tcpledger.pairs
WHERE client_kind != server_kind
GROUP BY client_host, server_host, server_port, client_kind, server_kind
ORDER BY connections DESC, client_host, server_host, server_port, client_kind, server_kind;
