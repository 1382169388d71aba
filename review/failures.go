package review

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
)

// cause is a kind of failure, told in words of our own.
type cause struct {
	words []string // the message has one of these, in lower case
	say   string
}

// causes are asked in this order.
func causes() []cause {
	return []cause{
		{[]string{"for protection", "is protected", "protect=true"}, "a protected resource would be deleted; unprotect it first, in a change of its own"},
		{[]string{"no valid credential", "credentials", "expiredtoken", "not authenticated"}, "the provider found no valid credentials"},
		{[]string{"accessdenied", "forbidden", "not authorized", "unauthorized"}, "access was refused"},
		{[]string{"no such host", "connection refused", "i/o timeout", "deadline exceeded"}, "a service could not be reached in time"},
		{[]string{"plugin"}, "a provider's plugin is missing or broken"},
		{[]string{"is currently locked", "conflict: another update"}, "another run holds the stack's lock"},
		{[]string{"missing required configuration", "missing required config"}, "a value of the stack's configuration is missing"},
	}
}

// settingPath is a path of Pulumi.<stack>.yaml at the start of a line, as stacks/config writes its mistakes.
var settingPath = regexp.MustCompile(`(?m)^((?:protect|tags|cluster|monitoring|logging|ingress|nodes)(?:\[\d{1,3}\])?(?:\.[a-z][A-Za-z0-9]{0,24}(?:\[\d{1,3}\])?)*) is `)

// failures says where the preview failed and of which kind the failure is. A message of the engine, a provider or the program may hold
// anything, a secret too, and the engine hides only those that it was told of: so none of its text is passed on but the names of settings.
func (l *Log) failures() []string {
	var told []string
	for _, d := range l.diagnostics {
		if consequence(d.Message) {
			continue
		}
		text := tell(d)
		if !slices.Contains(told, text) {
			told = append(told, text)
		}
	}
	return told
}

// consequence tells a message that only says that another one, or a policy, failed the preview.
func consequence(message string) bool {
	text := strings.TrimSpace(strings.ToLower(message))
	return text == "preview failed" || text == "update failed" || strings.HasPrefix(text, "preview failed: ") && strings.Contains(text, "policy violation")
}

func tell(d apitype.DiagnosticEvent) string {
	where := "the program: "
	if id, err := urn.Parse(d.URN); err == nil {
		where = string(id.Type()) + " " + id.Name() + ": "
	}
	if strings.Contains(d.Message, " is refused:") {
		var paths []string
		for _, found := range settingPath.FindAllStringSubmatch(d.Message, -1) {
			paths = append(paths, found[1])
		}
		if len(paths) > 0 {
			return where + "the stack's settings are refused: " + strings.Join(paths, ", ") + "; the job's log says what they want"
		}
	}
	lower := strings.ToLower(d.Message)
	has := func(word string) bool { return strings.Contains(lower, word) }
	for _, c := range causes() {
		if slices.ContainsFunc(c.words, has) {
			return where + c.say + "; the job's log has the message"
		}
	}
	return where + "it failed; the job's log has the message"
}
