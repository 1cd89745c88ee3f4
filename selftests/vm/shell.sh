#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The job of 'make vm': a shell on the VM's console.
cat <<'BANNER'
tcpledger is loaded on this VM's kernel. Try: curl -s 127.0.0.1; cat /proc/net/tcpledger/log; tcpledger list; tcpledger show 1; Ctrl-D powers off.
BANNER
[ -z "${VM_SIZE:-}" ] || stty rows "${VM_SIZE%x*}" cols "${VM_SIZE#*x}"
export LANG=C.UTF-8
cd /root || exit 1
mkdir -p www
echo hello >www/index.html
httpd -h www
export PS1='tcpledger-vm# '
exec bash --norc -i
