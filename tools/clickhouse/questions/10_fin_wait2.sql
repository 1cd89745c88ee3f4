-- SPDX-License-Identifier: GPL-2.0
-- Which services let their clients wait in FIN_WAIT2, for how long?
SELECT
    server, port, count() AS closed_by_client,
    quantileExact(0.5)(residence_fin_wait2_ns) AS p50_ns, max(residence_fin_wait2_ns) AS longest_ns
FROM tcpledger.services
WHERE is_server = 0 AND close_first = 'local' AND residence_fin_wait2_ns IS NOT NULL
GROUP BY server, port
ORDER BY longest_ns DESC, server, port;
