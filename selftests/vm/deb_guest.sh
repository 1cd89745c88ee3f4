#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The VM's side of deb_test.sh: the module that DKMS built, and the command, as the
# packages install them. Prints 'WHAT VALUE' lines for deb_test.sh to judge; a step that
# fails ends it.
set -euo pipefail

example=/usr/share/doc/tcpledger-dkms/examples/tcpledger.conf

[ ! -e /sys/module/tcpledger ]
# As systemd-modules-load reads a file that was copied to /etc/modules-load.d.
grep -v '^#' "$example" | while read -r name; do
	modprobe "$name"
done
echo "example_loads $(cut -d ' ' -f 1 /proc/modules | grep -x tcpledger)"
rmmod tcpledger

modprobe tcpledger
echo "module $(cat /sys/module/tcpledger/version)"
echo "command $(tcpledger --version)"

mkdir /tmp/www
echo hello >/tmp/www/index.html
httpd -p 127.0.0.1:8080 -h /tmp/www	# listens when it returns
curl -s http://127.0.0.1:8080/ >/dev/null
tcpledger list | sed 's/^/list /'
tcpledger list --json -D 8080 |
	jq -r '"record \(.remote):\(.rport) \(.open.outcome) \(.owner.comm)"'

rmmod tcpledger
echo "unloaded yes"
