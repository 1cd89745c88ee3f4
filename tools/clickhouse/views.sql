-- SPDX-License-Identifier: GPL-2.0
-- What questions are asked of. On one server and on a cluster alike; once more after an
-- upgrade.

-- Each record once, as it was told last.
DROP TABLE IF EXISTS tcpledger.latest;
CREATE VIEW tcpledger.latest AS
SELECT * FROM tcpledger.connections FINAL;

-- What lasts now. A row comes each minute while it does, so that one that is older than three
-- tells of a recorder that has stopped, or of an end that was lost.
DROP TABLE IF EXISTS tcpledger.living;
CREATE VIEW tcpledger.living AS
SELECT * FROM tcpledger.latest
WHERE live = 1 AND told_at >= now() - 180;

-- Each record by who opened: the client's and the server's address, and the server's port.
-- 'connection' is equal at both ends, as far as that can be known.
DROP TABLE IF EXISTS tcpledger.services;
CREATE VIEW tcpledger.services AS
SELECT
    *,
    if(join_key != '', join_key, concat(host, ' ', boot_id, ' ', load_id, ' ', toString(netns), ' ',
        toString(if(peer_id != 0 AND peer_id < id, peer_id, id)))) AS connection,
    open_role = 'passive' AS is_server,
    if(open_role = 'passive', local, remote) AS server,
    if(open_role = 'passive', lport, rport) AS port,
    if(open_role = 'passive', remote, local) AS client
FROM tcpledger.latest
WHERE open_role IN ('active', 'passive');

-- One row an entry of a log.
DROP TABLE IF EXISTS tcpledger.log;
CREATE VIEW tcpledger.log AS
SELECT
    host, boot_id, load_id, netns, id, join_key, community_id, opened_at_ns,
    n, t_ns, type, dir, flags, win, len, retransmit, accepted, from_state, to_state, cause, tag, segment
FROM tcpledger.latest
ARRAY JOIN
    arrayEnumerate(log_t_ns) AS n, log_t_ns AS t_ns, log_type AS type, log_dir AS dir,
    log_flags AS flags, log_win AS win, log_len AS len, log_retransmit AS retransmit,
    log_accepted AS accepted, log_from AS from_state, log_to AS to_state, log_cause AS cause,
    log_tag AS tag, log_segment AS segment;

-- Both ends of a connection side by side, on whichever machines they are. Where a key is
-- shared, join_key is equal at both; NAT changes addresses and ports, but not that.
DROP TABLE IF EXISTS tcpledger.pairs;
CREATE VIEW tcpledger.pairs AS
SELECT
    join_key,
    anyIf(host, is_server = 0) AS client_host,
    anyIf(host, is_server = 1) AS server_host,
    anyIf(client, is_server = 0) AS client_address,
    anyIf(client, is_server = 1) AS client_address_at_server,
    anyIf(port, is_server = 1) AS server_port,
    anyIf(state, is_server = 0) AS client_state,
    anyIf(state, is_server = 1) AS server_state,
    anyIf(close_kind, is_server = 0) AS client_kind,
    anyIf(close_kind, is_server = 1) AS server_kind,
    anyIf(live, is_server = 0) AS client_live,
    anyIf(live, is_server = 1) AS server_live,
    anyIf(told_at, is_server = 0) AS client_told_at,
    anyIf(told_at, is_server = 1) AS server_told_at,
    anyIf(ended_at, is_server = 0) AS client_ended_at,
    anyIf(ended_at, is_server = 1) AS server_ended_at,
    anyIf(bytes_sent, is_server = 0) AS client_sent,
    anyIf(bytes_received, is_server = 1) AS server_received,
    sumIf(arrayCount((d, f) -> d = 'out' AND f LIKE 'SYN%' AND f NOT LIKE '%ACK%', log_dir, log_flags), is_server = 0) AS syns_sent,
    sumIf(arrayCount((d, f) -> d = 'in' AND f LIKE 'SYN%' AND f NOT LIKE '%ACK%', log_dir, log_flags), is_server = 1) AS syns_arrived
FROM tcpledger.services
WHERE join_key != ''
GROUP BY join_key
HAVING sum(is_server = 0) = 1 AND sum(is_server = 1) = 1;
