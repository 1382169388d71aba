// Package proposal puts a built image's digest before the reviewers: as a merge request that changes its entry in images.lock.json.
package proposal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"gitlab.com/thinkmassive/satkube/images/lockfile"
	"gitlab.com/thinkmassive/satkube/internal/images"
)

// Outcome is what Propose did.
type Outcome string

// What Propose can do.
const (
	// Known: the target branch has the digest already.
	Known Outcome = "known"
	// Waiting: an open merge request has it already.
	Waiting Outcome = "waiting"
	// Updated: the image's open merge request has it now.
	Updated Outcome = "updated"
	// Opened: there is a new merge request.
	Opened Outcome = "opened"
)

// mergeRequest is what is read of GitLab's merge request.
type mergeRequest struct {
	IID    int    `json:"iid"`
	WebURL string `json:"web_url"`
}

// Propose brings the entry to the target branch's lock file. It may run again at any time: an image has one branch and one open merge
// request. It returns the merge request's address, which is empty when there is none.
func (g GitLab) Propose(ctx context.Context, target string, entry images.Image) (Outcome, string, error) {
	current, err := g.lock(ctx, target)
	if err != nil {
		return "", "", err
	}
	// Refuses a malformed entry and an unknown name before anything is written.
	changed, err := lockfile.Rewrite(current, entry)
	if err != nil {
		return "", "", err
	}
	if same, err := has(current, entry); err != nil || same {
		return Known, "", err
	}

	branch := "images/" + string(entry.Name)
	var open []mergeRequest
	err = g.call(ctx, http.MethodGet, "/merge_requests", url.Values{
		"state": {"opened"}, "source_branch": {branch}, "target_branch": {target},
	}, nil, &open)
	if err != nil {
		return "", "", err
	}
	if len(open) > 0 {
		proposed, err := g.lock(ctx, branch)
		if err != nil {
			return "", "", err
		}
		if same, err := has(proposed, entry); err != nil || same {
			return Waiting, open[0].WebURL, err
		}
	}
	if err := g.commit(ctx, branch, target, entry, changed); err != nil {
		return "", "", err
	}
	request := map[string]any{"title": title(entry), "description": description(entry)}
	if len(open) > 0 {
		path := fmt.Sprintf("/merge_requests/%d", open[0].IID)
		return Updated, open[0].WebURL, g.call(ctx, http.MethodPut, path, nil, request, nil)
	}
	request["source_branch"], request["target_branch"], request["remove_source_branch"] = branch, target, true
	var made mergeRequest
	if err := g.call(ctx, http.MethodPost, "/merge_requests", nil, request, &made); err != nil {
		return "", "", err
	}
	return Opened, made.WebURL, nil
}

// Entry is the lock file's entry of the image on a branch.
func (g GitLab) Entry(ctx context.Context, branch string, name images.Name) (images.Image, error) {
	raw, err := g.lock(ctx, branch)
	if err != nil {
		return images.Image{}, err
	}
	return lockfile.Find(raw, name)
}

func (g GitLab) lock(ctx context.Context, branch string) ([]byte, error) {
	var raw []byte
	err := g.call(ctx, http.MethodGet, "/repository/files/"+url.PathEscape(lockfile.Path)+"/raw", url.Values{"ref": {branch}}, nil, &raw)
	if errors.Is(err, errNotFound) {
		return nil, fmt.Errorf("%w: want %s on branch %s, and a token that may read it", err, lockfile.Path, branch)
	}
	return raw, err
}

// commit puts the changed file on the image's branch, which begins anew at the target: nothing older stays in the merge request.
func (g GitLab) commit(ctx context.Context, branch, target string, entry images.Image, content []byte) error {
	return g.call(ctx, http.MethodPost, "/repository/commits", nil, map[string]any{
		"branch":         branch,
		"start_branch":   target,
		"force":          true,
		"commit_message": title(entry) + "\n\n" + entry.Evidence,
		"actions":        []map[string]string{{"action": "update", "file_path": lockfile.Path, "content": string(content)}},
	}, nil)
}

// has tells whether the lock file names this very image. Evidence may differ: the same bytes built again are no news.
func has(raw []byte, entry images.Image) (bool, error) {
	present, err := lockfile.Find(raw, entry.Name)
	return present.Digest == entry.Digest && present.Reference == entry.Reference, err
}

func title(entry images.Image) string {
	return fmt.Sprintf("internal/images: %s %s", entry.Name, entry.Version())
}

func description(entry images.Image) string {
	return fmt.Sprintf("`%s`\n\nEvidence: %s.\n\nCheck the signature before you merge: docs/runbooks/images.md.\n", entry.Ref(), entry.Evidence)
}
