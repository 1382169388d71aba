package review

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

const docs = "https://gitlab.example/satkube/-/blob/main/docs/policies.md"

// someRules are few of the pack's, so that a new rule changes no golden file here.
func someRules() []pack.Rule {
	names := []string{
		"private-nodes", "eks-deletion-protection", "iam-wildcards", "eks-cmk", "image-digest", "pull-policy", "binaries-pinned",
		"availability", "backup-present", "guardduty-eks", "inspector", "volume-retained", "bitcoind-stop-grace", "lnd-single-replica",
	}
	var some []pack.Rule
	for _, rule := range rules.All() {
		if slices.Contains(names, rule.Name) {
			some = append(some, rule)
		}
	}
	return some
}

// priced is an estimate by prices of its own: what this package does with a bill does not depend on AWS' prices.
func priced(resources []cost.Resource) (cost.Estimate, error) {
	estimate := cost.Estimate{Region: "us-east-2"}
	for _, r := range resources {
		line := cost.Line{URN: r.URN, Component: "keys", What: "key", Monthly: 1_000_000}
		switch r.Type {
		case "aws:eks/nodeGroup:NodeGroup":
			scaling := r.Inputs["scalingConfig"].(map[string]any)
			line.Component, line.What = "cluster", fmt.Sprintf("%v × %v", scaling["desiredSize"], r.Inputs["instanceTypes"].([]any)[0])
			line.Monthly = cost.Money(scaling["desiredSize"].(float64) * 78_180_000)
		case "aws:kms/key:Key":
		case "aws:ec2/natGateway:NatGateway":
			line.What, line.Reason = "traffic", "nobody knows how much"
			estimate.Unpriced = append(estimate.Unpriced, line)
			continue
		default:
			continue
		}
		estimate.Lines = append(estimate.Lines, line)
	}
	return estimate, nil
}

func options(t *testing.T) Options {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "exemptions.yaml"))
	require.NoError(t, err)
	exemptions, err := pack.ParseExemptions(text)
	require.NoError(t, err)
	return Options{
		Stack: "testnet", Today: time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC), Docs: docs,
		Rules: someRules(), Exemptions: exemptions, Estimate: priced,
	}
}

func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(text)
}

func reviewed(t *testing.T, text string) Review {
	t.Helper()
	log, err := Read(strings.NewReader(text))
	require.NoError(t, err)
	r, err := Build(log, options(t))
	require.NoError(t, err)
	return r
}

func only(t *testing.T, r Review, name string) Resource {
	t.Helper()
	for _, resource := range r.Resources {
		if resource.Name == name && !resource.Component {
			return resource
		}
	}
	t.Fatalf("there is no resource %s", name)
	return Resource{}
}

func TestComment_OfAFirstPreview(t *testing.T) {
	golden.Equal(t, "first.md", Comment(reviewed(t, recorded(t, "first.jsonl"))))
}

func TestComment_OfAChangeThatLosesData(t *testing.T) {
	golden.Equal(t, "change.md", Comment(reviewed(t, recorded(t, "change.jsonl"))))
}

func TestBuild_CountsWhatTheEngineCounts(t *testing.T) {
	for name, want := range map[string]map[Op]int{
		"first.jsonl":  {Create: 22},
		"change.jsonl": {Replace: 1, Delete: 1, Update: 2, Same: 18},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, want, tally(reviewed(t, recorded(t, name))))
		})
	}
}

func TestBuild_TellsWhatIsReplacedAndWhy(t *testing.T) {
	r := reviewed(t, recorded(t, "change.jsonl"))
	claim := only(t, r, "testnet4-lnd-data")
	require.Equal(t, Replace, claim.Op)
	require.Equal(t, []string{"spec.storageClassName"}, claim.Replacing)
	require.Contains(t, claim.Loses, "channels' funds")
	var lost []string
	for _, resource := range r.AtRisk() {
		lost = append(lost, resource.Name)
	}
	require.ElementsMatch(t, []string{"testnet4-lnd-data", "keys-volumes"}, lost)
}

func TestBuild_KnowsWhatHoldsData(t *testing.T) {
	r := reviewed(t, recorded(t, "first.jsonl"))
	for name, want := range map[string]bool{
		"testnet4-lnd-data": true, "testnet4-lnd-wallet": true, "keys-volumes": true, "cluster-eksCluster": true, "testnet4-lnd": true,
		"testnet4-bitcoind": true, "testnet4": true, "testnet4-bitcoind-exporter": false, "cluster-system": false,
	} {
		t.Run(name, func(t *testing.T) {
			resource := only(t, r, name)
			require.Equal(t, want, resource.Stateful)
			require.Equal(t, want, resource.Loses != "")
		})
	}
	require.True(t, only(t, r, "testnet4-lnd-wallet").Retained)
}

