# SPDX-License-Identifier: MIT
# skill-verifier. `make help` lists the targets; vendor/README.md tells what is
# fetched and pinned, src/README.md how the program is cut.

V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)
B       := build
FLAVOUR ?= release
O       := $(B)/$(FLAVOUR)
VECTORS ?= ../shared/vectors
VENDOR_CACHE ?= $(B)/vendor/cache
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)$(shell \
	git diff --quiet HEAD -- . 2>/dev/null || echo +modified)
export VECTORS LC_ALL := C

# ---- flags ---------------------------------------------------------------
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wimplicit-fallthrough -Wundef -Wwrite-strings
HARD := -fPIE -fno-common -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-fno-strict-overflow -ffunction-sections -fdata-sections
BASE := -std=c11 -D_GNU_SOURCE -Isrc -ffile-prefix-map=$(CURDIR)=.

ifeq ($(FLAVOUR),release)
# musl, linked as a static PIE: the wrapper's specs do not know that option, so
# the start files are named here (specs/build.md).
CC      := musl-gcc -isystem $(B)/kernel-headers
CFLAGS  := -O2 $(HARD) -ftrivial-auto-var-init=zero
VFLAGS  := $(CFLAGS)
CRT     := /usr/lib/x86_64-linux-musl
# Asked when linking, not before: make itself may have to install gcc.
GCCCRT   = $(shell dirname "$$(gcc -print-file-name=crtbeginS.o)")
LINK     = $(CC) -nostartfiles -static -o $@ $(CRT)/rcrt1.o $(CRT)/crti.o $(GCCCRT)/crtbeginS.o \
	$(filter %.o %.a,$^) $(LIBS) $(GCCCRT)/crtendS.o $(CRT)/crtn.o -Wl,-pie,--no-dynamic-linker \
	-Wl,-z,text,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--gc-sections,--build-id=none,-s
else
# asan: clang and glibc, everything instrumented, libraries included; one build
# for the unit tests and for the fuzzers.
CC      := clang
SAN     := -fsanitize=address,undefined -fno-sanitize-recover=undefined
CFLAGS  := -O1 -g -fno-omit-frame-pointer $(SAN) -fsanitize=fuzzer-no-link
VFLAGS  := -O1 -g -fno-omit-frame-pointer -fsanitize=address,fuzzer-no-link
LINK     = $(CC) $(CFLAGS) $(LDEXTRA) -o $@ $(filter %.o %.a,$^) $(LIBS)
endif
VENDOR := $(B)/vendor/$(FLAVOUR)
LIBS    = $(addprefix $(VENDOR)/lib/lib,$(addsuffix .a,archive zstd z seccomp cjson inih yaml secp256k1 sqlite3 nistz256 bearssl))

# ---- sources -------------------------------------------------------------
SRC  := $(sort $(wildcard src/*/*.c src/*/*/*.c))
SIM  := $(sort $(wildcard tests/simulator/*.c))
UNIT := $(sort $(wildcard tests/unit/*.c))
FUZZ := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH := $(patsubst tests/bench/%.c,$(O)/bench/%,$(sort $(wildcard tests/bench/*.c tests/bench/programs/*.c))) \
	$(O)/observe/acts
AIDS  := $(addprefix $(O)/bench/,sandbox programs/nothing programs/forest) $(addprefix $(O)/roles/,taken_runner \
	stock_profile) $(O)/differential/manifests $(O)/mutate $(O)/peer-x509
HOSTILE := $(patsubst tests/sandbox/%.c,$(O)/hostile/%,$(sort $(wildcard tests/sandbox/*.c))) $(O)/observe/acts \
	$(patsubst tests/skills/hostile/%/test.c,$(O)/skills/%,$(sort $(wildcard tests/skills/hostile/*/test.c)))
obj   = $(patsubst %.c,$(O)/%.o,$(1))

