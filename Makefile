# Obelisk. `make` installs and builds; `make run` starts the PBX on configs/.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: all install build run test check bench configs clean

all: build

install: node_modules/.installed

# Any npm may run this; only the package `node` needs its install script (it brings Node 24).
node_modules/.installed: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	npm rebuild node
	touch $@

build: install
	tsc

run: build
	node --enable-source-maps dist/core/main.js -C configs/asterisk.conf -c

test: build
	node --enable-source-maps dist/test/support/run.js

check: build
	biome check --error-on-warnings
	node dist/test/support/samples.js --check

configs: build
	node dist/test/support/samples.js

bench: build
	node --enable-source-maps dist/test/bench/main.js

clean:
	rm -rf dist var coverage
