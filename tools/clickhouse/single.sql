-- SPDX-License-Identifier: GPL-2.0
-- One server. Rows of one record differ in their version, and the newest of them stays: sent
-- again, a row changes nothing. opened_at never changes, so they all lie in one partition;
-- old days are dropped with ALTER TABLE tcpledger.connections DROP PARTITION 20261123.
CREATE TABLE IF NOT EXISTS tcpledger.connections AS tcpledger.columns
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMMDD(opened_at)
ORDER BY (host, opened_at, boot_id, load_id, netns, id);
