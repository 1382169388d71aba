package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gitlab.com/thinkmassive/satkube/bench/replay"
)

// bench is where things are.
type bench struct {
	repository string
	dir        string // temporary
	bare       string // the bare program's executable
	runs       int
}

// boxes are the program and the bare one, on a stack of that many nodes.
func (b bench) boxes(nodes int) (program, bare box) {
	dir := filepath.Join(b.dir, fmt.Sprintf("%d-nodes", nodes))
	binaries := filepath.Join(b.repository, "bin")
	program = box{
		sandbox: filepath.Join(binaries, "sandbox"), program: filepath.Join(binaries, "satkube"),
		project: filepath.Join(dir, "program"), state: filepath.Join(dir, "program", "sandbox"), resources: filepath.Join(dir, "resources"),
	}
	bare = program
	bare.program, bare.project, bare.state = b.bare, filepath.Join(dir, "bare"), filepath.Join(dir, "bare", "sandbox")
	return program, bare
}

// measure previews a stack of that many nodes with the program and with the bare one in turn, without a policy pack.
func (b bench) measure(ctx context.Context, nodes int) (row, error) {
	r := row{nodes: nodes}
	program, bare := b.boxes(nodes)
	for _, box := range []box{program, bare} {
		if err := writeProject(b.repository, box.project, nodes); err != nil {
			return r, err
		}
	}
	if err := b.warmUp(ctx, program, bare, &r); err != nil {
		return r, err
	}
	for range b.runs {
		for _, turn := range []struct {
			box       box
			wall, cpu *sample
		}{{program, &r.program, &r.programCPU}, {bare, &r.bare, &r.bareCPU}} {
			done, err := turn.box.call(ctx, nil, "preview", "--no-policy")
			if err != nil {
				return r, err
			}
			if err := r.requireCount(done, turn.box); err != nil {
				return r, err
			}
			*turn.wall, *turn.cpu = append(*turn.wall, done.wall), append(*turn.cpu, done.cpu)
		}
	}
	return r, nil
}

// warmUp runs each program once, makes the bare program's list from the first, and refuses to compare what is not alike.
func (b bench) warmUp(ctx context.Context, program, bare box, r *row) error {
	heard, done, err := program.record(ctx)
	if err != nil {
		return err
	}
	if r.resources, err = done.resources(); err != nil {
		return err
	}
	r.checks, r.creates, r.inputs = heard.checks, heard.creates, heard.inputs
	list, err := os.Create(program.resources)
	if err != nil {
		return fmt.Errorf("list of resources: %w", err)
	}
	err = replay.Write(list, heard.resources)
	if closed := list.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("list of resources: %w", err)
	}
	// One registration is the stack's own, which every program makes.
	if len(heard.resources)+1 != r.resources {
		return fmt.Errorf("%d nodes: %d resources were recorded and the engine counts %d, want one more, the stack", r.nodes, len(heard.resources), r.resources)
	}
	echoed, done, err := bare.record(ctx)
	if err != nil {
		return err
	}
	if err := r.requireCount(done, bare); err != nil {
		return err
	}
	if echoed.checks != heard.checks || echoed.creates != heard.creates {
		return fmt.Errorf("%d nodes: the engine asks providers for %d checks and %d creates of the program and %d and %d of the bare one, want the same",
			r.nodes, heard.checks, heard.creates, echoed.checks, echoed.creates)
	}
	return nil
}

// requireCount refuses a run of another number of resources than the first one's.
func (r row) requireCount(done run, b box) error {
	count, err := done.resources()
	if err != nil {
		return err
	}
	if count != r.resources {
		return fmt.Errorf("%d nodes: the engine counts %d resources of %s, want %d", r.nodes, count, filepath.Base(b.program), r.resources)
	}
	return nil
}
