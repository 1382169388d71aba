package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
)

// Log is what an event log of a preview says, not yet put together for a reader. It holds property values, among them what the engine
// did not know to be secret, so nothing outside this package sees into it.
type Log struct {
	steps       []apitype.StepEventMetadata
	violations  []apitype.PolicyEvent
	diagnostics []apitype.DiagnosticEvent
	// judged are the policies that were asked, by pack and name; packs those that ended with the review of the whole stack.
	judged map[policy]bool
	packs  map[string]bool
	end    apitype.SummaryEvent
}

type policy struct{ pack, name string }

// Read reads the JSON lines that the engine writes with --event-log. It passes over events that it does not know, and refuses a log that
// is not the whole of one preview: a review of half of it would look better than the change is. No error repeats what the log holds.
func Read(r io.Reader) (*Log, error) {
	log := &Log{judged: map[policy]bool{}, packs: map[string]bool{}}
	ended := false
	lines := json.NewDecoder(r)
	for n := 1; ; n++ {
		var event apitype.EngineEvent
		err := lines.Decode(&event)
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("event log: event %d is cut off: the preview did not end; run it again", n)
		}
		if err != nil {
			// The decoder's own words may quote a value.
			return nil, fmt.Errorf("event log: event %d is no engine event, want the file that --event-log writes", n)
		}
		if event.SummaryEvent != nil {
			if ended {
				return nil, fmt.Errorf("event log: event %d ends a second preview, want the log of one", n)
			}
			ended, log.end = true, *event.SummaryEvent
		}
		if err := log.add(event); err != nil {
			return nil, fmt.Errorf("event log: event %d: %w", n, err)
		}
	}
	if !ended {
		return nil, errors.New("event log: it has no summary event: the preview did not end; run it again")
	}
	if !log.end.IsPreview {
		return nil, errors.New("event log: it is of an update, want the log of a preview")
	}
	if log.end.Result == apitype.OperationResultCanceled {
		return nil, errors.New("event log: the preview was canceled; run it again")
	}
	return log, nil
}

func (l *Log) add(event apitype.EngineEvent) error {
	switch {
	case event.ErrorEvent != nil:
		return errors.New("the engine itself failed: the preview did not end; the job's log says why")
	case event.ResourcePreEvent != nil:
		return l.step(event.ResourcePreEvent.Metadata)
	case event.ResOutputsEvent != nil:
		return l.step(event.ResOutputsEvent.Metadata)
	case event.ResOpFailedEvent != nil:
		return l.step(event.ResOpFailedEvent.Metadata)
	case event.PolicyEvent != nil:
		l.violations = append(l.violations, *event.PolicyEvent)
	case event.DiagnosticEvent != nil:
		if event.DiagnosticEvent.Severity == "error" {
			l.diagnostics = append(l.diagnostics, *event.DiagnosticEvent)
		}
	case event.PolicyAnalyzeSummaryEvent != nil:
		e := event.PolicyAnalyzeSummaryEvent
		l.judge(e.PolicyPackName, e.Passed, e.Failed)
	case event.PolicyAnalyzeStackSummaryEvent != nil:
		e := event.PolicyAnalyzeStackSummaryEvent
		l.packs[e.PolicyPackName] = true
		l.judge(e.PolicyPackName, e.Passed, e.Failed)
	}
	return nil
}

// step keeps a step whose resource and operation can be told: an operation that is passed over would be a change that nobody sees.
func (l *Log) step(step apitype.StepEventMetadata) error {
	if _, err := urn.Parse(step.URN); err != nil {
		return errors.New("the resource's URN is malformed, want urn:pulumi:STACK::PROJECT::TYPE::NAME")
	}
	if _, known := opOf(step); !known {
		return errors.New("the operation is none that this program knows; use the pulumi CLI that tools/go.mod pins")
	}
	if step.Old == nil && step.New == nil {
		return errors.New("the step has neither an old nor a new state, want one at least")
	}
	l.steps = append(l.steps, step)
	return nil
}

func (l *Log) judge(pack string, lists ...[]string) {
	for _, names := range lists {
		for _, name := range names {
			l.judged[policy{pack, name}] = true
		}
	}
}
