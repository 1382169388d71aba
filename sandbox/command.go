package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// command is what the user asked of the CLI.
type command struct {
	args  []string // paths made absolute: the CLI runs in the copy of the project
	words []string // positional arguments, the command's name first
	flags map[string]string
}

// shortFlags gives the long name of each one-letter flag that takes a value. The letters f and o mean a path in `import` only.
func shortFlags() map[string]string {
	return map[string]string{
		"s": "stack", "C": "cwd", "v": "verbose", "m": "message", "p": "parallel", "t": "target", "c": "config", "x": "exclude",
	}
}

// valueFlags are the flags whose value may stand in the next argument, so that it is not taken for a command.
func valueFlags() []string {
	return append(pathFlags(), "stack", "cwd", "config-file", "color", "verbose", "memprofilerate", "message", "parallel", "target",
		"config", "exclude", "replace", "target-replace", "secrets-provider", "output", "version", "parent", "provider", "from",
		"properties", "copy-config-from", "override-env", "resource", "since", "teams", "dest", "source", "provider-urn")
}

// pathFlags are the flags whose value names a file or folder.
func pathFlags() []string {
	return []string{
		"policy-pack", "policy-pack-config", "event-log", "save-plan", "plan", "file", "import-file", "out", "generate-resources",
		"profiling", "tracing", "otel-traces", "path", "dot-fragment-file",
	}
}

// parseCommand reads the arguments as the CLI would, refuses what cannot work in the sandbox, and makes paths absolute from here.
func parseCommand(args []string, here string) (*command, error) {
	c := &command{flags: map[string]string{}}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			c.args = append(c.args, args[i:]...)
			i = len(args)
		case strings.HasPrefix(arg, "--"):
			name, value, given := strings.Cut(arg[2:], "=")
			if !slices.Contains(valueFlags(), name) {
				c.flags[name] = value
				c.args = append(c.args, arg)
				continue
			}
			if !given && i+1 < len(args) {
				i++
				value = args[i]
			}
			c.flags[name] = value
			c.args = append(c.args, "--"+name+"="+absolute(name, value, here))
		case len(arg) > 1 && arg[0] == '-':
			name := c.longName(arg[1:2])
			if name == "" {
				c.shorts(arg[1:])
				c.args = append(c.args, arg)
				continue
			}
			value := strings.TrimPrefix(arg[2:], "=")
			if value == "" && i+1 < len(args) {
				i++
				value = args[i]
			}
			c.flags[name] = value
			c.args = append(c.args, "--"+name+"="+absolute(name, value, here))
		default:
			if c.is("stack", "graph") {
				arg = absolute("file", arg, here)
			}
			c.words = append(c.words, arg)
			c.args = append(c.args, arg)
		}
	}
	return c, c.refuse()
}

func (c *command) longName(letter string) string {
	if c.is("import") {
		switch letter {
		case "f":
			return "file"
		case "o":
			return "out"
		}
	}
	return shortFlags()[letter]
}

func (c *command) shorts(letters string) {
	for _, l := range letters {
		switch l {
		case 'y':
			c.flags["yes"] = ""
		case 'h':
			c.flags["help"] = ""
		}
	}
}

// absolute rewrites the value of a path flag. Several flags take lists, and the tracing flags take addresses too.
func absolute(flag, value, here string) string {
	if !slices.Contains(pathFlags(), flag) {
		return value
	}
	parts := strings.Split(value, ",")
	for i, p := range parts {
		scheme := ""
		for _, s := range []string{"file://", "file:"} {
			if strings.HasPrefix(p, s) {
				scheme, p = s, strings.TrimPrefix(p, s)
				break
			}
		}
		if p == "" || strings.Contains(p, "://") || filepath.IsAbs(p) {
			continue
		}
		parts[i] = scheme + filepath.Join(here, p)
	}
	return strings.Join(parts, ",")
}

// is tells whether the command's first words are these; up has a second name.
func (c *command) is(words ...string) bool {
	if len(c.words) < len(words) {
		return false
	}
	for i, w := range words {
		if c.words[i] != w && (w != "up" || c.words[i] != "update") {
			return false
		}
	}
	return true
}

func (c *command) has(flag string) bool {
	_, there := c.flags[flag]
	return there
}

// stack is the stack that the command names, empty for the selected one.
func (c *command) stack() string {
	name := c.flags["stack"]
	if name == "" && c.is("stack", "select") && len(c.words) > 2 {
		name = c.words[2]
	}
	return name[strings.LastIndex(name, "/")+1:]
}

// refuse names the commands that would change what the sandbox keeps as it is.
func (c *command) refuse() error {
	edit := errors.New("the sandbox never writes a stack file: edit Pulumi.<stack>.yaml")
	switch {
	case c.has("cwd"):
		return errors.New("--cwd: the sandbox runs the project that it is started in: change folder first")
	case c.has("config-file"):
		return errors.New("--config-file: the sandbox reads Pulumi.<stack>.yaml at the repository root: name the stack instead")
	case c.has("config"):
		return fmt.Errorf("--config: %w", edit)
	case c.is("login"), c.is("logout"):
		return fmt.Errorf("%s: the sandbox keeps its state on this machine and has no account", c.words[0])
	case c.is("new"):
		return errors.New("new: the sandbox runs the project of this repository")
	case c.is("stack", "change-secrets-provider"):
		return errors.New("stack change-secrets-provider: the sandbox keeps a passphrase of its own")
	case c.is("config") && len(c.words) > 1 && c.words[1] != "get" && !c.is("config", "env", "ls"):
		return fmt.Errorf("%s: %w", strings.Join(c.words[:2], " "), edit)
	}
	return nil
}

// compilesPack tells whether a policy pack is named by its folder, so that the language host has to compile it.
func (c *command) compilesPack() bool {
	for _, arg := range c.args {
		if paths, is := strings.CutPrefix(arg, "--policy-pack="); is {
			return slices.ContainsFunc(strings.Split(paths, ","), func(path string) bool {
				info, err := os.Stat(path)
				return err == nil && info.IsDir()
			})
		}
	}
	return false
}

// noPolicy is the sandbox's own flag: it leaves the policy pack out.
const noPolicy = "no-policy"

// arguments are those of the CLI, with the approval that nothing real needs, and with the policy pack where it can refuse something.
func (c *command) arguments(pack string) []string {
	args := slices.DeleteFunc(slices.Clone(c.args), func(arg string) bool { return arg == "--"+noPolicy })
	var added []string
	changes := c.is("up") || c.is("destroy") || c.is("refresh")
	if changes && !c.has("yes") && !c.has("preview-only") && !c.has("help") {
		added = append(added, "--yes")
	}
	if pack != "" && (c.is("up") || c.is("preview")) && !c.has(noPolicy) && !c.has("policy-pack") {
		added = append(added, "--policy-pack="+pack)
	}
	if i := slices.Index(args, "--"); i >= 0 {
		return slices.Insert(args, i, added...)
	}
	return append(args, added...)
}
