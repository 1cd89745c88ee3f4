-- SPDX-License-Identifier: GPL-2.0
-- Who resets whom? Told once, by the end that sent the RST, if that is recorded.
SELECT
    if(close_reset_by = 'local', local, remote) AS resets,
    if(close_reset_by = 'local', remote, local) AS is_reset,
    if(is_server = 1, lport, rport) AS service,
    count() AS told, sum(close_reset_by = 'local') AS told_by_sender
FROM tcpledger.services
WHERE close_kind = 'reset'
GROUP BY resets, is_reset, service
ORDER BY told DESC, resets, is_reset, service;
