# SPDX-License-Identifier: GPL-2.0
# tcpledger: the module is built by the kernel's own build (Kbuild), the command
# in tools/, the tests in selftests/. This file only calls them.

KDIR    ?= /lib/modules/$(shell uname -r)/build
PREFIX  ?= /usr/local
BUILD   := $(CURDIR)/.build
# Debian's 6.1 headers have another name in kernel.release than in the vermagic.
RELEASE := $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
OUT     := $(BUILD)/$(RELEASE)

INSTALL_MOD_PATH ?= $(DESTDIR)
INSTALL_MOD_DIR  ?= updates
MODULE_DEST = $(INSTALL_MOD_PATH)/lib/modules/$(RELEASE)/$(INSTALL_MOD_DIR)

# One version for module and command; told here, not found anew by each make below.
ifndef TCPLEDGER_RELEASE
TCPLEDGER_RELEASE := $(shell tools/packaging/version.sh)
endif

export BUILD PREFIX DESTDIR INSTALL_MOD_PATH INSTALL_MOD_DIR TCPLEDGER_RELEASE

all: modules tools

help:
	@echo 'make              module and command, for the running kernel or KDIR=DIR'
	@echo 'make install      PREFIX=, DESTDIR=, INSTALL_MOD_PATH=; make uninstall takes it back'
	@echo 'make deb          packages tcpledger and tcpledger-dkms, below .build/deb'
	@echo 'make demo         the five questions on TCP, answered by connections that a VM of Debian 6.1 makes'
	@echo 'make check        all tests, in VMs of Debian 6.1 and 6.12; ends with the slowest and the releases'
	@echo '                  KERNEL=6.1|6.12 only one; TESTS="open close" only these; KERNEL_RELEASE=6.1.0-55-amd64 that very one'
	@echo 'make check-driver that whatever goes wrong in a VM fails the run (part of make check)'
	@echo 'make check-judges whether the tests see the mistakes of selftests/planted/bugs; BUGS="a b" for some'
	@echo 'make check-rt     all tests but those of the host, on the PREEMPT_RT kernels'
	@echo 'make check-next   the same on the kernel of Debian 13 and the newest of its backports'
	@echo 'make check-settings  no IPv6, lockdown, memory that is cleared; a kernel with 1000 Hz and no kprobes, built first'
	@echo 'make check-arch   the same on arm64 and s390x (big endian), Debian 6.1, built across'
	@echo 'make check-debug  the same on kernels with KASAN, lockdep, kmemleak, KCSAN ..., built first: over an hour'
	@echo 'make check-fleet  50 000 connections of two machines in two ClickHouse servers (make check: 5 000); FLEET= for more'
	@echo 'make check-deb    installs, upgrades and purges the packages in a Debian 12 of their own, and loads in VMs'
	@echo 'make static       what Coccinelle, gcc -fanalyzer and cppcheck find, after make style'
	@echo 'make stress       floods, hostile packets, 1000 reloads, 2000 namespaces, a day of load in such VMs; long; SEED= repeats one'
	@echo 'make vm           a shell in such a VM; KERNEL=6.1|6.12|6.1-rt|6.12-rt'
	@echo 'make bench        what it costs, beside other tools; bench-quick: only what recording costs'
	@echo 'make bench-profile  by function, where the instructions go that recording costs'
	@echo 'make bench-cores  what CPUs that all have work share, and wait for; bench-lines: without the times'
	@echo 'make style        checkpatch, sparse, W=1 and shellcheck'
	@echo 'make compile_commands.json  how each file is compiled, for clangd; KDIR=DIR as above'
	@echo 'make clean        remove what was built; make distclean also the fetched kernels'
	@echo 'W=1 and C=1 work as in the kernel. demo, check, stress, bench, vm and style fetch what they need from Debian.'

# One source serves several kernels, but kbuild leaves objects beside its
# sources: each kernel gets a folder of links to build in.
modules: headers
	@mkdir -p $(OUT)
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/module $(OUT)/
	@find $(OUT) -xtype l -delete
	+$(MAKE) -C $(KDIR) M=$(OUT) modules

headers:
ifeq ($(RELEASE),)
	$(error no kernel headers in $(KDIR): install linux-headers-$(shell uname -r), or name a folder with KDIR=DIR)
endif

tools:
	+$(MAKE) -C tools

install: all
	+$(MAKE) -C $(KDIR) M=$(OUT) modules_install
	+$(MAKE) -C tools install
ifeq ($(DESTDIR),)
	PATH=$$PATH:/usr/sbin:/sbin depmod $(addprefix -b ,$(INSTALL_MOD_PATH)) $(RELEASE)
endif

uninstall: headers
	rm -f $(MODULE_DEST)/tcpledger.ko $(MODULE_DEST)/tcpledger.ko.[gxz]*
	+$(MAKE) -C tools uninstall
ifeq ($(DESTDIR),)
	PATH=$$PATH:/usr/sbin:/sbin depmod $(addprefix -b ,$(INSTALL_MOD_PATH)) $(RELEASE)
endif

deb:
	@selftests/vm/fetch.sh tools deb
	@tools/packaging/build.sh $(BUILD)/deb

