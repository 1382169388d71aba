package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// every is how often memory is looked at.
const every = 100 * time.Millisecond

// process is one line of the kernel's table.
type process struct {
	pid, parent, group int
	name               string
	rss                int64 // bytes
}

// peak is the most memory that a tree of processes had. RSS counts a page that processes share once for each of them, so the
// total is an upper bound.
type peak struct {
	total    int64         // bytes, of all processes at one moment
	largest  int64         // bytes, of one process
	name     string        // what the largest one was
	duration time.Duration // from start to end
}

// watch samples the tree below a process until the context ends.
func watch(ctx context.Context, root int) peak {
	var found peak
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		found.add(tree(processes(), root))
		select {
		case <-ctx.Done():
			return found
		case <-ticks.C:
		}
	}
}

// add takes the processes of one moment into account.
func (p *peak) add(moment []process) {
	var total int64
	for _, each := range moment {
		total += each.rss
		if each.rss > p.largest {
			p.largest, p.name = each.rss, describe(each)
		}
	}
	p.total = max(p.total, total)
}

// processes reads the kernel's table. A process that ends while it is read is left out.
func processes() []process {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	var found []process
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if p, ok := parseStat(string(raw)); ok {
			found = append(found, p)
		}
	}
	return found
}

// parseStat reads /proc/PID/stat. A name stands in parentheses and may have spaces and parentheses itself.
func parseStat(line string) (process, bool) {
	open, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return process{}, false
	}
	fields := strings.Fields(line[end+1:])
	// From the state on, which is field 3 of proc(5): the resident set is field 24, in pages.
	if len(fields) < 22 {
		return process{}, false
	}
	var numbers [4]int64
	for i, text := range []string{strings.TrimSpace(line[:open]), fields[1], fields[2], fields[21]} {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return process{}, false
		}
		numbers[i] = n
	}
	return process{
		pid: int(numbers[0]), parent: int(numbers[1]), group: int(numbers[2]), name: line[open+1 : end], rss: numbers[3] * int64(os.Getpagesize()),
	}, true
}

// tree is the root, its children and theirs, and whoever is left in the root's group after their parent ended.
func tree(all []process, root int) []process {
	inside := map[int]bool{root: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if !inside[p.pid] && (inside[p.parent] || p.group == root) {
				inside[p.pid], grown = true, true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(p process) bool { return !inside[p.pid] })
}

// describe names a process, and of a compiler the package that it compiles.
func describe(p process) string {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.pid), "cmdline"))
	if err != nil {
		return p.name
	}
	args := strings.Split(string(bytes.TrimRight(raw, "\x00")), "\x00")
	if i := slices.Index(args, "-p"); p.name == "compile" && i >= 0 && i+1 < len(args) {
		return "compile of " + args[i+1]
	}
	return p.name
}
