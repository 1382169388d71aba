package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"gitlab.com/thinkmassive/satkube/images/release"
	"gitlab.com/thinkmassive/satkube/images/table"
)

// Limits of what is downloaded, in bytes: a release of Bitcoin Core is some 50 MB for one platform.
const (
	maxList    = 1 << 20
	maxArchive = 512 << 20
)

func (j job) verifyRelease(ctx context.Context) error {
	image, err := j.entry()
	if err != nil {
		return err
	}
	if image.Release == nil {
		return fmt.Errorf("image %s: it is built from source at a commit, want an image with a release", image.Name)
	}
	return j.verify(ctx, image)
}

// verify downloads the release's list, its signatures, the builders' keys and the files, and checks them all.
func (j job) verify(ctx context.Context, image table.Image) error {
	published := release.Published{Keys: map[string][]byte{}}
	var err error
	if published.Sums, err = j.get(ctx, image.Release.URL+"/SHA256SUMS"); err != nil {
		return err
	}
	if published.Signatures, err = j.get(ctx, image.Release.URL+"/SHA256SUMS.asc"); err != nil {
		return err
	}
	for _, key := range image.Release.Keys {
		file, err := j.get(ctx, image.Release.KeysURL+"/"+key.Builder+".gpg")
		if err != nil {
			// Enough others may do; when they do not, Verify says who is missing.
			fmt.Fprintf(j.stderr, "key of %s: %v\n", key.Builder, err)
			continue
		}
		published.Keys[key.Builder] = file
	}
	signers, err := image.Release.Verify(published, image.Release.Files, j.now)
	if err != nil {
		return fmt.Errorf("image %s: %w", image.Name, err)
	}
	fmt.Fprintf(j.stdout, "%s %s: SHA256SUMS is signed by %s (%d of %d wanted)\n",
		image.Name, image.Version, strings.Join(signers, ", "), len(signers), image.Release.Minimum)
	for _, file := range image.Release.Files {
		if err := j.checkFile(ctx, image.Release.URL, file); err != nil {
			return fmt.Errorf("image %s: %w", image.Name, err)
		}
		fmt.Fprintf(j.stdout, "%s: is what was signed\n", file.Name)
	}
	return nil
}

func (j job) checkFile(ctx context.Context, url string, file release.File) error {
	body, err := j.open(ctx, url+"/"+file.Name)
	if err != nil {
		return err
	}
	defer body.Close()
	return file.Check(io.LimitReader(body, maxArchive))
}

func (j job) get(ctx context.Context, url string) ([]byte, error) {
	body, err := j.open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, maxList+1))
	if err == nil && len(raw) > maxList {
		err = fmt.Errorf("%s: more than %d bytes", url, maxList)
	}
	return raw, err
}

// open tries three times: a job should not fail because a server was busy for a second.
func (j job) open(ctx context.Context, url string) (io.ReadCloser, error) {
	var last error
	for attempt := range 3 {
		if attempt > 0 {
			select {
			case <-ctx.Done():
				return nil, errors.Join(last, ctx.Err())
			case <-time.After(time.Duration(attempt) * j.pause):
			}
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		response, err := j.client.Do(request)
		if err != nil {
			last = err
			continue
		}
		if response.StatusCode == http.StatusOK {
			return response.Body, nil
		}
		response.Body.Close()
		last = fmt.Errorf("%s: answer is %d, want 200", url, response.StatusCode)
		if response.StatusCode < 500 {
			break
		}
	}
	return nil, last
}