func TestBuild_PutsParentsBeforeChildren(t *testing.T) {
	// Deletions are logged children first.
	text := logOf(
		step("delete", "kubernetes:core/v1:ConfigMap", "child", urnOf("satkube:lnd:Lnd", "parent")),
		step("delete", "satkube:lnd:Lnd", "parent", ""),
	)
	r := reviewed(t, text)
	require.Equal(t, []string{"parent", "child"}, []string{r.Resources[0].Name, r.Resources[1].Name})
}

func TestBuild_TakesTheOperationThatAReaderMustNotMiss(t *testing.T) {
	claim := "kubernetes:core/v1:PersistentVolumeClaim"
	for name, test := range map[string]struct {
		steps []string
		want  Op
	}{
		"a replacement in any order":         {[]string{step("delete-replaced", claim, "c", ""), step("create-replacement", claim, "c", "")}, Replace},
		"what a broken update left behind":   {[]string{strings.Replace(step("delete", claim, "c", ""), `"old":{`, `"old":{"delete":true,`, 1), step("same", claim, "c", "")}, Replace},
		"a deletion":                         {[]string{step("delete", claim, "c", "")}, Delete},
		"a refresh before it":                {[]string{step("refresh", claim, "c", ""), step("same", claim, "c", "")}, Same},
		"a resource that is only read":       {[]string{step("read", claim, "c", "")}, Refresh},
		"a resource that comes from outside": {[]string{step("import", claim, "c", "")}, Import},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, reviewed(t, logOf(test.steps...)).Resources[0].Op)
		})
	}
}

func TestBuild_SumsCostByComponentBeforeAndAfter(t *testing.T) {
	r := reviewed(t, recorded(t, "change.jsonl"))
	require.Equal(t, "$235.54", r.Before.Total().String())
	require.Equal(t, "$312.72", r.After.Total().String())
	require.Contains(t, Comment(r), "| `cluster` | 234.54 USD | 312.72 USD | +78.18 USD |")
}

func TestBuild_HalfAStackHasNoPrice(t *testing.T) {
	r := reviewed(t, strings.Join([]string{step("create", "aws:kms/key:Key", "k", ""), failure("", "x"), wholePack, failed}, "\n"))
	require.Empty(t, r.After.Lines)
	require.Contains(t, Comment(r), "Cost a month: not computed")
}

func TestBuild_RulesPassOnlyWhenThePackCameToItsEnd(t *testing.T) {
	resources := `{"policyAnalyzeSummaryEvent":{"policyPackName":"satkube","passed":["image-digest"]}}`
	passed := func(text string) (n int) {
		for _, d := range reviewed(t, text).Domains {
			n += d.Passed
		}
		return n
	}
	require.Equal(t, 0, passed(logOf(resources)))
	require.Equal(t, 2, passed(logOf(resources, wholePack)))
}

func TestBuild_CountsTheDaysOfTheStacksExemptions(t *testing.T) {
	r := reviewed(t, recorded(t, "first.jsonl"))
	var days []int
	for _, e := range r.Exemptions {
		days = append(days, e.DaysLeft)
	}
	require.Equal(t, []int{-21, 18, 129}, days, "the one of mainnet is left out, the first to end comes first")
	require.Contains(t, Comment(r), ":x: **expired**")
	require.Contains(t, Comment(r), ":hourglass: **18**")
}

func TestBuild_RefusesWhatItCannotReview(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"another stack's log":                      {func(o *Options) { o.Stack = "mainnet" }, `it is of stack "testnet", want "mainnet"`},
		"a stack's name that would end the marker": {func(o *Options) { o.Stack = "x --> /merge" }, "want letters"},
		"an address that runs scripts":             {func(o *Options) { o.Docs = "javascript:alert(1)" }, "want the http or https address"},
		"an address that ends a link":              {func(o *Options) { o.Docs = "https://x/) @all" }, "want the http or https address"},
		"no day":                                   {func(o *Options) { o.Today = time.Time{} }, "today is missing"},
		"no rules":                                 {func(o *Options) { o.Rules = nil }, "no rules"},
		"no prices":                                {func(o *Options) { o.Estimate = nil }, "want cost.Of"},
	} {
		t.Run(name, func(t *testing.T) {
			log, err := Read(strings.NewReader(recorded(t, "first.jsonl")))
			require.NoError(t, err)
			o := options(t)
			test.change(&o)
			_, err = Build(log, o)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestBuild_SaysWhenNobodyJudged(t *testing.T) {
	r := reviewed(t, logOf(step("create", "aws:kms/key:Key", "k", "")))
	require.True(t, r.Unreviewed)
	require.Contains(t, Comment(r), "did not judge this preview")
	for _, domain := range r.Domains {
		require.Zero(t, domain.Passed)
		require.Equal(t, domain.Rules, domain.NotReviewed)
	}
	quality, err := CodeQuality(r)
	require.NoError(t, err)
	require.Contains(t, string(quality), `"severity": "blocker"`)
	junit, err := JUnit(r)
	require.NoError(t, err)
	require.Contains(t, string(junit), `<error message="not reviewed">`)
}
