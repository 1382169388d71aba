package pack

import (
	"errors"
	"fmt"
)

// Pack is a policy pack: its rules, and what the engine shows about it.
type Pack struct {
	// Name, DisplayName, Version and Description are shown by the engine. Version is a semantic one.
	Name, DisplayName, Version, Description string
	// Repository is the URL of the source, Docs the document with one section a rule.
	Repository, Docs string
	// Rules are the rules, each with its own name.
	Rules []Rule
	// Exemptions is the YAML of the exemptions that hold when there is no exemptions.yaml beside the pack.
	Exemptions []byte
}

// URL is where a rule is explained.
func (p Pack) URL(rule string) string { return p.Docs + "#" + rule }

// validate returns what is wrong with the pack itself.
func (p Pack) validate() error {
	var mistakes []error
	if p.Name == "" || p.Version == "" {
		mistakes = append(mistakes, errors.New("policy pack: name or version is empty, want both"))
	}
	// Pulumi's configuration files give the first two a meaning of their own.
	taken := map[string]bool{"all": true, "environments": true}
	for _, rule := range Own() {
		taken[rule.Name] = true
	}
	for _, rule := range p.Rules {
		mistakes = append(mistakes, rule.Validate())
		if taken[rule.Name] {
			mistakes = append(mistakes, fmt.Errorf("rule %s: the name is taken", rule.Name))
		}
		taken[rule.Name] = true
		_, _, err := settingsSchema(rule)
		mistakes = append(mistakes, err)
	}
	return errors.Join(mistakes...)
}
