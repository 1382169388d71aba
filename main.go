// SatKube: Bitcoin and Lightning infrastructure as one Pulumi program.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/stacks"
)

func main() {
	pulumi.Run(stacks.Deploy)
}
