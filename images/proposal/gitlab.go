package proposal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxAnswer bounds what is read of an answer, in bytes. The lock file is some 10 KB.
const maxAnswer = 4 << 20

// GitLab is a project on a GitLab server.
type GitLab struct {
	api, project, token string
	client              *http.Client
}

// NewGitLab returns the project behind the API's address (CI_API_V4_URL), by its number (CI_PROJECT_ID). The token goes out in a header,
// to that address alone.
func NewGitLab(api, project, token string) (GitLab, error) {
	var mistakes []error
	parsed, err := url.Parse(api)
	switch {
	case err != nil || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "":
		mistakes = append(mistakes, errors.New("api address: want https://HOST/api/v4 and nothing else in it"))
	case parsed.Scheme != "https" && parsed.Hostname() != "127.0.0.1":
		mistakes = append(mistakes, fmt.Errorf("api address: scheme is %q, want https", parsed.Scheme))
	}
	if project == "" || strings.Trim(project, "0123456789") != "" {
		mistakes = append(mistakes, fmt.Errorf("project is %q, want its number", project))
	}
	if token == "" {
		mistakes = append(mistakes, errors.New("token is missing, want a project access token with the role Developer and the scope api"))
	}
	if err := errors.Join(mistakes...); err != nil {
		return GitLab{}, err
	}
	client := &http.Client{
		Timeout: time.Minute,
		// A redirect would carry the token's header to wherever it points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return GitLab{api: strings.TrimRight(api, "/"), project: project, token: token, client: client}, nil
}

// errNotFound is the answer 404.
var errNotFound = errors.New("not found")

// call sends a request below the project. A body is sent as JSON; the answer is decoded into out, or copied when out is *[]byte.
func (g GitLab) call(ctx context.Context, method, path string, query url.Values, body, out any) error {
	address := g.api + "/projects/" + g.project + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return err
	}
	request.Header.Set("PRIVATE-TOKEN", g.token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := g.client.Do(request)
	if err != nil {
		return g.hide(err.Error())
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return g.hide(err.Error())
	}
	if response.StatusCode == http.StatusNotFound {
		return fmt.Errorf("gitlab: %s %s: %w", method, path, errNotFound)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return g.hide(fmt.Sprintf("gitlab: %s %s: answer is %d, want 200: %.300s", method, path, response.StatusCode, answer))
	}
	switch out := out.(type) {
	case nil:
		return nil
	case *[]byte:
		*out = answer
		return nil
	default:
		if err := json.Unmarshal(answer, out); err != nil {
			return g.hide(fmt.Sprintf("gitlab: %s %s: answer is not as expected: %v", method, path, err))
		}
		return nil
	}
}

// hide makes an error without the token in it: a server could send it back.
func (g GitLab) hide(text string) error {
	return errors.New(strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), g.token, "[token]"))
}
