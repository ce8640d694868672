# Everything here needs Node 20 or newer, npm and make; the first target that needs more installs it under node_modules.
.DEFAULT_GOAL := help
SHELL := /bin/sh

bin := node_modules/.bin
node := bin/node
tap := $(node) $(bin)/tap run --reporter=$(if $(MAKE_TERMOUT),base,min) --output-file=.tap/run.tap
installed := node_modules/.installed

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: $(installed) ## Install what the checkout needs, when the lock file changed

$(installed): package-lock.json
	npm ci --loglevel=error
	@touch $@

.PHONY: lock
lock: $(installed) ## Bring package-lock.json in line with package.json, all platforms included
	npm install --package-lock-only --loglevel=error
	$(node) packaging/complete-lock.ts

.PHONY: run
run: $(installed) ## Run the agent on a sandbox root (ONCE=1: apply, show the status, end)
	@bin/keelson dev $(if $(ONCE),--once)

.PHONY: demo
demo: $(installed) ## Play tamper → repaired, and a bad spec → rolled back
	@bin/keelson dev --demo

.PHONY: test
test: $(installed) ## Run every test, those that need root or Debian packages too (FILE=… runs one)
	@mkdir -p .tap && rm -f .tap/run.tap .tap/totals
	@$(tap) $(FILE); tap=$$?; \
	  $(node) test/support/summary.ts .tap/run.tap .tap/totals && exit $$tap

.PHONY: test-fast
test-fast: $(installed) ## Run the tests that need nothing but this checkout
	@mkdir -p .tap && rm -f .tap/run.tap .tap/totals
	@$(tap) --exclude='test/real/**'; tap=$$?; \
	  $(node) test/support/summary.ts .tap/run.tap .tap/totals && exit $$tap

.PHONY: check
check: $(installed) ## Check types, lint, format, the rules of the rooms, and dead code
	@$(node) packaging/check.ts

.PHONY: fmt
fmt: $(installed) ## Format the sources
	@$(bin)/oxfmt

.PHONY: picture
picture: $(installed) ## Draw the rooms for ARCHITECTURE.md, from what imports what
	@$(node) packaging/draw-rooms.ts

.PHONY: screenshots
screenshots: $(installed) ## Take the pictures of the page for the documentation, in Debian's Chromium
	@$(node) test/long/screenshots.ts

.PHONY: bundle
bundle: $(installed) ## Build dist/keelson.cjs, which the unit file runs, and what it reads later
	@$(node) packaging/bundle.ts

.PHONY: stack
stack: $(installed) ## Read a stack of the bundle (standard input) as one of the sources
	@$(node) packaging/bundle.ts >&2 && $(node) packaging/read-stack.ts

.PHONY: bench
bench: $(installed) ## Measure against C, cf-agent and puppet (JSON=FILE writes the figures, README=1 the table of the README)
	@$(node) test/bench/main.ts $(if $(JSON),--json $(JSON)) $(if $(README),--readme)

.PHONY: crash
crash: $(installed) ## Kill the real process 1,000 times at random instants and check the invariants
	@$(node) test/long/crash.ts --kills 1000
