-- SPDX-License-Identifier: GPL-2.0
-- Many servers: run this on each. Rows go into and are asked from 'connections' on any of
-- them; each shard keeps its part in 'connections_local', each replica of it a copy. Wants
-- in the configuration a cluster 'tcpledger' in remote_servers, with internal_replication,
-- ZooKeeper or Keeper, and macros {shard} and {replica}.
--
-- All rows of a machine lie on one shard, as only there a newer row can replace an older one.
CREATE TABLE IF NOT EXISTS tcpledger.connections_local AS tcpledger.columns
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tcpledger/connections', '{replica}', version)
PARTITION BY toYYYYMMDD(opened_at)
ORDER BY (host, opened_at, boot_id, load_id, netns, id);

CREATE TABLE IF NOT EXISTS tcpledger.connections AS tcpledger.columns
ENGINE = Distributed(tcpledger, tcpledger, connections_local, cityHash64(host));
