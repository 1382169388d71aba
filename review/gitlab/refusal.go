package gitlab

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// temporary is a failure after which the same request may succeed.
type temporary struct {
	error
	// after is what GitLab asked for, zero when it asked for nothing.
	after time.Duration
}

func (t *temporary) Unwrap() error { return t.error }

// pause is how long to wait before the next try: what GitLab asks for, or one second, two, four and so on.
func (t *temporary) pause(try int) time.Duration {
	if t.after > 0 {
		return min(t.after, longestPause)
	}
	return min(time.Second<<(try-1), longestPause)
}

// refusal is what an answer's status means, nil when the request was done. What GitLab says beside the status is not repeated.
func refusal(response *http.Response, what string) error {
	status := response.StatusCode
	if status >= 200 && status < 300 {
		return nil
	}
	err := fmt.Errorf("gitlab: %s: status %d: %s", what, status, remedy(status))
	if status == http.StatusTooManyRequests || status >= 500 {
		return &temporary{error: err, after: after(response.Header.Get("Retry-After"), time.Now())}
	}
	return err
}

func remedy(status int) string {
	switch {
	case status >= 300 && status < 400:
		return "the API is at another address, to which the token is not sent; set CI_API_V4_URL to it"
	case status == http.StatusUnauthorized:
		return "GITLAB_TOKEN is not valid, it may have expired; make a new project access token with the scope api"
	case status == http.StatusForbidden:
		return "GITLAB_TOKEN may not do this; give it the scope api and a role that may comment, such as Reporter"
	case status == http.StatusNotFound:
		return "there is no such merge request that GITLAB_TOKEN may see; make the token in this project"
	case status == http.StatusTooManyRequests:
		return "too many requests; run the job again later"
	case status >= 500:
		return "GitLab failed; run the job again later"
	}
	return "GitLab refuses the request"
}

// after reads a Retry-After header: seconds, or a date.
func after(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 && seconds < 1<<20 {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
