package live

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"
)

// The parts of the closing table, in its order.
const (
	Images   = "images"
	Admitted = "objects admitted"
	PodsRun  = "pods"
	Matrix   = "network policies"
	Drills   = "drills"
	Measured = "measured"
)

// Row is a line of the closing table.
type Row struct {
	Part   string `json:"part"`
	Name   string `json:"name"`
	Result string `json:"result"`
}

// Record adds a line to the closing table.
func (c *Cluster) Record(t *testing.T, part, name, result string) {
	t.Helper()
	require.NoError(t, Row{part, name, result}.Write(c.Folder))
}

// Write adds the line to the closing table of the cluster in folder.
func (r Row) Write(folder string) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(reportFile(folder), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// RecordDrill adds a drill to the closing table when the test ends: passed, failed, or why it was not run.
func (c *Cluster) RecordDrill(t *testing.T, name string) {
	t.Helper()
	t.Cleanup(func() {
		switch {
		case t.Failed():
			c.Record(t, Drills, name, "FAILED")
		case t.Skipped():
			c.Record(t, Drills, name, "not run")
		default:
			c.Record(t, Drills, name, "passed")
		}
	})
}

func reportFile(folder string) string { return filepath.Join(folder, "report.jsonl") }

// WriteTable writes the closing table of what tests recorded about the cluster in folder.
func WriteTable(w io.Writer, folder string) error {
	f, err := os.Open(reportFile(folder))
	if errors.Is(err, os.ErrNotExist) {
		_, err = fmt.Fprintln(w, "nothing was recorded")
		return err
	}
	if err != nil {
		return err
	}
	defer f.Close()
	rows := map[string][]Row{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row Row
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return err
		}
		// What is said again is said anew.
		if i := slices.IndexFunc(rows[row.Part], func(r Row) bool { return r.Name == row.Name }); i >= 0 {
			rows[row.Part][i] = row
			continue
		}
		rows[row.Part] = append(rows[row.Part], row)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, part := range []string{Images, Admitted, PodsRun, Matrix, Drills, Measured} {
		for i, row := range rows[part] {
			title := part
			if i > 0 {
				title = ""
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", title, row.Name, row.Result)
		}
	}
	return table.Flush()
}
