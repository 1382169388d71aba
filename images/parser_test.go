package images_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gitlab.com/thinkmassive/satkube/images/table"
)

// containerfile is a Containerfile as far as the rules below look at it.
type containerfile struct {
	text   string
	stages []stage
}

// stage is what begins with FROM.
type stage struct {
	base, name   string
	instructions []instruction
}

// instruction is one instruction: its flags, its arguments, and all that follows the flags as it stands.
type instruction struct {
	name, rest string
	flags      map[string]string
	args       []string
}

func (c containerfile) final() stage { return c.stages[len(c.stages)-1] }

func (s stage) all(name string) []instruction {
	var found []instruction
	for _, i := range s.instructions {
		if i.name == name {
			found = append(found, i)
		}
	}
	return found
}

var labelForm = regexp.MustCompile(`([a-z.]+)="([^"]*)"`)

func (s stage) labels() map[string]string {
	labels := map[string]string{}
	for _, i := range s.all("LABEL") {
		for _, pair := range labelForm.FindAllStringSubmatch(i.rest, -1) {
			labels[pair[1]] = pair[2]
		}
	}
	return labels
}

// parseContainerfile knows comments, continued lines and flags; no heredocs, no other escape character, no ARG before FROM.
func parseContainerfile(text string) (containerfile, error) {
	file := containerfile{text: text}
	pending := ""
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if before, continued := strings.CutSuffix(trimmed, `\`); continued {
			pending += before
			continue
		}
		i := parseInstruction(pending + trimmed)
		pending = ""
		if i.name == "FROM" {
			s := stage{base: i.args[0]}
			if len(i.args) == 3 && strings.EqualFold(i.args[1], "as") {
				s.name = i.args[2]
			}
			s.instructions = append(s.instructions, i)
			file.stages = append(file.stages, s)
			continue
		}
		if len(file.stages) == 0 {
			return file, fmt.Errorf("%s stands before FROM", i.name)
		}
		last := &file.stages[len(file.stages)-1]
		last.instructions = append(last.instructions, i)
	}
	if len(file.stages) == 0 || pending != "" {
		return file, errors.New("want at least one stage and a complete last line")
	}
	return file, nil
}

func parseInstruction(line string) instruction {
	name, rest, _ := strings.Cut(line, " ")
	i := instruction{name: strings.ToUpper(name), flags: map[string]string{}}
	rest = strings.TrimSpace(rest)
	for strings.HasPrefix(rest, "--") {
		flag, after, _ := strings.Cut(rest, " ")
		key, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		i.flags[key], rest = value, strings.TrimSpace(after)
	}
	i.rest, i.args = rest, strings.Fields(rest)
	return i
}

var (
	pinned   = regexp.MustCompile(`^[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$`)
	checksum = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|[0-9a-f]{40})$`)
	piped    = regexp.MustCompile(`\b(curl|wget)\b`)
	secret   = regexp.MustCompile(`(?i)(password|passwd|secret|token|apikey|api_key|private)`)
)

// mistakes are the rules that the file breaks, each as a sentence.
func (c containerfile) mistakes(image table.Image) []string {
	var found []string
	report := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	var earlier []string
	for n, s := range c.stages {
		last := n == len(c.stages)-1
		// A stage that is chosen by platform must exist for each of them.
		bases := []string{s.base}
		if strings.Contains(s.base, "${TARGETARCH}") {
			bases = nil
			for _, platform := range image.Platforms {
				bases = append(bases, strings.ReplaceAll(s.base, "${TARGETARCH}", platform[strings.Index(platform, "/")+1:]))
			}
		}
		for _, base := range bases {
			if base != "scratch" && !slices.Contains(earlier, base) && !pinned.MatchString(base) {
				report("FROM %s is not pinned by a tag and a digest.", base)
			}
		}
		if last != (s.instructions[0].flags["platform"] == "") && !slices.ContainsFunc(bases, func(b string) bool { return slices.Contains(earlier, b) }) {
			report("FROM %s: the stages that build run on $BUILDPLATFORM, the final one on the target.", s.base)
		}
		earlier = append(earlier, s.name)
		for _, i := range s.instructions {
			c.instruction(i, last, earlier, report)
		}
	}
	c.finalStage(image, report)
	return found
}

func (c containerfile) instruction(i instruction, last bool, stages []string, report func(string, ...any)) {
	switch i.name {
	case "ADD":
		if !checksum.MatchString(i.flags["checksum"]) {
			report("ADD %s has no whole checksum.", i.rest)
		}
	case "COPY":
		if from, given := i.flags["from"]; given && !slices.Contains(stages, from) {
			report("COPY --from=%s is not a stage of this file.", from)
		}
		for _, source := range i.args[:max(len(i.args)-1, 0)] {
			if source == "/" || source == "." || strings.ContainsAny(source, "*?$") {
				report("COPY %s copies what it does not name.", source)
			}
		}
	case "RUN":
		if last {
			report("RUN in the final stage needs the target's platform, and changes what was pinned.")
		}
		if piped.MatchString(i.rest) {
			report("RUN downloads with curl or wget instead of ADD --checksum.")
		}
		if strings.Contains(i.rest, "apt-get") || strings.Contains(i.rest, "apk ") {
			report("RUN installs packages that no digest pins.")
		}
		if strings.Contains(i.rest, "pip ") && !strings.Contains(i.rest, "--require-hashes") {
			report("RUN installs Python packages without hashes.")
		}
		if strings.Contains(i.rest, "go build") {
			for _, flag := range []string{"-trimpath", "-buildvcs=false", "-mod=readonly", "-buildid=", "CGO_ENABLED=0"} {
				if !strings.Contains(i.rest, flag) {
					report("go build lacks %s, so two builds may differ.", flag)
				}
			}
		}
	case "ENV", "ARG", "LABEL":
		if secret.MatchString(i.rest) {
			report("%s %s looks like a secret.", i.name, i.args[0])
		}
	}
	if strings.Contains(i.rest, ":latest") {
		report("%s %s names the tag latest.", i.name, i.rest)
	}
}

func (c containerfile) finalStage(image table.Image, report func(string, ...any)) {
	final := c.final()
	users := final.all("USER")
	want := strconv.Itoa(image.User.ID) + ":" + strconv.Itoa(image.User.ID)
	if len(users) == 0 || users[len(users)-1].rest != want {
		report("The final USER is not %s.", want)
	}
	entrypoints := final.all("ENTRYPOINT")
	if len(entrypoints) != 1 || !isExecForm(entrypoints[0].rest) {
		report("ENTRYPOINT is not one list of strings.")
	}
	labels := final.labels()
	for _, name := range []string{"title", "source", "revision", "version", "licenses"} {
		if labels["org.opencontainers.image."+name] == "" {
			report("The label org.opencontainers.image.%s is missing.", name)
		}
	}
	if len(final.all("ADD")) > 0 {
		report("ADD in the final stage brings in what was not looked at.")
	}
}