# The module for one of Debian's kernels, e.g. 'make lane-6.12'.
lane-%:
	@selftests/vm/fetch.sh tools build
	@selftests/vm/fetch.sh kernel $*
	+@selftests/vm/kbuild.sh $* modules
	+@selftests/vm/kbuild.sh $* kernel_sockets

# Command and tests for the machine of a lane, e.g. 'make programs-6.1-arm64'.
programs-%:
	@selftests/vm/fetch.sh tools arch
	@selftests/vm/fetch.sh root $*
	+@selftests/vm/cross.sh $*

# A module that the tests load beside it.
kernel_sockets: headers
	@mkdir -p $(OUT)/kernel_sockets
	@cp -rsf $(CURDIR)/selftests/kernel_sockets/* $(OUT)/kernel_sockets/
	+$(MAKE) -C $(KDIR) M=$(OUT)/kernel_sockets modules

# The kernel's own kselftest framework, out of its source package.
SELFTESTS := $(BUILD)/selftests
KSFT_VARIABLES := KSFT_DIR=$(BUILD)/linux-source-6.1/tools/testing/selftests \
	KHDR_INCLUDES="-isystem $(CURDIR)/module/uapi" OUTPUT=$(SELFTESTS)
KSFT := +$(MAKE) --no-print-directory -C selftests/programs $(KSFT_VARIABLES)

selftests:
	@mkdir -p $(SELFTESTS)
	$(KSFT) all
	$(KSFT) install INSTALL_PATH=$(SELFTESTS)/install

# For clangd and its like: the module as KDIR's build compiled it, and all that runs here.
# A file of two programs is told once, as the first of them compiles it.
compile_commands.json: modules
	@selftests/vm/fetch.sh source
	@python3 $(BUILD)/linux-source-6.1/scripts/clang-tools/gen_compile_commands.py \
		-d $(KDIR) -o $(BUILD)/module.json $(OUT)/module
	@{ $(MAKE) -wnB -C tools; \
	   $(MAKE) -wnB -C selftests/programs $(KSFT_VARIABLES); \
	   $(MAKE) -wnB -C selftests/unit check; } | \
		selftests/vm/compile_commands.py $@ $(BUILD)/module.json

list-warp list-smp list-turns list-stress-warp list-stress-smp list-stress-turns list-helpers:
	$(KSFT) $@

demo:
	@selftests/demo/demo.sh

check:
	@selftests/vm/check.sh $(KERNEL)

check-driver:
	@selftests/vm/driver_test.sh

check-deb:
	@selftests/vm/deb_test.sh

check-fleet:
	@selftests/vm/fetch.sh tools build check
	@selftests/vm/fetch.sh clickhouse
	@selftests/fleet/vm.sh $(BUILD)/fleet
	+@FLEET_VM=$(BUILD)/fleet $(MAKE) --no-print-directory -s -C selftests/unit check-fleet

stress:
	@selftests/vm/check.sh --stress $(KERNEL)

bench:
	@selftests/bench/bench.sh

# bench-quick, bench-guard, bench-profile, bench-cores, bench-accept: see the head of bench.sh
bench-%:
	@selftests/bench/bench.sh --$*

# First that these kernels find what they are for.
check-rt:
	@selftests/vm/debug_test.sh 6.1-rt
	@selftests/vm/debug_test.sh 6.12-rt
	@selftests/vm/check.sh --vm-only 6.1-rt 6.12-rt

# The early warning: what the kernels to come change.
check-next:
	@selftests/vm/check.sh --vm-only 13 13-backports

# What people set otherwise than Debian, each once.
check-settings:
	@selftests/vm/settings_test.sh

check-arch:
	@selftests/vm/check.sh --vm-only 6.1-arm64 6.1-s390x

check-judges:
	@selftests/planted/check.sh $(BUGS)

check-debug:
	@selftests/vm/debug_test.sh 6.1-debug
	@selftests/vm/debug_test.sh 6.12-debug
	@selftests/vm/debug_test.sh 6.12-kcsan
	@selftests/vm/check.sh --vm-only 6.1-debug 6.12-debug 6.12-kcsan

style:
	@selftests/vm/style.sh

static: style
	@selftests/vm/static.sh

vm:
	@selftests/vm/fetch.sh tools build vm
	+@$(MAKE) --no-print-directory -s lane-$(or $(KERNEL),6.1) tools
	@selftests/vm/run.sh --kernel $(or $(KERNEL),6.1) --mode smp --shell

clean:
	rm -rf $(filter-out $(BUILD)/kernels $(BUILD)/linux-source-6.1 $(BUILD)/deb-root,$(wildcard $(BUILD)/*))
	+$(MAKE) -C tools clean

distclean: clean
	rm -rf $(BUILD) compile_commands.json

.PHONY: all help modules headers kernel_sockets tools install uninstall deb clean distclean \
	selftests compile_commands.json list-warp list-smp list-turns list-stress-warp list-stress-smp \
	list-stress-turns demo check check-arch check-deb check-driver check-fleet check-judges check-next \
	check-rt check-debug stress bench style static vm