# A runtime is a lock and a recipe in rootfs/.
RUNTIMES := $(patsubst rootfs/%.lock,$(B)/runtimes/%/manifest.json,$(sort $(wildcard rootfs/*.lock)))

DEPS  := $(addprefix deps-,build runtimes compose test container vm lint asan bench repro)

.DEFAULT_GOAL := all
.PHONY: all runtimes image compose release demo test test-sandbox test-container test-vm asan fuzz bench lint repro clean help $(DEPS) vendor-update version-check
.DELETE_ON_ERROR:
.SECONDARY:

all: $(O)/skill-verifier $(B)/runtimes/base/manifest.json ## the binary and the base runtime

runtimes: $(RUNTIMES) ## all runtimes: base, python and node

$(O)/%.o: %.c $(VENDOR)/.done
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(WARN) $(CFLAGS) -isystem $(VENDOR)/include -MMD -MP -c $< -o $@

$(O)/libsv.a: $(call obj,$(SRC))
	$(Q)rm -f $@ && ar crD $@ $^

$(O)/skill-verifier: $(O)/src/main.o $(O)/libsv.a
	$(Q)$(LINK)
	@[ $(FLAVOUR) != release ] || ls -l $@ | awk '{ print "built", $$NF, "(" $$5 " bytes)" }'

$(O)/dstack-simulator: $(call obj,$(SIM)) $(O)/libsv.a
	$(Q)$(LINK)

$(O)/unit-tests: $(call obj,$(UNIT)) $(O)/libsv.a
	$(Q)$(LINK)

$(O)/bench/%: $(O)/tests/bench/%.o $(O)/libsv.a
	@mkdir -p $(@D)
	$(Q)$(LINK)

# What benchmarks run in sandboxes: as plain as a program can be.
$(O)/bench/programs/%: tests/bench/programs/%.c | $(B)/kernel-headers
	@mkdir -p $(@D)
	$(Q)musl-gcc -std=c11 -D_GNU_SOURCE $(WARN) -O1 -static -s -o $@ $<

$(O)/roles/%: $(O)/tests/roles/%.o $(O)/libsv.a
	@mkdir -p $(@D)
	$(Q)$(LINK)

$(O)/differential/%: $(O)/tests/differential/%.o $(O)/libsv.a
	@mkdir -p $(@D)
	$(Q)$(LINK)

$(O)/vm/%: $(O)/tests/vm/%.o $(O)/libsv.a
	@mkdir -p $(@D)
	$(Q)$(LINK)

$(O)/peer-x509: $(O)/tests/peer/x509.o $(O)/libsv.a
	$(Q)$(LINK)

$(O)/mutate: $(O)/tests/mutation/mutate.o $(O)/tests/mutation/spans.o $(O)/libsv.a
	$(Q)$(LINK)

# Hostile programs run inside jobs, whatever the runtime: always static and plain.
$(O)/hostile/%: tests/sandbox/%.c tests/sandbox/hostile.h | $(B)/kernel-headers
	@mkdir -p $(@D)
	$(Q)musl-gcc -isystem $(B)/kernel-headers -std=c11 -D_GNU_SOURCE $(WARN) -O1 -static -s -o $@ $<

# So do the acts that are watched.
$(O)/observe/%: tests/observe/%.c | $(B)/kernel-headers
	@mkdir -p $(@D)
	$(Q)musl-gcc -isystem $(B)/kernel-headers -std=c11 -D_GNU_SOURCE $(WARN) -O1 -static -s -pthread -o $@ $<

# And the programs of skills that no shell can be.
$(O)/skills/%: tests/skills/hostile/%/test.c | $(B)/kernel-headers
	@mkdir -p $(@D)
	$(Q)musl-gcc -isystem $(B)/kernel-headers -std=c11 -D_GNU_SOURCE $(WARN) -O1 -static -s -o $@ $<

$(O)/fuzz/%: LDEXTRA := -fsanitize=fuzzer
$(O)/fuzz/%: $(O)/tests/fuzz/%.o $(O)/libsv.a
	@mkdir -p $(@D)
	$(Q)$(LINK)

# The commit and the toolchain go into one object; the header changes only with them.
$(O)/src/cli/version.o: CFLAGS += -include $(B)/version.h
$(O)/src/cli/version.o: $(B)/version.h
$(B)/version.h: version-check
	@mkdir -p $(B) && { echo '#define SV_COMMIT "$(COMMIT)"'; vendor/toolchain; } > $@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@
version-check:

# ---- pinned sources --------------------------------------------------------
$(B)/kernel-headers:
	@mkdir -p $@ && ln -sfn /usr/include/linux $@/linux && ln -sfn /usr/include/asm-generic \
		$@/asm-generic && ln -sfn /usr/include/x86_64-linux-gnu/asm $@/asm

$(VENDOR)/.done: vendor/lock vendor/build $(wildcard vendor/config/*/*) | $(B)/kernel-headers
	$(Q)vendor/deps $(if $(filter release,$(FLAVOUR)),build,asan)
	$(Q)vendor/fetch $(VENDOR_CACHE)
	@echo "vendor: building libraries ($(FLAVOUR))"
	$(Q)rm -rf $(VENDOR) && CC="$(subst -isystem $(B),-isystem $(CURDIR)/$(B),$(CC))" \
		CFLAGS="$(VFLAGS)" vendor/build $(VENDOR_CACHE) $(VENDOR)
	$(Q)rm -rf $(VENDOR)/src && touch $@

# The curl of the runtimes, with the libraries of our program.
$(B)/tools/curl: $(wildcard rootfs/base/curl/*) $(B)/vendor/release/.done
	$(Q)CC="musl-gcc -isystem $(CURDIR)/$(B)/kernel-headers" rootfs/base/curl/build $(VENDOR_CACHE) $(B)/vendor/release $@

$(B)/runtimes/%/manifest.json: $(wildcard rootfs/*.lock rootfs/build rootfs/*/make rootfs/*/etc/*) $(B)/tools/curl
	$(Q)vendor/deps $(if $(filter base,$*),build,runtimes)
	$(Q)rootfs/build $* $(VENDOR_CACHE) $(B)/runtimes $(B)/tools/curl

image: image-core image-full ## container images: OCI layouts, and tars for docker load
# One after the other: they share layers.
image-full: image-core
image-%: all runtimes
	$(Q)rootfs/image/build $* $(O)/skill-verifier $(B)/runtimes $(B)/image

IMAGE ?= registry.example/skill-verifier
FLAVOUR_IMAGE ?= full
compose: deps-compose image ## compose files with the image's digest, for IMAGE (a name) and FLAVOUR_IMAGE (core or full)
	$(Q)compose/pin $(B)/image/$(FLAVOUR_IMAGE) "$(IMAGE)" $(B)/compose

release: deps-compose image ## build/release-VERSION: all that a release is, of a tree without changes
	$(Q)case "$(COMMIT)" in unknown | *+modified) echo "make release: the tree is no commit's: $(COMMIT)" >&2; exit 1 ;; esac
	$(Q)vendor/fetch $(VENDOR_CACHE) && rootfs/build fetch $(VENDOR_CACHE)
	$(Q)compose/release/build $(O)/skill-verifier $(B)/image $(VENDOR_CACHE) "$(IMAGE)" $(B)

vendor-update: deps-runtimes ## lock the versions of libraries and runtimes that the archive has now
	$(Q)vendor/update $(VENDOR_CACHE)
	$(Q)for name in $(patsubst rootfs/%.lock,%,$(wildcard rootfs/*.lock)); do rootfs/update $$name $(VENDOR_CACHE) || exit 1; done
	$(Q)tests/vm/update $(VENDOR_CACHE)

# ---- what people run -------------------------------------------------------
demo: deps-test all runtimes $(O)/dstack-simulator ## a product tour on loopback
	$(Q)tests/demo $(O)

test: deps-test all runtimes image $(O)/dstack-simulator $(O)/unit-tests $(AIDS) $(HOSTILE) ## everything that needs no network
	$(Q)VENDOR_CACHE=$(VENDOR_CACHE) tests/run $(O)

test-sandbox: deps-test all $(O)/dstack-simulator $(O)/roles/taken_runner $(O)/roles/stock_profile $(HOSTILE) ## hostile programs against the sandbox
	$(Q)tests/run $(O) sandbox observe limits reach siege tiers programs behaviour

test-container: deps-container all image $(O)/dstack-simulator $(HOSTILE) ## the appliance in containers (Docker, runc, crun), with the options of compose/
	$(Q)tests/run $(O) container oci

test-vm: deps-vm all $(O)/dstack-simulator $(O)/vm/tree $(HOSTILE) ## the same as pid 1 of a virtual machine, cgroup version 2
	$(Q)VENDOR_CACHE=$(VENDOR_CACHE) tests/run $(O) vm

asan: deps-asan ## unit tests under address and undefined behaviour sanitizers
	$(Q)$(MAKE) FLAVOUR=asan $(B)/asan/unit-tests
	$(Q)$(B)/asan/unit-tests

FUZZ_TIME ?= 60
fuzz: deps-asan ## every fuzz target for FUZZ_TIME seconds
	$(Q)$(MAKE) FLAVOUR=asan $(patsubst tests/fuzz/%.c,$(B)/asan/fuzz/%,$(FUZZ))
	$(Q)tests/fuzz/run $(B)/asan/fuzz $(FUZZ_TIME)

bench: deps-bench all $(O)/dstack-simulator $(BENCH) ## all benchmarks; bench-NAME runs one
	$(Q)tests/bench/run $(O)
bench-image: image
bench-%: deps-bench all $(O)/dstack-simulator $(BENCH)
	$(Q)tests/bench/run $(O) $*

lint: deps-lint ## format, static analysis, house rules
	$(Q).ci/lint

repro: deps-repro ## build twice under different conditions and compare
	$(Q).ci/repro $(VENDOR_CACHE)

clean: ## remove all that was built
	rm -rf $(B)

$(DEPS):
	$(Q)vendor/deps $(@:deps-%=%)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

-include $(shell find $(O) -name '*.d' 2>/dev/null)
