package runtime

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// testDeployment deploys the stack with the genuine engine. Then a preview, which is a server-side dry run, and a refresh have to agree with what
// is there: a field that the API server or a controller fills in otherwise than the program says would show as a change for ever.
func testDeployment(t *testing.T, c *live.Cluster) {
	begin := time.Now()
	out := c.RunSandbox(t, "up", "-s", stack)
	took := time.Since(begin)
	if created := regexp.MustCompile(`\+ (\d+) created`).FindStringSubmatch(out); created != nil {
		c.Record(t, live.Measured, "up of stack "+stack, fmt.Sprintf("%.1f s for %s resources", took.Seconds(), created[1]))
	}
	c.RunSandbox(t, "preview", "-s", stack, "--expect-no-changes")
	c.RunSandbox(t, "refresh", "-s", stack, "--expect-no-changes")
}
