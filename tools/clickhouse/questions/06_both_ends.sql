-- SPDX-License-Identifier: GPL-2.0
-- Where do the two ends of a connection not agree on how it ended? Neither of them sees that.
-- One that lasts (in TIME_WAIT it is as good as over) is 'open', if it was told lately and
-- the other end has been over for three minutes.
SELECT client_host, server_host, server_port, client_end, server_end, count() AS connections
FROM
(
    SELECT
        *,
        if(client_live, 'open', client_kind) AS client_end,
        if(server_live, 'open', server_kind) AS server_end
    FROM tcpledger.pairs
    WHERE (client_live = 0 OR (client_state != 'TIME_WAIT' AND client_told_at >= now() - 180
            AND server_live = 0 AND server_ended_at < now() - 180))
        AND (server_live = 0 OR (server_state != 'TIME_WAIT' AND server_told_at >= now() - 180
            AND client_live = 0 AND client_ended_at < now() - 180))
)
WHERE client_end != server_end
GROUP BY client_host, server_host, server_port, client_end, server_end
ORDER BY connections DESC, client_host, server_host, server_port, client_end, server_end;
