# What a change is measured by. Everything at once, as CI does it: make ci.
.PHONY: test race bench fuzz lint golden ci

test:
	go test ./...

race:
	bash .ci/run race

# Real figures; beside their rivals: see bench/README.md.
bench:
	go test -run '^$$' -bench . ./...

fuzz:
	bash .ci/run fuzz

lint:
	bash .ci/run format modules vet staticcheck
	go test ./internal/lint

# Takes what the scripts in testdata give now as what is expected: review the diff.
golden:
	go test $$(go list -f '{{.ImportPath}}{{range .TestImports}} {{.}}{{end}}{{range .XTestImports}} {{.}}{{end}}' ./... | awk '/internal\/script( |$$)/ { print $$1 }') -rewrite
	git diff --stat -- '*/testdata/*' 'testdata/*'

ci:
	bash .ci/run
