# SPDX-License-Identifier: ISC
#
# The short way to everything. Meson does the work; each target installs from Debian's
# archive what it needs and the machine lacks (scripts/setup says what and why).

PREFIX = /usr/local
OPENER = none
TIME = 60
CORPUS =

all: build/build.ninja
	@ninja -C build

build/build.ninja:
	@scripts/setup build
	meson setup build --prefix=$(PREFIX) -Dtests=false -Db_lto=true

setup:
	@scripts/setup build test erlang-test demo bench fuzz

test:
	@scripts/setup build test erlang-test
	@scripts/test

sanitize:
	@scripts/setup build test
	@scripts/test --sanitize-only

attack:
	@scripts/setup build test
	@[ -f build-test/build.ninja ] || meson setup build-test -Db_ndebug=false
	@ninja -C build-test attack

demo: all
	@scripts/setup demo
	@scripts/demo

bench:
	@scripts/setup build bench
	@bench/run

erlang:
	@scripts/setup build erlang
	@rebar3 compile

corpus:
	@scripts/setup build test
	@[ -f build-test/build.ninja ] || meson setup build-test -Db_ndebug=false
	@ninja -C build-test wirebeam test/unit/build/again
	@test/corpus/run '$(CORPUS)' --wirebeam build-test/wirebeam
	@test/corpus/replay '$(CORPUS)' --wirebeam build-test/wirebeam || [ $$? -eq 77 ]

differential:
	@scripts/setup build test
	@[ -f build-test/build.ninja ] || meson setup build-test -Db_ndebug=false
	@ninja -C build-test wirebeam test/generate/generate test/attack/traffic
	@test/differential/run

judge:
	@scripts/setup build test
	@test/judge/run

fuzz:
	@scripts/setup build test fuzz
	@scripts/fuzz $(TIME)

coverage:
	@scripts/setup build test fuzz
	@scripts/coverage

bsd:
	@scripts/setup build erlang
	@scripts/bsd

install: all
	@meson configure build --prefix=$(PREFIX)
	@meson install -C build
	@scripts/opener $(OPENER) build '$(DESTDIR)'

clean:
	rm -rf build build-test build-sanitize build-fuzz build-coverage build-bench build-bsd build-erlang \
		demo-out _build priv

help:
	@echo 'make            build/wirebeam, optimised'
	@echo 'make setup      install what any of these targets needs'
	@echo 'make test       build and run all tests, also with sanitizers'
	@echo 'make sanitize   only unit tests and fuzz seeds, with sanitizers'
	@echo 'make attack     the attacks of make test, at the sizes that ARCHITECTURE.md publishes'
	@echo 'make demo       real HTTP traffic, captured live and recorded in demo-out'
	@echo 'make bench      measure beside other programs'
	@echo 'make erlang     the OTP application, by rebar3'
	@echo 'make corpus CORPUS=DIR   compare with what other programs say of captures'
	@echo 'make differential   compare with tshark and tcpdump on captures of our own making'
	@echo 'make judge      compare with what this Linux reads of hostile segments and fragments'
	@echo 'make fuzz TIME=SECONDS   run each fuzzer so long (60)'
	@echo 'make coverage   which part of the code tests and seeds reach, by directory'
	@echo 'make bsd        compile and link for FreeBSD and OpenBSD'
	@echo 'make install PREFIX=DIR  install below DIR (/usr/local); DESTDIR is honoured'
	@echo 'make install OPENER=setuid|caps|sudo   and give wirebeam-open its rights: see the README'
	@echo 'make clean      remove all that was built'

.PHONY: all setup test sanitize attack demo bench erlang corpus differential judge fuzz coverage bsd install clean help
