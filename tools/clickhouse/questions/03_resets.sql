-- SPDX-License-Identifier: GPL-2.0
-- Who resets whom? Each connection once, as the end that sent the RST tells it, if that is
-- recorded: the other end may see another address, or not have got the RST.
SELECT
    resets, is_reset, service, count() AS connections, sum(by_sender) AS told_by_sender
FROM
(
    SELECT
        argMax(if(close_reset_by = 'local', local, remote), close_reset_by = 'local') AS resets,
        argMax(if(close_reset_by = 'local', remote, local), close_reset_by = 'local') AS is_reset,
        argMax(port, close_reset_by = 'local') AS service,
        max(close_reset_by = 'local') AS by_sender
    FROM tcpledger.services
    WHERE close_kind = 'reset'
    GROUP BY connection
)
GROUP BY resets, is_reset, service
ORDER BY connections DESC, resets, is_reset, service;
