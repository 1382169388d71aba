package gitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// tries is how often a request is made before GitLab is given up.
	tries = 5
	// longestPause bounds what GitLab may ask us to wait: a pipeline should not hang for a comment.
	longestPause = time.Minute
	// perPage is the most that GitLab gives at once, and mostPages more than it keeps of notes on one merge request.
	perPage, mostPages = 100, 1000
	// longestAnswer bounds what is read of an answer, in bytes: a page of the longest notes.
	longestAnswer = 512 << 20
)

type client struct {
	target Target
	http   *http.Client
	base   string
}

func newClient(t Target) *client {
	if t.Wait == nil {
		t.Wait = wait
	}
	return &client{
		target: t,
		http: &http.Client{
			Timeout: 2 * time.Minute,
			// The token goes to the host that was named, and nowhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		base: strings.TrimSuffix(t.API, "/"),
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

type content struct {
	Body string `json:"body"`
}

type note struct {
	ID     int64  `json:"id"`
	Body   string `json:"body"`
	System bool   `json:"system"`
	Author struct {
		ID int64 `json:"id"`
	} `json:"author"`
}

// account is the user that the token belongs to: a project access token has one of its own.
func (c *client) account(ctx context.Context) (int64, error) {
	var user struct {
		ID int64 `json:"id"`
	}
	if err := c.retry(ctx, http.MethodGet, "/user", nil, &user); err != nil {
		return 0, err
	}
	if user.ID == 0 {
		return 0, errors.New("gitlab: /user names no account; want a project access token with the scope api")
	}
	return user.ID, nil
}

func (c *client) notes(id int64) string {
	path := "/projects/" + url.PathEscape(c.target.Project) + "/merge_requests/" + c.target.MergeRequest + "/notes"
	if id != 0 {
		path += "/" + strconv.FormatInt(id, 10)
	}
	return path
}

// find returns our notes with the marker, the oldest first.
func (c *client) find(ctx context.Context, me int64, marker string) ([]int64, error) {
	var own []int64
	for page := 1; page <= mostPages; page++ {
		var some []note
		path := fmt.Sprintf("%s?sort=asc&order_by=created_at&per_page=%d&page=%d", c.notes(0), perPage, page)
		if err := c.retry(ctx, http.MethodGet, path, nil, &some); err != nil {
			return nil, err
		}
		for _, n := range some {
			first, _, _ := strings.Cut(n.Body, "\n")
			if !n.System && n.Author.ID == me && strings.TrimSpace(first) == marker && !slices.Contains(own, n.ID) {
				own = append(own, n.ID)
			}
		}
		// A page may be short without being the last: notes that the account may not see are left out of it.
		if len(some) == 0 {
			return own, nil
		}
	}
	return nil, errors.New("gitlab: the merge request has more notes than can be looked through")
}

func (c *client) create(ctx context.Context, body string) (int64, error) {
	var made note
	err := c.do(ctx, http.MethodPost, c.notes(0), content{body}, &made)
	return made.ID, err
}

// retry makes a request that does no harm when it is made twice.
func (c *client) retry(ctx context.Context, method, path string, in, out any) error {
	for try := 1; ; try++ {
		err := c.do(ctx, method, path, in, out)
		var again *temporary
		if !errors.As(err, &again) || try == tries {
			return err
		}
		if err := c.target.Wait(ctx, again.pause(try)); err != nil {
			return err
		}
	}
}

func (c *client) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("gitlab: %w", err)
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return errors.New("gitlab: the request's address is malformed; look at CI_API_V4_URL")
	}
	request.Header.Set("PRIVATE-TOKEN", c.target.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	what, _, _ := strings.Cut(method+" "+path, "?")
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("gitlab: %s: %w", what, ctx.Err())
		}
		return &temporary{error: fmt.Errorf("gitlab: %s: it could not be reached: %w", what, err)}
	}
	defer func() { _ = response.Body.Close() }()
	if err := refusal(response, what); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, longestAnswer)).Decode(out); err != nil {
		return fmt.Errorf("gitlab: %s: the answer is not what its API documents", what)
	}
	return nil
}
