-- SPDX-License-Identifier: GPL-2.0
-- Whose address does the server see otherwise than the client, and as what?
SELECT client_host, client_address, client_address_at_server, count() AS connections
FROM tcpledger.pairs
WHERE client_address != client_address_at_server
GROUP BY client_host, client_address, client_address_at_server
ORDER BY connections DESC, client_host, client_address, client_address_at_server;
