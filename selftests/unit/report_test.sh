#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The report: well-formed, nothing of it from outside, the records inside the same byte for
# byte, harmless whatever a program is called, silent on what --redact takes away, as small
# as it is told to be; and, in a browser, what report_browser.py looks at.
. ./tap.sh

files=(pictures/*.records "$FIXTURES"/{records,pair,talks,spaces,longer,later})
header=56	# bytes of struct tcpledger_header

report() { "$TCPLEDGER" report "$@"; }
json() { "$TCPLEDGER" list --json --file "$1"; }

# What is neither style nor script is XML too, which has no second opinion on a wrong tag.
markup() { sed -e '/^<style>/,/<\/style>$/d' -e '/^<script>/,/^<\/script>/d' "$1"; }

# Everything that could make a browser ask for something, but for places in the page itself.
outside()
{
	markup "$1" | grep -oE ' (src|srcset|href|xlink:href|action|data|poster|background|ping)="[^"#][^"]*"'
	grep -oE '@import.*|url\([^)]*\)|https?://[^ ]*|fetch\(|XMLHttpRequest|WebSocket|import\(' "$1"
	markup "$1" | grep -oE ' (on[a-z]+|style)="[^"]*"|<(base|link|img|iframe|object|embed)\b'
}

ids() { markup "$1" | grep -oE ' id="[^"]*"' | sort | uniq -d; }

# Give programs other names: NAME NEW..., in the bytes of a records file.
rename()
{
	python3 -c '
import sys
data = sys.stdin.buffer.read()
for i in range(1, len(sys.argv), 2):
    old, new = (name.encode("utf-8", "surrogateescape").ljust(16, b"\0")
                for name in sys.argv[i:i + 2])
    assert old in data
    data = data.replace(old, new)
sys.stdout.buffer.write(data)' "$@"
}

command -v xmllint >/dev/null || ktap_skip_all "no xmllint: install libxml2-utils"
tap_plan 85 "${files[*]}" "${files[*]}" "${files[*]}" "${files[*]}"

page=$tap_dir/page.html
for file in "${files[@]}"; do
	name=$(basename "$file" .records)
	report "$page" --file "$file"
	markup "$page" >"$tap_dir/xml"
	tap_true "$name: is well-formed" xmllint --noout --nonet "$tap_dir/xml"
	tap_is "$name: nothing is from outside" "$(outside "$page")" ""
	tap_is "$name: no id is there twice" "$(ids "$page")" ""
	tap_true "$name: the records inside are those of the file" cmp <(json "$page") <(json "$file")
done

# What is told of each record.
report "$page" --file "$FIXTURES/records"
markup "$page" >"$tap_dir/xml"
count() { xmllint --xpath "count($1)" "$tap_dir/xml"; }
records=$(json "$FIXTURES/records" | wc -l)
tap_is "a row a record" "$(count '//*[@id="list"]/tbody/tr')" "$records"
tap_is "a part a record" "$(count '//details')" "$records"
tap_is "a ladder a record" "$(count '//*[@class="ladder"]')" "$records"
tap_is "a state diagram a record" "$(count '//*[@class="statediagram"]')" "$records"
tap_is "each entry of each log" "$(count '//*[@class="log"]/tbody/tr')" \
	"$(json "$FIXTURES/records" | jq '.log | length' | awk '{ sum += $1 } END { print sum }')"
tap_is "each change of state is a way in the diagrams" "$(count '//*[@class="statediagram"]/g')" \
	"$(json "$FIXTURES/records" | jq -c '.log[] | select(.type == "state")' | wc -l)"
one() { xmllint --xpath "string($1)" "$tap_dir/xml"; }
figure() { one "//dl[@class='figures']/div[dt='$1']/dd/text()"; }
tap_is "figure: records" "$(figure Records)" "$records"
tap_is "figure: established" "$(figure Established)" \
	"$(json "$FIXTURES/records" | jq -c 'select(.open.outcome == "established")' | wc -l)"
tap_is "figure: aborted" "$(figure Aborted)" \
	"$(json "$FIXTURES/records" | jq -c 'select(.close.kind == "reset" or .close.kind == "timed_out")' | wc -l)"
outcomes() { jq -r .open.outcome | sort | uniq -c | awk '{ print $2, $1 }'; }
tap_same "outcomes and how many" \
	"$(xmllint --xpath '//table[caption="Outcome of the opening"]//th//text() | //table[caption="Outcome of the opening"]//td[@class="n"]/text()' "$tap_dir/xml" | paste -d ' ' - - | sort)" \
	"$(json "$FIXTURES/records" | outcomes | sort)"
tap_is "a sentence of explain is there" "$(grep -c 'This is the first reason for 2MSL' "$tap_dir/xml")" 1
# Two SYNs were sent for a handshake, and the answer to the first one was lost.
report "$page" --file pictures/synack_lost.records
markup "$page" >"$tap_dir/xml"
tap_is "a lost segment is counted once for both ends" "$(figure 'Lost segments')" 1
ladder='(//*[@class="ladder"])[1]'
group=$(one "$ladder/*[local-name()='g'][*='ESTABLISHED']/@data-g")
tap_is "a state has its arrow and its words in its group" \
	"$(count "$ladder/*[local-name()='g'][@data-g='$group'][contains(., 'SYN,ACK')]") $(count "(//ol)[1]/li[@data-g='$group'][contains(., 'SYN_SENT => ESTABLISHED')]")" "1 1"

log() { json pictures/synack_lost.records | head -n 1 | jq -r "$1"; }
tap_same "the way through the states has each change, numbered, at its time" \
	"$(xmllint --xpath "(//*[@class='statediagram'])[1]//*[starts-with(@class, 'small b when')]/text()" "$tap_dir/xml")" \
	"$(log '.log[] | select(.type == "state") | .t_ns' |
		awk '{ printf "%d \302\267 %d.%06d\n", NR, $1 / 1e9, $1 % 1e9 / 1e3 }')"
bar="(//*[@class='timebar'])[1]/*"
tap_same "the time bar has the states that last, in their order" \
	"$(xmllint --xpath "$bar/*[@class='small b m']/text()" "$tap_dir/xml")" \
	"$(log '.log[] | select(.type == "state" and .to != "CLOSE") | .to')"
lengths=$(log '[.log[] | select(.type == "state")] | [.[1:], .[:-1]] | transpose[] | .[0].t_ns - .[1].t_ns')
tap_same "... the longer ones are wider" \
	"$(paste <(echo "$lengths") <(xmllint --xpath "$bar/*[local-name()='rect']/@width" "$tap_dir/xml" |
		tr -dc '0-9.\n') | sort -n -k 1 | cut -f 2)" \
	"$(xmllint --xpath "$bar/*[local-name()='rect']/@width" "$tap_dir/xml" | tr -dc '0-9.\n' | sort -n)"

# Both ends, one filter.
port=$(json pictures/synack_lost.records | jq -r .lport | head -n 1)
report "$page" --file pictures/synack_lost.records -L "$port"
tap_is "the other end comes along" "$(json "$page" | wc -l)" 2
tap_true "and the page says so" grep -q 'Of these, 1 do not match' "$page"
report "$page" --file "$FIXTURES/records" -L 22
tap_is "a filter chooses" "$(json "$page" | jq -c .lport | sort -u)" 22
report "$page" --file "$FIXTURES/records" --comm nobody
markup "$page" >"$tap_dir/xml"
tap_true "no record: still a page" xmllint --noout --nonet "$tap_dir/xml"
tap_is "... with none inside" "$(json "$page")" ""
tap_true "... which says so" grep -q 'There is no record' "$page"

# Files.
report "$page" --file "$FIXTURES/records" 2>"$tap_dir/err"
tap_is "a script is told nothing" "$(cat "$tap_dir/err")" ""
tap_true "- is standard output" cmp "$page" <(report - --file "$FIXTURES/records")
tap_true "records come back through a pipe too" \
	cmp <("$TCPLEDGER" --json --file /dev/stdin < <(cat "$page")) <(json "$FIXTURES/records")
for command in "show 17" "show 17 --json" "explain 17" timewait "list -w" "export --pcapng -"; do
	# shellcheck disable=SC2086 # a command and its options
	tap_true "$command reads it" cmp <("$TCPLEDGER" $command --file "$page") \
		<("$TCPLEDGER" $command --file "$FIXTURES/records")
done
report "$tap_dir/again.html" --file "$page"
tap_true "a report of a report has the same records" cmp <(json "$tap_dir/again.html") <(json "$page")
echo other >"$tap_dir/target"
ln -s target "$tap_dir/link.html"
report "$tap_dir/link.html" --file "$FIXTURES/records" 2>"$tap_dir/err"
tap_is "a link is refused" "$? $(grep -c "^tcpledger: cannot write .*/link.html: it is a symbolic link to target; " "$tap_dir/err")" "1 1"
tap_is "... and what it names is as it was" "$(cat "$tap_dir/target")" other
mkdir "$tap_dir/folder"
report "$tap_dir/folder/new.html" --file "$FIXTURES/bad_enum" 2>/dev/null
tap_is "damaged records: no file, nor half of one" "$? $(ls "$tap_dir/folder")" "1 "
mkfifo "$tap_dir/fifo"
timeout 60 cat "$tap_dir/fifo" >"$tap_dir/through" &
report "$tap_dir/fifo" --file "$FIXTURES/records"
wait $!
tap_true "a pipe is written in place" cmp "$tap_dir/through" "$page"

# Names of programs that would be markup.
hostile=('</script><b>' "\"><img src=x>" "' onload='x" '&lt;b>&amp;' '<!--' ']]><script>' $'\u202egpj.\xff')
rename rsync "${hostile[0]}" punch "${hostile[1]}" firefox "${hostile[2]}" curl "${hostile[3]}" \
	nginx "${hostile[4]}" wget "${hostile[5]}" ssh "${hostile[6]}" <"$FIXTURES/records" >"$tap_dir/hostile"
report "$tap_dir/hostile.html" --file "$tap_dir/hostile"
markup "$tap_dir/hostile.html" >"$tap_dir/xml"
tap_true "hostile names: well-formed" xmllint --noout --nonet "$tap_dir/xml"
tap_is "... no element more, no attribute" \
	"$(count '//img | //b[ancestor::table[@id="list"]] | //@src | //@onload | //script | //comment()')" 1
tap_is "... each is the text of its cell" \
	"$(xmllint --xpath '//*[@id="list"]/tbody/tr/td[4]/text()' --noent "$tap_dir/xml" | grep -cFx \
		-e '&lt;/script&gt;&lt;b&gt;' -e '"&gt;&lt;img src=x&gt;' -e "' onload='x" -e '&amp;lt;b&gt;&amp;amp;' -e '&lt;!--' -e ']]&gt;&lt;script&gt;')" 6
