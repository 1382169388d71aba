package aws

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// computeKinds are what instances are started from.
func computeKinds() map[string]*standin.Kind {
	return map[string]*standin.Kind{
		"aws:ec2/launchTemplate:LaunchTemplate": regional(tagged(&standin.Kind{
			Name: "name", NameLimit: 125,
			Immutable: []string{"name", "namePrefix"},
			Refuse: []standin.Rule{
				matching("name", `^[\w().\-/]{3,125}$`, "3 to 125 letters, digits or any of _().-/"),
				between(1, 64, "metadataOptions", "httpPutResponseHopLimit"), validTokens, encodedUserData, validVolumes,
			},
			Claims: func(c *standin.Call) []string { return []string{"launch template " + c.String("name")} },
			ID:     newID("lt"),
			Facts:  map[string]standin.Output{"name": input("name")},
			Outputs: map[string]standin.Output{
				"arn":           byID("ec2", "launch-template/"),
				"latestVersion": nextVersion,
			},
			Defaults: map[string]standin.Output{
				"name": generated, "namePrefix": constant(""), "defaultVersion": constant(1),
			},
		})),
	}
}

// nextVersion counts the versions of a launch template: AWS makes one at each update.
func nextVersion(c *standin.Call) any {
	if old := c.Old("latestVersion"); old.IsNumber() {
		return old.NumberValue() + 1
	}
	return c.Later(func() any { return 1 })
}

func validTokens(c *standin.Call) error {
	if v := c.String("metadataOptions", "httpTokens"); v != "" && v != "required" && v != "optional" {
		return fmt.Errorf("%s: metadataOptions.httpTokens is %q, want required or optional", c.Name, v)
	}
	return nil
}

func encodedUserData(c *standin.Call) error {
	if _, err := base64.StdEncoding.DecodeString(c.String("userData")); err != nil {
		return fmt.Errorf("%s: userData is not base64", c.Name)
	}
	return nil
}

func validVolumes(c *standin.Call) error {
	var errs []error
	kinds := []string{"standard", "gp2", "gp3", "io1", "io2", "sc1", "st1"}
	mappings, _ := c.Plain("blockDeviceMappings").([]any)
	for i, m := range mappings {
		mapping, _ := m.(map[string]any)
		ebs, _ := mapping["ebs"].(map[string]any)
		if v, _ := ebs["volumeType"].(string); v != "" && !slices.Contains(kinds, v) {
			errs = append(errs, fmt.Errorf("%s: blockDeviceMappings[%d].ebs.volumeType is %q, want one of %v", c.Name, i, v, kinds))
		}
		if n, given := ebs["volumeSize"].(float64); given && (n < 1 || n > 65536) {
			errs = append(errs, fmt.Errorf("%s: blockDeviceMappings[%d].ebs.volumeSize is %v, want 1 to 65536", c.Name, i, n))
		}
	}
	return errors.Join(errs...)
}
