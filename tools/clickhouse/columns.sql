-- SPDX-License-Identifier: GPL-2.0
-- The columns of a row of 'tcpledger follow --rows', once: the tables of single.sql and
-- cluster.sql copy them. Types are those that ClickHouse 18.16 and today's both have. An
-- unknown number is NULL, an unknown word is ''.
CREATE DATABASE IF NOT EXISTS tcpledger;

CREATE TABLE IF NOT EXISTS tcpledger.columns
(
    host                       String,
    boot_id                    String,
    -- one load of the module
    load_id                    String,
    -- of two rows of a record the higher counts
    version                    UInt64,
    -- when the row was made
    told_at                    DateTime('UTC'),
    -- of the tuple, as Zeek and Suricata make it
    community_id               String,
    -- equal at both ends, on whichever machines; '' without a key
    join_key                   String,
    -- counts from 1 in each netns and load
    id                         UInt64,
    -- the other end, if it is on this machine too; 0 if not
    peer_id                    UInt64,
    netns                      UInt32,
    family                     String,
    ifindex                    UInt32,
    local                      String,
    lport                      UInt16,
    remote                     String,
    rport                      UInt16,
    opened_at                  DateTime('UTC'),
    -- since 1970
    opened_at_ns               Nullable(Int64),
    -- 0 while it lasts
    ended_at                   DateTime('UTC'),
    duration_ns                Nullable(Int64),
    state                      String,
    state_age_ns               Nullable(Int64),
    -- 1 while it lasts
    live                       UInt8,
    partial                    UInt8,
    log_dropped                UInt32,
    owner_pid                  Nullable(Int32),
    owner_comm                 String,
    owner_uid                  Nullable(Int64),
    owner_cgroup               Nullable(Int64),
    owner_inode                Nullable(Int64),
    owner_cookie               Nullable(Int64),
    closer_pid                 Nullable(Int32),
    closer_comm                String,
    open_role                  String,
    open_outcome               String,
    open_syn_ns                Nullable(Int64),
    open_synack_ns             Nullable(Int64),
    open_ack_ns                Nullable(Int64),
    open_handshake_ns          Nullable(Int64),
    open_syn_retransmits       UInt32,
    open_synack_retransmits    UInt32,
    open_syncookie             UInt8,
    open_fastopen              UInt8,
    -- only with --with-sequence
    open_local_isn             Nullable(UInt32),
    open_remote_isn            Nullable(UInt32),
    open_local_mss             Nullable(UInt32),
    open_remote_mss            Nullable(UInt32),
    open_local_wscale          Nullable(UInt8),
    open_remote_wscale         Nullable(UInt8),
    open_sack                  Nullable(UInt8),
    open_timestamps            Nullable(UInt8),
    open_accept_ns             Nullable(Int64),
    close_kind                 String,
    close_first                String,
    close_reset_by             String,
    close_error                String,
    close_local_fin_ns         Nullable(Int64),
    close_remote_fin_ns        Nullable(Int64),
    close_half_close_ns        Nullable(Int64),
    close_fin_retransmits      UInt32,
    time_wait_entered_ns       Nullable(Int64),
    time_wait_nominal_ns       Nullable(Int64),
    time_wait_restarts         UInt32,
    time_wait_fin_reacks       UInt32,
    time_wait_old_duplicates   UInt32,
    time_wait_remaining_ns     Nullable(Int64),
    time_wait_residence_ns     Nullable(Int64),
    time_wait_residence_exact  UInt8,
    time_wait_exit             String,
    residence_established_ns   Nullable(Int64),
    residence_syn_sent_ns      Nullable(Int64),
    residence_syn_recv_ns      Nullable(Int64),
    residence_fin_wait1_ns     Nullable(Int64),
    residence_fin_wait2_ns     Nullable(Int64),
    residence_time_wait_ns     Nullable(Int64),
    residence_close_ns         Nullable(Int64),
    residence_close_wait_ns    Nullable(Int64),
    residence_last_ack_ns      Nullable(Int64),
    residence_listen_ns        Nullable(Int64),
    residence_closing_ns       Nullable(Int64),
    bytes_sent                 Nullable(Int64),
    bytes_received             Nullable(Int64),
    retransmits                Nullable(Int32),
    srtt_us                    Nullable(Int64),
    min_rtt_us                 Nullable(Int64),
    anomalies                  Array(String),
    completeness               UInt8,
    zeek_state                 String,
    zeek_history               String,
    -- the log: entry i has the i-th value of each array
    log_t_ns                   Array(Int64),
    -- segment, state or note
    log_type                   Array(String),
    -- out or in, of a segment
    log_dir                    Array(String),
    -- SYN,ACK
    log_flags                  Array(String),
    log_win                    Array(UInt16),
    log_len                    Array(UInt32),
    log_ttl                    Array(UInt8),
    log_retransmit             Array(UInt8),
    log_origin                 Array(String),
    -- 1, 0, or -1 if not known
    log_accepted               Array(Int8),
    log_from                   Array(String),
    log_to                     Array(String),
    log_cause                  Array(String),
    log_tag                    Array(String),
    -- entry that caused a state or a note, from 0; -1 if none
    log_segment                Array(Int16),
    -- only with --with-sequence
    log_seq                    Array(UInt32),
    log_ack                    Array(UInt32)
)
ENGINE = Null;
