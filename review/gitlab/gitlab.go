// Package gitlab keeps one comment of ours on a merge request: it is written anew at each run, and no other note is ever touched.
package gitlab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// longestNote is GitLab's limit of a note's body in characters: docs.gitlab.com/api/notes, the attribute body.
const longestNote = 1_000_000

// Target is a merge request, and the token with which to write there. The variables of a merge request's pipeline have all of it but the
// token, which is a project access token with the scope api. A job's own token will not do: the notes API is not among the endpoints that
// docs.gitlab.com/ci/jobs/fine_grained_permissions gives to it.
type Target struct {
	// API is the root of GitLab's API, such as https://gitlab.com/api/v4. Project is its number or path, MergeRequest its number in the
	// project.
	API, Project, MergeRequest string
	// Token is never printed.
	Token string
	// Wait passes time between tries; nil waits in earnest.
	Wait func(ctx context.Context, d time.Duration) error
}

// FromEnvironment reads the target from a pipeline's variables, and names those that are missing.
func FromEnvironment(getenv func(string) string) (t Target, missing []string) {
	for _, variable := range []struct {
		name string
		into *string
	}{
		{"GITLAB_TOKEN", &t.Token},
		{"CI_API_V4_URL", &t.API},
		{"CI_PROJECT_ID", &t.Project},
		{"CI_MERGE_REQUEST_IID", &t.MergeRequest},
	} {
		if *variable.into = strings.TrimSpace(getenv(variable.name)); *variable.into == "" {
			missing = append(missing, variable.name)
		}
	}
	return t, missing
}

var digits = regexp.MustCompile(`^[0-9]{1,18}$`)

func (t Target) validate() error {
	var mistakes []error
	api, err := url.Parse(t.API)
	switch {
	case err != nil || api.Host == "" || api.User != nil || api.RawQuery != "" || api.Fragment != "":
		mistakes = append(mistakes, errors.New("gitlab: CI_API_V4_URL is no address, want one such as https://gitlab.com/api/v4"))
	case api.Scheme != "https" && (api.Scheme != "http" || !loopback(api.Hostname())):
		mistakes = append(mistakes, fmt.Errorf("gitlab: CI_API_V4_URL has the scheme %q, want https: the token would be read on its way", api.Scheme))
	}
	if !digits.MatchString(t.MergeRequest) {
		mistakes = append(mistakes, errors.New("gitlab: CI_MERGE_REQUEST_IID is no number, want the merge request's number"))
	}
	if t.Project == "" {
		mistakes = append(mistakes, errors.New("gitlab: CI_PROJECT_ID is empty, want the project's number"))
	}
	if t.Token == "" || strings.ContainsFunc(t.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		mistakes = append(mistakes, errors.New("gitlab: GITLAB_TOKEN is empty or has characters that no token has, want a project access token with the scope api"))
	}
	return errors.Join(mistakes...)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Posted says what became of the comment.
type Posted struct {
	// Note is the note's number, Updated whether it was there before.
	Note    int64
	Updated bool
}

// Post writes the body as the one comment that begins with the marker's line and was written with the same token's account. The account
// counts: a note of somebody else that has the marker too is left alone.
func Post(ctx context.Context, t Target, marker, body string) (Posted, error) {
	if err := t.validate(); err != nil {
		return Posted{}, err
	}
	if first, _, _ := strings.Cut(body, "\n"); marker == "" || first != marker {
		return Posted{}, errors.New("gitlab: the comment does not begin with its marker, so it would not be found again")
	}
	if n := utf8.RuneCountInString(body); n > longestNote {
		return Posted{}, fmt.Errorf("gitlab: the comment has %d characters, want %d at most", n, longestNote)
	}
	c := newClient(t)
	me, err := c.account(ctx)
	if err != nil {
		return Posted{}, err
	}
	for try := 1; ; try++ {
		own, err := c.find(ctx, me, marker)
		if err != nil {
			return Posted{}, err
		}
		if len(own) > 0 {
			return c.rewrite(ctx, own, body)
		}
		note, err := c.create(ctx, body)
		var again *temporary
		if !errors.As(err, &again) || try == tries {
			return Posted{Note: note}, err
		}
		// GitLab may have made the note before it failed, so it is looked for before a second one is made.
		if err := c.target.Wait(ctx, again.pause(try)); err != nil {
			return Posted{}, err
		}
	}
}

// rewrite updates the oldest of our notes. Two pipelines at once may have left several: the others go.
func (c *client) rewrite(ctx context.Context, own []int64, body string) (Posted, error) {
	if err := c.retry(ctx, http.MethodPut, c.notes(own[0]), content{body}, nil); err != nil {
		return Posted{}, err
	}
	for _, id := range own[1:] {
		if err := c.retry(ctx, http.MethodDelete, c.notes(id), nil, nil); err != nil {
			return Posted{}, err
		}
	}
	return Posted{Note: own[0], Updated: true}, nil
}
