# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Skips a test that is a script unless root runs it, with the module and the command
# there: source it after ktap.sh. What lib/world/needs.c is to programs.

if [ "$(id -u)" -ne 0 ]; then
	ktap_skip_all "only root can make namespaces and load modules"
elif ! type -P tcpledger >/dev/null; then
	ktap_skip_all "the command tcpledger is not in PATH"
elif [ ! -e /sys/module/tcpledger/parameters ]; then
	ktap_skip_all "the module tcpledger is not loaded"
fi
