# SPDX-License-Identifier: GPL-2.0
# Of a row what fleet.jq asks for: with all of them it would need gigabytes.
. as $row
| {host, boot_id, load_id, netns, id, live, state, state_age_ns, owner_comm, local, lport, remote, rport, opened_at,
	open_role, open_outcome, open_handshake_ns, close_kind, close_first, close_reset_by, anomalies,
	time_wait_entered_ns, time_wait_exit, time_wait_residence_ns, residence_fin_wait2_ns, join_key}
+ {syns_out: ([range(.log_dir | length) | select($row.log_dir[.] == "out" and $row.log_flags[.] == "SYN")] | length),
	syns_in: ([range(.log_dir | length) | select($row.log_dir[.] == "in" and $row.log_flags[.] == "SYN")] | length)}