tap_is "... what turns writing round is escaped" "$(grep -cF $'\u202e' "$tap_dir/hostile.html")" 0
tap_true "... and the records inside still have them" cmp <(json "$tap_dir/hostile.html") <(json "$tap_dir/hostile")

# What is taken away is nowhere, nor in the records inside.
rename socat zqxkvw-quux <pictures/synack_lost.records >"$tap_dir/secret"
report "$page" --file "$tap_dir/secret" --redact
"$TCPLEDGER" export --pcapng - --file "$page" >"$tap_dir/bytes"
for word in 10.0.0.1 10.0.0.2 zqxkvw "$tap_dir"; do
	tap_is "--redact: no $(basename "$word")" "$(json "$page" | cat - "$page" | grep -cF "$word")" 0
done
tap_is "... not as bytes either" "$(LC_ALL=C grep -cP '\x0a\x00\x00[\x01\x02]|zqxkvw' "$tap_dir/bytes")" 0
tap_is "... the same by the same" "$(json "$page" | jq -r '"\(.local) \(.remote) \(.owner.comm)"')" \
	"192.0.2.1 192.0.2.2 program-1
192.0.2.2 192.0.2.1 program-1"
rest() { json "$1" | jq -c 'del(.local, .remote, .owner.comm, .closer.comm)'; }
tap_true "... and all else stays" cmp <(rest "$page") <(rest "$tap_dir/secret")
report "$page" --file "$FIXTURES/records" --redact
tap_is "... IPv6 too" "$(json "$page" | jq -r 'select(.family == "inet6") | .local, .remote' | grep -vc '^2001:db8::[0-9a-f]*$')" 0
tap_is "... no name stays, and no unknown one becomes known" \
	"$(json "$page" | jq -r '.owner.comm // empty' | grep -vc '^program-[0-9]*$') $(json "$page" | jq -c 'select(.owner.comm == null)' | wc -l)" \
	"0 $(json "$FIXTURES/records" | jq -c 'select(.owner.comm == null)' | wc -l)"

