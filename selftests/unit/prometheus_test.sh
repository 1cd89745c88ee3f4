#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The way of the counters to Prometheus: the file that node_exporter reads, the units that
# write it, the rules, and Debian's own node_exporter and Prometheus on loopback.
# shellcheck disable=SC2317 # until_true calls what it is given
. ./tap.sh

tools=$(dirname "$TCPLEDGER")
here=$tools/prometheus
programs=$(realpath -m ../../.build/prometheus/usr/bin)
export PATH=$tools:$programs:$PATH
tap_plan 34
trap 'jobs -rp | xargs -r kill; wait; rm -rf "$tap_dir"' EXIT

# until_true COMMAND...: within a minute
until_true()
{
	local end=$((SECONDS + 60))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.05 <> <(:) || :
	done
}

# What is written.
dir=$tap_dir/node-exporter
mkdir "$tap_dir/proc" "$dir"
printf '%s\n' 'records_created 22' 'records_live 12' 'opens_established 15' 'opens_refused 5' \
	'closes_reset 3' 'hist_handshake_1024 4' 'hist_handshake_inf 2' 'anomalies_syn_dropped 2' \
	'method_time_wait_exit kprobe' 'something_new 1' >"$tap_dir/proc/stats"
cp "$FIXTURES/records" "$tap_dir/proc/records"
collect() { TCPLEDGER_PROC=$tap_dir/proc "$here/tcpledger-metrics.sh" "$dir"; }

tap_true "the counters are written" collect
tap_is "... all of them" "$(grep -v close_wait_old "$dir/tcpledger.prom")" \
	"$(TCPLEDGER_PROC=$tap_dir/proc tcpledger stats --prometheus)"
tap_is "... and who forgot to close" "$(sed -n 's/^tcpledger_close_wait_old //p' "$dir/tcpledger.prom")" \
	"$(tcpledger list --json --file "$FIXTURES/records" |
		jq -s 'map(select(.live and .state == "CLOSE_WAIT" and .state_age_ns >= 6e10)) | length')"
tap_is "... for everybody to read" "$(stat -c %a "$dir/tcpledger.prom")" 644
tap_is "nothing else is left" "$(ls -A "$dir")" tcpledger.prom
# A reader sees the old file or the new one.
(for _ in $(seq 20); do collect; done) &
whole=1
while kill -0 $! 2>/dev/null; do
	tail -n 1 "$dir/tcpledger.prom" | grep -q '^tcpledger_close_wait_old [0-9]*$' || whole=0
done
tap_is "it is never half a file" "$whole" 1
mv "$tap_dir/proc/records" "$tap_dir/records"
tap_true "what cannot be read fails" sh -c "! TCPLEDGER_PROC=$tap_dir/proc $here/tcpledger-metrics.sh $dir"
tap_is "... and leaves no old counters" "$(ls -A "$dir")" ""
mv "$tap_dir/records" "$tap_dir/proc/records"
collect
said=$(TCPLEDGER_PROC=$tap_dir/none "$here/tcpledger-metrics.sh" "$dir")
tap_is "no module is no failure" "$? $said" "0 tcpledger-metrics: the module is not loaded, so there are no counters"
tap_is "... and no counters" "$(ls -A "$dir")" ""
said=$("$here/tcpledger-metrics.sh" "$tap_dir/none" 2>&1)
tap_is "no folder is a failure that says what to do" "$? $(grep -c 'install prometheus-node-exporter' <<<"$said")" "1 1"

# A folder of another user, who may put a link there at any moment, here while the counters
# are read.
mkdir "$tap_dir/bin"
cat >"$tap_dir/bin/tcpledger" <<END
#!/bin/sh
for file in "$dir/".tcpledger.*; do
	[ ! -e "\$file" ] || ln -sfT "$tap_dir/secret" "\$file"
