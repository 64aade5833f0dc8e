# Obelisk. `make` installs and builds; `make run` starts the PBX on configs/.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: all install build run test check bench fuzz soak configs pack audit clean

all: build

install: node_modules/.installed

# Any npm may run this; no package needs its install script. Node 24 comes with them.
node_modules/.installed: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	touch $@

build: install
	tsc

run: build
	node --enable-source-maps --max-semi-space-size=64 dist/core/main.js -C configs/asterisk.conf -c

# Random cases are the same each time; others: SEED=7 make test
test: build
	node --enable-source-maps dist/test/support/run.js

check: build
	biome check --error-on-warnings
	node dist/test/support/samples.js --check

configs: build
	node dist/test/support/samples.js

bench: build
	node --enable-source-maps dist/test/bench/main.js

# Spoilt messages to a running PBX: make fuzz SECONDS=60 SEED=1
fuzz: build
	node --enable-source-maps dist/test/fuzz/main.js "$(SECONDS)" "$(SEED)"

# A load of every kind for as long as that, a table of what the process holds: make soak MINUTES=10
soak: build
	node --enable-source-maps dist/test/soak/main.js "$(MINUTES)"

# What is published, from a build without anything that is left over (npm pack alone builds upon what is there).
pack: node_modules/.installed
	rm -rf dist
	tsc
	npm pack --ignore-scripts

# What is known against the packages that are shipped: asks the registry, so no part of check.
audit:
	npm audit --omit=dev

clean:
	rm -rf dist var coverage