# No more than is allowed: what is left out is the oldest, and is told.
{
	cat "$FIXTURES/records"
	for _ in 1 2 3 4 5; do tail -c +$((header + 1)) "$FIXTURES/records"; done
} >"$tap_dir/many"
all=$(json "$tap_dir/many" | wc -l)
report "$page" --file "$tap_dir/many" --size 512K 2>"$tap_dir/err"
told=$(json "$page" | wc -l)
size=$(wc -c <"$page")
tap_true "--size: the file is no larger" test "$size" -le 524288
tap_true "... and not much smaller" test "$size" -gt 440000
tap_true "... some are told, not all" test "$told" -gt 0 -a "$told" -lt "$all"
tap_is "... standard error counts the rest" "$(cat "$tap_dir/err")" \
	"tcpledger: $page: a report of $told records; the $((all - told)) oldest had no room in 524288 bytes and were left out; use a filter or a larger --size"
tap_true "... and the page" grep -qF "Of $all records the $((all - told)) oldest had no room" "$page"
markup "$page" >"$tap_dir/xml"
tap_is "... whose figures have them" "$(figure Records)" "$all"
report "$page" --file "$tap_dir/many" --size 255K 2>"$tap_dir/err"
tap_is "too small for anything" "$? $(cat "$tap_dir/err")" \
	"2 tcpledger: --size wants at least 262144 bytes; see tcpledger --help"

