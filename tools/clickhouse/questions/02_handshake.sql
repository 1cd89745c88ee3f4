-- SPDX-License-Identifier: GPL-2.0
-- How long are handshakes, by service and hour? As the client sees them.
SELECT
    server, port, toStartOfHour(opened_at) AS hour, count() AS handshakes,
    quantileExact(0.5)(open_handshake_ns) AS p50_ns,
    quantileExact(0.99)(open_handshake_ns) AS p99_ns
FROM tcpledger.services
WHERE is_server = 0 AND open_handshake_ns IS NOT NULL
GROUP BY server, port, hour
ORDER BY server, port, hour;
