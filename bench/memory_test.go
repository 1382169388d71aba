package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// allocate makes this test binary a child that holds that many MiB, itself or in a grandchild.
const allocate = "BENCH_TEST_ALLOCATE"

func TestMain(m *testing.M) {
	if mebibytes, err := strconv.Atoi(os.Getenv(allocate)); err == nil {
		held := bytes.Repeat([]byte{1}, mebibytes<<20)
		time.Sleep(700 * time.Millisecond)
		fmt.Println(len(held), held[len(held)-1])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestWatched_FindsWhatAGrandchildHolds(t *testing.T) {
	const mebibytes = 200
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `"$0" & wait`, os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", allocate, mebibytes))
	endGently(cmd)
	p, err := watched(t.Context(), cmd)
	require.NoError(t, err)
	require.InDelta(t, mebibytes<<20, p.largest, 60<<20, "the buffer and a Go program around it")
	require.Equal(t, filepath.Base(os.Args[0])[:min(15, len(filepath.Base(os.Args[0])))], p.name)
	require.GreaterOrEqual(t, p.total, p.largest)
	require.Less(t, p.total, p.largest+60<<20, "the shell is small")
	require.GreaterOrEqual(t, p.duration, 700*time.Millisecond)
}

func TestWatched_AddsUpWhatRunsAtOnce(t *testing.T) {
	const mebibytes = 100
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `"$0" & "$0" & wait`, os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", allocate, mebibytes))
	endGently(cmd)
	p, err := watched(t.Context(), cmd)
	require.NoError(t, err)
	require.GreaterOrEqual(t, p.total, int64(2*mebibytes<<20))
	require.Less(t, p.largest, int64(2*mebibytes<<20))
}

func TestWatched_FailsWithTheEndOfTheOutput(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "echo no such package; exit 3")
	endGently(cmd)
	_, err := watched(t.Context(), cmd)
	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "no such package")
}

func TestWatched_EndsTheWholeGroupOnInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	mark := filepath.Join(t.TempDir(), "pid")
	cmd := exec.CommandContext(ctx, "sh", "-c", `sleep 60 & echo $! > "$0.new"; mv "$0.new" "$0"; wait`, mark)
	endGently(cmd)
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(mark); err == nil {
				cancel()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	_, err := watched(ctx, cmd)
	require.ErrorIs(t, err, context.Canceled)
	raw, err := os.ReadFile(mark)
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(bytes.TrimSpace(raw)))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		// A process that nobody waits for stays in the table as a zombie.
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err != nil || bytes.Contains(stat, []byte(") Z "))
	}, 5*time.Second, 20*time.Millisecond)
}

func TestParseStat_ReadsNamesWithSpacesAndParentheses(t *testing.T) {
	p, ok := parseStat("42 (a) b (c) S 7 40 40 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 100 4096000 25 18446744073709551615 1")
	require.True(t, ok)
	require.Equal(t, process{pid: 42, parent: 7, group: 40, name: "a) b (c", rss: 25 * int64(os.Getpagesize())}, p)
}

func TestParseStat_RefusesAnythingElse(t *testing.T) {
	for _, line := range []string{"", "42", "42 (a", ")(", "42 (a) S 7 40", "x (a) S 7 40 40 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 100 4096000 25 1"} {
		_, ok := parseStat(line)
		require.False(t, ok, line)
	}
}

func TestTree_HasDescendantsAndTheGroupsOrphans(t *testing.T) {
	all := []process{
		{pid: 12, parent: 11, group: 9}, // a grandchild that stands before its parent
		{pid: 1},
		{pid: 10, parent: 1, group: 10},
		{pid: 11, parent: 10, group: 9},
		{pid: 13, parent: 1, group: 10}, // its parent ended
		{pid: 14, parent: 1, group: 14},
	}
	var pids []int
	for _, p := range tree(all, 10) {
		pids = append(pids, p.pid)
	}
	require.Equal(t, []int{12, 10, 11, 13}, pids)
}

func TestPath_LosesPulumiAndNothingElse(t *testing.T) {
	with, without := t.TempDir(), t.TempDir()
	for _, name := range []string{"pulumi", "git"} {
		require.NoError(t, os.WriteFile(filepath.Join(with, name), []byte("#!/bin/sh\n"), 0o700))
	}
	path, err := withoutPulumi(without+":"+with, filepath.Join(t.TempDir(), "shadows"))
	require.NoError(t, err)
	dirs := filepath.SplitList(path)
	require.Len(t, dirs, 2)
	require.Equal(t, without, dirs[0])
	require.FileExists(t, filepath.Join(dirs[1], "git"))
	require.NoFileExists(t, filepath.Join(dirs[1], "pulumi"))
}

func TestBuildReport_RefusesFiveGigabytes(t *testing.T) {
	var out bytes.Buffer
	p := peak{total: maxBuildMemory - 1, largest: 3_000_000_000, name: "compile of ec2", duration: 10 * time.Minute}
	require.Empty(t, printBuild(&out, p))
	require.Contains(t, out.String(), "largest single process 3.00 GB (compile of ec2); took 10m0s")
	p.total++
	require.Equal(t, []string{"cold build: the peak is 5.00 GB, want less than 5"}, printBuild(&out, p))
}
