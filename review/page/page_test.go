package page

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/review"
)

func TestRender_WritesWhatTheReviewerReads(t *testing.T) {
	golden.Equal(t, "review.html", render(t, sampleReview()))
}

func TestRender_IsTheSameEachTime(t *testing.T) {
	for _, r := range []review.Review{sampleReview(), largeReview(300), tangledReview(60)} {
		first := render(t, r)
		for range 5 {
			require.True(t, first == render(t, r), "two pages of the same review differ")
		}
	}
}

func TestRender_SaysTheOutcomeInWords(t *testing.T) {
	changed := func(change func(*review.Review)) review.Review {
		r := sampleReview()
		r.Failed, r.BrokeOff, r.Unreviewed, r.Errors = false, false, false, nil
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		review review.Review
		want   string
	}{
		"a change":        {changed(func(*review.Review) {}), "Would change 6 resources, breaks 1 rule, and costs $34.72 more a month."},
		"the other way":   {changed(func(r *review.Review) { r.Before, r.After = r.After, r.Before }), "and costs $34.72 less a month."},
		"the same cost":   {changed(func(r *review.Review) { r.Before = r.After }), "and costs the same."},
		"no rule broken":  {changed(func(r *review.Review) { r.Findings = r.Findings[1:] }), "breaks no rule"},
		"twice one rule":  {changed(func(r *review.Review) { r.Findings = append(r.Findings, r.Findings[0]) }), "breaks 1 rule,"},
		"nobody judged":   {changed(func(r *review.Review) { r.Findings, r.Unreviewed = nil, true }), "was judged by no policy"},
		"it broke off":    {changed(func(r *review.Review) { r.BrokeOff = true }), "The preview broke off. As far as it came, it would change 6 resources, breaks 1 rule, and its cost is not known."},
		"it failed":       {changed(func(r *review.Review) { r.Failed, r.Findings = true, nil }), "The preview failed. It would change 6 resources"},
		"it was refused":  {changed(func(r *review.Review) { r.Failed = true }), "The policies refuse this preview. It would change 6 resources, breaks 1 rule"},
		"nothing at all":  {review.Review{Stack: "empty"}, "Would change nothing, breaks no rule, and nothing of it is on the bill."},
		"no data at risk": {review.Review{Stack: "empty"}, "No stateful resource would be replaced or deleted."},
	} {
		t.Run(name, func(t *testing.T) { require.Contains(t, render(t, c.review), c.want) })
	}
}

func TestRender_IsLoudAboutDataAtRisk(t *testing.T) {
	page := render(t, sampleReview())
	require.Contains(t, page, "Data at risk: 2 stateful resources would be replaced or deleted")
	require.Less(t, strings.Index(page, `id="risk"`), strings.Index(page, `id="policies"`), "it comes first")
	require.Contains(t, page, "held back by nothing: Pulumi would do it")

	calm := sampleReview()
	for i := range calm.Resources {
		calm.Resources[i].Stateful = false
	}
	require.NotContains(t, render(t, calm), `id="risk"`)
}

func TestRender_TellsTheSameFindingOnce(t *testing.T) {
	r := sampleReview()
	again := r.Findings[0]
	again.URN, again.Fingerprint = urn(claimType, "lnd-data"), "0f0f0f0f0f0f0f0f"
	r.Findings = append(r.Findings, again)
	page := render(t, r)
	require.Equal(t, strings.Count(render(t, sampleReview()), `<li class="card`), strings.Count(page, `<li class="card`))
	require.Equal(t, 1, strings.Count(page, again.Fix))
	require.Contains(t, page, again.Fingerprint[:shortFingerprint])
	require.Contains(t, page, `stops the preview <span class="n">2</span>`)
}

func TestRender_MarksExemptionsThatEndSoon(t *testing.T) {
	for days, want := range map[int]string{
		-2: `class="card over"`, -1: "expired 1 day ago", 0: "ends today", 1: "1 day left", 29: `class="card soon"`, 30: `class="card"`,
	} {
		r := review.Review{Exemptions: sampleReview().Exemptions[:1]}
		r.Exemptions[0].DaysLeft = days
		require.Contains(t, render(t, r), want, "%d days", days)
	}
}

// Whatever a review says, the page has to say: each field is changed in turn, and the page has to change with it. A field that is added
// to the model and forgotten here fails this test.
func TestRender_ShowsEveryField(t *testing.T) {
	r := sampleReview()
	before := render(t, r)
	fields := 0
	walk(t, reflect.ValueOf(&r).Elem(), "Review", func(path string) {
		fields++
		if render(t, r) == before {
			t.Errorf("the page does not show %s", path)
		}
	})
	require.Greater(t, fields, 200)
}

// walk changes every leaf of a value in turn and changes it back after the visit.
func walk(t *testing.T, v reflect.Value, path string, visit func(path string)) {
	t.Helper()
	old := reflect.ValueOf(v.Interface())
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			walk(t, v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
		return
	case reflect.Slice:
		for i := range v.Len() {
			walk(t, v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
		return
	case reflect.String:
		if v.String() == "" {
			return
		}
		v.SetString("Z" + v.String())
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Int64:
		// Amounts are millionths of a dollar, and shown in cents.
		v.SetInt(v.Int() + 5_000_000)
	case reflect.Float64:
		v.SetFloat(v.Float() + 1)
	default:
		t.Fatalf("%s is a %s, which this test cannot change", path, v.Kind())
	}
	visit(path)
	v.Set(old)
}

func TestRender_StaysSmallAndQuick(t *testing.T) {
	took := func(n int) (time.Duration, int) {
		r := largeReview(n)
		fastest, size := time.Duration(1<<62), 0
		for range 3 {
			start := time.Now()
			size = len(render(t, r))
			fastest = min(fastest, time.Since(start))
		}
		return fastest, size
	}
	small, smallSize := took(500)
	large, largeSize := took(3000)
	t.Logf("500 resources: %s, %d bytes; 3000 resources: %s, %d bytes", small, smallSize, large, largeSize)
	require.Less(t, largeSize, 5_000_000)
	require.Less(t, largeSize, 8*smallSize)
	// Six times as much may take six times as long; the rest is for a machine that is busy with something else.
	require.Less(t, large, 18*small+time.Second)
}

func TestRender_TellsWhenItCannotWrite(t *testing.T) {
	require.EqualError(t, Render(broken{}, sampleReview()), "page: the disk is full")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