# Reports that came to harm.
report "$page" --file "$FIXTURES/records"
start=$(grep -abo 'id="tcpledger-records"' "$page" | cut -d : -f 1)
harmed()	# NAME PATTERN: what is on stdin
{
	cat >"$tap_dir/harmed"
	"$TCPLEDGER-san" list --file "$tap_dir/harmed" >/dev/null 2>"$tap_dir/err"
	tap_is "$1" "$? $(grep -cE "^tcpledger: cannot read .*: $2" "$tap_dir/err") $(wc -l <"$tap_dir/err")" "1 1 1"
}
harmed "cut off before its records" "it is an HTML file without records" < <(head -c $((start - 3)) "$page")
harmed "cut off within them" "it is (truncated|cut off) within" < <(head -c $((start + 4000)) "$page")
harmed "cut off within their header" "it is (truncated|cut off)" < <(head -c $((start + 60)) "$page")
harmed "a letter that is none" "it is damaged: what should be its records" < <(sed 's/^VENQTEVER1/VENQTEVE?!/' "$page")
harmed "another HTML file" "it is an HTML file without records" \
	< <(echo '<!DOCTYPE html><p>Nothing.</p>' && yes | head -c 100000)
bad=$(for at in $(seq $((start - 200)) 997 "$(wc -c <"$page")"); do
	head -c "$at" "$page" >"$tap_dir/harmed"
	"$TCPLEDGER-san" list --json --file "$tap_dir/harmed" 2>"$tap_dir/err" >/dev/null
	[ $? -le 1 ] && ! grep -q Sanitizer "$tap_dir/err" || echo "$at"
done)
tap_is "cut off anywhere: no crash" "$bad" ""

# Chinese.
if LOCPATH=${LOCALES:-} LC_ALL=zh_CN.UTF-8 locale charmap 2>/dev/null | grep -qx UTF-8; then
	LOCPATH=$LOCALES LC_ALL=zh_CN.UTF-8 "$TCPLEDGER" report "$page" --file pictures/synack_lost.records
	markup "$page" >"$tap_dir/xml"
	tap_is "Chinese" "$(one /html/@lang) $(one //h1) $(count '//dl[@class="verdict"]/dd[contains(., "三次握手")]')" "zh-CN TCP 连接记录 2"
else
	tap_skip "Chinese" "no locales: install the package locales"
fi

# With a browser's eyes.
checks=21
if command -v chromium >/dev/null; then
	report "$page" --file "$FIXTURES/records"
	python3 -B report_browser.py "$page" "$tap_dir/hostile.html" >"$tap_dir/browser" 2>&1
	while read -r verdict text; do
		case $verdict in
		ok) tap_ok "browser: $text" ;;
		*) tap_fail "browser: $text" "$(cat "$tap_dir/browser")" ;;
		esac
	done < <(grep -E '^(ok|not_ok) ' "$tap_dir/browser")
	tap_is "browser: all was looked at" "$(grep -cE '^(ok|not_ok) ' "$tap_dir/browser")" $((checks - 1))
else
	tap_skip "a browser" "no chromium" $checks
fi
tap_end