done
exec "$TCPLEDGER" "\$@"
END
chmod +x "$tap_dir/bin/tcpledger"
echo secret >"$tap_dir/secret"
chmod 0600 "$tap_dir/secret"
collect_watched() { TCPLEDGER_PROC=$tap_dir/proc PATH=$tap_dir/bin:$PATH "$here/tcpledger-metrics.sh" "${1:-$dir}" 2>&1; }
collect_watched >"$tap_dir/said"
tap_is "a link that appears there is not written through" "$(stat -c %a "$tap_dir/secret") $(cat "$tap_dir/secret")" "600 secret"
rm -f "$dir"/.tcpledger.* "$dir/tcpledger.prom"
if [ "$(id -u)" -eq 0 ]; then
	chmod 0711 "$tap_dir"
	chown 65534 "$dir"
	said=$(collect_watched)
	tap_is "the file is written as the user of the folder" "$said$(stat -c '%u %a' "$dir/tcpledger.prom")" "65534 644"
	ln -sfT "$tap_dir/secret" "$dir/tcpledger.prom"
	collect
	tap_is "... also in place of a link" "$(stat -c '%F' "$dir/tcpledger.prom") $(cat "$tap_dir/secret")" "regular file secret"
	mkdir "$tap_dir/roots" "$tap_dir/theirs"
	chown 65534 "$tap_dir/theirs"
	ln -s "$tap_dir/roots" "$tap_dir/theirs/dir"
	collect_watched "$tap_dir/theirs/dir" >"$tap_dir/said"
	tap_is "... and not in a folder of root's that a link of theirs names" "$(ls "$tap_dir/roots")" ""
	chown 0 "$dir"
	chmod 0777 "$dir"
	rm -f "$dir/tcpledger.prom"
	said=$(collect_watched)
	tap_is "a folder of root's where others may write is refused" \
		"$? $(grep -c 'chmod go-w' <<<"$said") $(ls "$dir")" "1 1 "
	chmod 0755 "$dir"
else
	tap_skip "a folder of another user" "not root" 4
fi

# What is installed.
root=$tap_dir/root
make -s -C "$tools" install DESTDIR="$root" PREFIX=/usr >"$tap_dir/install" 2>&1
tap_is "script, units and rules are installed" \
	"$(cd "$root" && find usr/libexec usr/lib usr/share/tcpledger/prometheus -type f | sort | paste -sd' ')" \
	"usr/lib/systemd/system/tcpledger-metrics.service usr/lib/systemd/system/tcpledger-metrics.timer \
usr/libexec/tcpledger/tcpledger-metrics usr/share/tcpledger/prometheus/README.md \
usr/share/tcpledger/prometheus/tcpledger.rules.test.yml usr/share/tcpledger/prometheus/tcpledger.rules.yml"
if command -v systemd-analyze >/dev/null; then
	units=$root/usr/lib/systemd/system
	tap_is "the service runs the script" "$(sed -n 's/^ExecStart=//p' "$units/tcpledger-metrics.service")" \
		/usr/libexec/tcpledger/tcpledger-metrics
	sed -i "s|^ExecStart=|&$root|" "$units/tcpledger-metrics.service"
	tap_is "systemd finds no fault with the units" \
		"$(SYSTEMD_LOG_LEVEL=notice systemd-analyze verify --man=no "$units"/tcpledger-metrics.* 2>&1 |
			grep tcpledger-metrics)" ""
	sed -i 's/^Type=oneshot/Type=once/' "$units/tcpledger-metrics.service"
	tap_true "... and would with others" sh -c \
		"systemd-analyze verify --man=no $units/tcpledger-metrics.* 2>&1 | grep -q tcpledger-metrics"
else
	tap_skip "systemd finds no fault with the units" "no systemd-analyze here" 3
fi
make -s -C "$tools" uninstall DESTDIR="$root" PREFIX=/usr >"$tap_dir/install" 2>&1
tap_is "all of it is taken away again" "$(find "$root" -type f)" ""

# The rules, with their own tests.
[ -x "$programs/promtool" ] ||
	tap_skip_rest "Prometheus takes it" "no Prometheus: run selftests/vm/fetch.sh prometheus"
tap_true "promtool takes the rules" promtool check rules "$here/tcpledger.rules.yml"
tap_true "the rules pass their tests" promtool test rules "$here/tcpledger.rules.test.yml"
names() { sed -n "s/^ *\(- \)\?$1: *//p" | sort -u; }
alerts=$(names alert <"$here/tcpledger.rules.yml")
tap_same "for each alert there is a test in which it fires" \
	"$(grep -A 1 'alertname:' "$here/tcpledger.rules.test.yml" | grep -B 1 'exp_alerts:$' | names alertname)" "$alerts"
recorded=$(names record <"$here/tcpledger.rules.yml")
tap_same "each recorded value is looked at" \
	"$(grep -oE 'instance:[a-z_]+:[a-z0-9_]+' "$here/tcpledger.rules.test.yml" | sort -u)" "$recorded"
