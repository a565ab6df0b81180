# The targets that people and CI use; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

images := dist/osm-auditor-image.tar dist/osm-auditor-node-agent-image.tar
sources := $(shell find src e2e docs image charts -name '*.ts' 2>/dev/null)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.installed: package.json package-lock.json
	@command -v node >/dev/null || { echo 'Node.js 20.19 or newer is needed: https://nodejs.org'; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build/.compiled: node_modules/.installed tsconfig.json $(sources)
	@rm -rf build/src build/e2e build/docs build/image build/charts # or tests of files that are gone would still run
	npm run --silent compile
	@touch $@

dist/osm-auditor.js build/bundle.json &: node_modules/.installed $(sources)
	npm run --silent build

.PHONY: build
build: build/.compiled dist/osm-auditor.js ## Compile everything and bundle dist/osm-auditor.js

.PHONY: demo
demo: build ## See it work: check on samples, then the controller on a real API server (ONCE=1 ends by itself)
	@node build/e2e/demo/main.js $(if $(ONCE),--once)

.PHONY: test
test: build control-plane kernel-tools ## Run all tests: unit, property, golden, and integration on a real API server
	@node build/src/testing/run-tests.js $(if $(GREP),--grep '$(GREP)')

.PHONY: e2e
e2e: image ## Run the scenarios on a real node made here, with the real image: no Docker, but root (GREP=word)
	@node build/e2e/node/main.js run $(images) -- \
	  node build/e2e/ground/run.js $(if $(GREP),--grep '$(GREP)')

.PHONY: e2e-kind
e2e-kind: build ## Run the same scenarios on a kind cluster (needs docker and kind)
	@e2e/kind/run.sh

.PHONY: node
node: image ## Start a cluster of one real node with the image in it, until Ctrl-C (root)
	@node build/e2e/node/main.js up $(images)

.PHONY: image
image: $(images) ## Make the images without Docker: dist/osm-auditor-image.tar, that of the node agent, and bills of materials

$(images) &: build/.compiled dist/osm-auditor.js build/bundle.json package.json LICENSE image/rootfs.sh image/debian-archive.sh
	@node build/image/main.js

.PHONY: plugin
plugin: build ## Make the plugin of kubectl, and its manifest for krew (HOMEPAGE=https://... of the repository)
	@node build/image/make-plugin.js '$(HOMEPAGE)'

.PHONY: control-plane
control-plane: build/.compiled ## Find etcd and kube-apiserver, or build them once (four to five minutes)
	@node build/e2e/control-plane/main.js assets >/dev/null

.PHONY: kernel-tools
kernel-tools: build/.compiled ## Find iptables, nft, ip and python3 for the tests against the kernel, or fetch them
	-@node build/e2e/kernel/main.js tools >/dev/null

.PHONY: fuzz-kernel
fuzz-kernel: build/.compiled ## Hold the model against the kernel on N verdicts with new scripts (N=2000000; root)
	@node build/e2e/kernel/main.js fuzz $(N)

.PHONY: chaos
chaos: build control-plane ## Put the controller through N random sequences of faults (N=200 SEED=1; about ten minutes)
	@node build/e2e/faults/chaos.js '$(or $(N),200)' '$(SEED)'

.PHONY: mutants
mutants: build/.compiled ## Make mistakes in the rule engine, one at a time: do its tests notice? (N=300 FILE=propagate SEED=1)
	@node build/e2e/mutants/main.js '$(or $(N),300)' '$(FILE)' '$(or $(SEED),1)'

.PHONY: failover
failover: build control-plane ## Kill the leader N times in the middle of its work: is anything lost or told twice? (N=50 SEED=1)
	@node build/e2e/replicas/main.js '$(or $(N),50)' $(SEED)

.PHONY: lint
lint: node_modules/.installed ## Lint with type information, check the direction of imports and the formatting
	@npm run --silent lint

.PHONY: format
format: node_modules/.installed ## Format all files
	@npm run --silent format

.PHONY: docs
docs: build/.compiled ## Write docs/findings.md, docs/metrics.md and docs/faults.md from the code
	@node build/docs/generate.js

.PHONY: chart
chart: build/.compiled ## Write charts/osm-auditor from manifests/ and the table of its values
	@node build/charts/generate.js

.PHONY: pictures
pictures: build/.compiled ## Take the pictures of docs/pictures anew: a terminal, and the page in Chromium
	@node build/docs/pictures.js

.PHONY: golden
golden: build/.compiled ## Rewrite the golden files; review them as a diff
	@UPDATE_GOLDEN=1 node_modules/.bin/mocha 'build/src/**/*.test.js' build/e2e/chart/render.test.js --grep golden

.PHONY: bench
bench: build control-plane ## Measure scale and speed on 5,000 pods (ONLY=rules,sync QUIET=60 OUT=file.json)
	@node build/e2e/bench/main.js $(if $(ONLY),--only='$(ONLY)') $(if $(QUIET),--quiet='$(QUIET)') $(if $(OUT),--out='$(OUT)')

.PHONY: clean
clean: ## Remove what was built; the control plane's binaries stay in the cache
	rm -rf build dist node_modules
