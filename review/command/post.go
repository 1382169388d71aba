package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"gitlab.com/thinkmassive/satkube/review"
	"gitlab.com/thinkmassive/satkube/review/gitlab"
)

// post writes the stacks' comments as one note on the merge request, or says why it does not: a pipeline of a fork has no token, and is
// no failure. A comment that is not there, because its job ended before, is told in the note: silence would read as consent.
func post(ctx context.Context, out io.Writer, files []string, getenv func(string) string) error {
	parts := []string{review.NoteMarker}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			parts = append(parts, fmt.Sprintf("**There is no review at `%s`: the job that had to write it failed before.**", strings.ReplaceAll(file, "`", "")))
			continue
		}
		if err != nil {
			return fmt.Errorf("read comment: %w", err)
		}
		if !strings.HasPrefix(string(text), review.MarkerPrefix) {
			return fmt.Errorf("%s: it is no comment on a stack, want one that this command wrote", file)
		}
		parts = append(parts, string(text))
	}
	target, missing := gitlab.FromEnvironment(getenv)
	if len(missing) > 0 {
		fmt.Fprintf(out, "comment not posted: %s not set\n", strings.Join(missing, ", "))
		return nil
	}
	posted, err := gitlab.Post(ctx, target, review.NoteMarker, strings.Join(parts, "\n\n"))
	if err != nil {
		return fmt.Errorf("the comment is not posted: %w", err)
	}
	verb := "posted"
	if posted.Updated {
		verb = "updated"
	}
	fmt.Fprintf(out, "comment %s: note %d of merge request %s\n", verb, posted.Note, target.MergeRequest)
	return nil
}