# A misspelt name would be silent for ever: all that the module counts, as it is written, has
# each name and tag that a rule asks for.
words() { sed -n "/^#define TCPLEDGER_$1(X)/,/[^\\\\]\$/p" ../../module/uapi/linux/tcpledger.h | grep -oE '"[a-z_]+"' | tr -d '"'; }
mkdir "$tap_dir/all"
{
	sed -n '/^#define TCPLEDGER_COUNTERS(X)/,/[^\]$/{s/.*X(\([a-z_]*\)).*/\1/p}' ../../module/ledger/stats.h
	echo missed_probes
	words OUTCOMES | sed 's/^/opens_/'
	words KINDS | sed 's/^/closes_/'
	words ANOMALIES | sed 's/^/anomalies_/'
	printf '%s\n' hist_handshake_1024 hist_time_wait_1024
} | sed 's/$/ 1/' >"$tap_dir/all/stats"
TCPLEDGER_PROC=$tap_dir/all tcpledger stats --prometheus >"$tap_dir/names"
echo tcpledger_close_wait_old >>"$tap_dir/names"
tap_is "the rules ask for what there is" "$(
	grep -oE '\btcpledger_[a-z_]+(\b|\[)' "$here/tcpledger.rules.yml" | tr -d '[' | sort -u |
		while read -r name; do
			grep -q "^$name\b" "$tap_dir/names" || grep -q "instance:$name:" "$here/tcpledger.rules.yml" || echo "$name"
		done
	grep -oE '(tag|kind|outcome)!?="[a-z_]+"' "$here/tcpledger.rules.yml" | tr -d '!' | sort -u |
		while read -r label; do
			grep -qF "{$label}" "$tap_dir/names" || echo "$label"
		done)" ""

# The real programs. Each is told to choose a port itself and says which.
port_of() { sed -n 's/.*msg="Listening on".* address=[^ ]*:\([0-9]*\).*/\1/p' "$1" | head -n 1; }
listens() { [ -n "$(port_of "$1")" ]; }
collect
timeout 300 prometheus-node-exporter --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$dir" --web.listen-address=127.0.0.1:0 2>"$tap_dir/exporter.log" &
tap_true "node_exporter starts" until_true listens "$tap_dir/exporter.log"
exporter=$(port_of "$tap_dir/exporter.log")
curl -s "http://127.0.0.1:$exporter/metrics" >"$tap_dir/scraped"
tap_is "node_exporter reads the file" "$(grep '^node_textfile_scrape_error' "$tap_dir/scraped")" \
	"node_textfile_scrape_error 0"
tap_is "promtool finds no fault with what it makes of it" \
	"$(grep -E '^(# [A-Z]+ )?tcpledger_' "$tap_dir/scraped" | promtool check metrics 2>&1)" ""
# Labels stand in the order of their names there.
tap_same "each sample of ours is there, with its value" \
	"$(grep '^tcpledger_' "$tap_dir/scraped" | sed 's/le="1.024e-06"/le="0.000001024"/' | sort)" \
	"$(grep '^tcpledger_' "$dir/tcpledger.prom" | sed 's/{\(of="[^"]*"\),\(method="[^"]*"\)}/{\2,\1}/' | sort)"

cat >"$tap_dir/prometheus.yml" <<END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$here/tcpledger.rules.yml]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["127.0.0.1:$exporter"]}]
END
timeout 300 prometheus --config.file="$tap_dir/prometheus.yml" --storage.tsdb.path="$tap_dir/tsdb" \
	--web.listen-address=127.0.0.1:0 2>"$tap_dir/prometheus.log" &
tap_true "Prometheus starts" until_true listens "$tap_dir/prometheus.log"
api=http://127.0.0.1:$(port_of "$tap_dir/prometheus.log")/api/v1
value() { curl -s "$api/query" --data-urlencode "query=$1" | jq -r '.data.result[]?.value[1]'; }
has_value() { [ "$(value "$1")" = "$2" ]; }
tap_true "Prometheus has what the module counted" until_true has_value 'tcpledger_opens_total{outcome="established"}' 15
failing()
{
	curl -s "$api/rules" | jq -c '[.data.groups[].rules[] | .health] | group_by(.) | map({(.[0]): length}) | add'
}
all_healthy() { [ "$(failing)" = "{\"ok\":$(wc -w <<<"$alerts $recorded")}" ]; }
tap_true "each rule is evaluated without an error" until_true all_healthy
touch -d '10 minutes ago' "$dir/tcpledger.prom"
stale() { [ "$(value 'ALERTS{alertname="TcpledgerStale", alertstate="firing"}')" = 1 ]; }
tap_true "a file that is not written any more is told" until_true stale
tap_end
