package review

import (
	"encoding/json"
	"strings"
)

// urnOf is the URN of a resource of these tests.
func urnOf(token, name string) string { return "urn:pulumi:testnet::satkube::" + token + "::" + name }

// text quotes for JSON.
func text(s string) string {
	quoted, _ := json.Marshal(s)
	return string(quoted)
}

// step is a line with one step of a resource.
func step(op, token, name, parent string) string {
	state := `{"type":` + text(token) + `,"urn":` + text(urnOf(token, name)) + `,"custom":true,"id":"","parent":` + text(parent) + `,"inputs":{},"outputs":{},"provider":""}`
	old, now := state, state
	switch op {
	case "create", "import":
		old = "null"
	case "delete", "delete-replaced":
		now = "null"
	}
	return `{"resourcePreEvent":{"metadata":{"op":` + text(op) + `,"urn":` + text(urnOf(token, name)) + `,"type":` + text(token) +
		`,"old":` + old + `,"new":` + now + `,"detailedDiff":null,"provider":""}}}`
}

// violation is a line with one finding.
func violation(pack, rule, level, urn, message string) string {
	return `{"policyEvent":{"resourceUrn":` + text(urn) + `,"message":` + text(message) + `,"policyName":` + text(rule) + `,"policyPackName":` +
		text(pack) + `,"enforcementLevel":` + text(level) + `,"severity":"high"}}`
}

// failure is a line with an error message.
func failure(urn, message string) string {
	return `{"diagnosticEvent":{"urn":` + text(urn) + `,"message":` + text(message) + `,"severity":"error"}}`
}

const (
	succeeded = `{"summaryEvent":{"isPreview":true,"result":"succeeded"}}`
	failed    = `{"summaryEvent":{"isPreview":true,"result":"failed"}}`
	wholePack = `{"policyAnalyzeStackSummaryEvent":{"policyPackName":"satkube","passed":["private-nodes"]}}`
)

// logOf is the log of a preview with these lines that ended well.
func logOf(lines ...string) string { return strings.Join(append(lines, succeeded), "\n") + "\n" }
