// Command policyx is a policy pack made with the SDK's own server, with as many rules as BENCH_RULES says, none of which does anything.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

func main() {
	if err := policyx.Main(newPack); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newPack(*pulumi.Context) (policyx.PolicyPack, error) {
	text := os.Getenv("BENCH_RULES")
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 {
		return nil, fmt.Errorf("BENCH_RULES is %q, want how many rules", text)
	}
	policies := make([]policyx.Policy, count)
	for i := range policies {
		policies[i] = policyx.NewResourceValidationPolicy(fmt.Sprintf("rule-%d", i+1), policyx.ResourceValidationPolicyArgs{
			Description:      "Anything is right.",
			EnforcementLevel: policyx.EnforcementLevelAdvisory,
			ValidateResource: func(context.Context, policyx.ResourceValidationArgs) error { return nil },
		})
	}
	return policyx.NewPolicyPack("policyx", semver.MustParse("0.1.0"), policyx.EnforcementLevelAdvisory, policies)
}
