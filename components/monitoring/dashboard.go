package monitoring

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// schemaVersion is Grafana's version of the model; newer ones are read too, and brought up to date in memory.
	schemaVersion = 39
	// pageWidth, panelHeight and the height of a row's title are in units of Grafana's grid.
	pageWidth, panelHeight = 24, 8
	// mostPanels leaves a panel a width of three units; below, its title is cut off.
	mostPanels = 8
)

// RenderDashboard returns Grafana's JSON of the page.
func RenderDashboard(d Dashboard) (string, error) {
	if err := d.validate(); err != nil {
		return "", err
	}
	p := page{
		UID: d.UID, Title: d.Title, Tags: []string{"satkube"}, SchemaVersion: schemaVersion, GraphTooltip: 1, Refresh: "1m",
		Time: map[string]string{"from": "now-24h", "to": "now"}, Templating: templating{List: []variablePart{}}, Panels: []any{},
	}
	for _, v := range d.Variables {
		p.Templating.List = append(p.Templating.List, v.part())
	}
	id, y := 0, 0
	for _, row := range d.Rows {
		id++
		p.Panels = append(p.Panels, rowPart{ID: id, Type: "row", Title: row.Title, GridPos: gridPart{H: 1, W: pageWidth, Y: y}, Panels: []any{}})
		y++
		for i, panel := range row.Panels {
			id++
			// The widths add up to the page's, whatever their number.
			from, to := i*pageWidth/len(row.Panels), (i+1)*pageWidth/len(row.Panels)
			p.Panels = append(p.Panels, panel.part(id, gridPart{H: panelHeight, W: to - from, X: from, Y: y}))
		}
		y += panelHeight
	}
	raw, err := json.MarshalIndent(p, "", "  ")
	return string(raw) + "\n", err
}

func source() sourcePart { return sourcePart{Type: "prometheus", UID: datasource} }

func (v Variable) part() variablePart {
	query := "label_values(" + v.Metric + ", " + v.Label + ")"
	return variablePart{
		Name: v.Label, Label: v.Label, Type: "query", Datasource: source(), Definition: query,
		Query: queryPart{Query: query, RefID: "variable-" + v.Label},
		// Asked again when the time range changes, in alphabetical order.
		Refresh: 2, Sort: 1, Multi: true, IncludeAll: true, AllValue: ".*",
		Current: map[string]any{"text": []string{"All"}, "value": []string{"$__all"}},
	}
}

func (p Panel) part(id int, grid gridPart) panelPart {
	part := panelPart{
		ID: id, Type: p.Kind, Title: p.Title, Description: p.Tells, Datasource: source(), GridPos: grid,
		FieldConfig: fieldConfig{Defaults: fieldDefaults{Unit: p.Unit, Thresholds: p.thresholds()}, Overrides: []any{}},
		Options:     map[string]any{},
	}
	defaults := &part.FieldConfig.Defaults
	switch p.Kind {
	case TimeSeries:
		defaults.Color = map[string]string{"mode": "palette-classic"}
		defaults.Custom = map[string]any{"lineWidth": 1, "fillOpacity": 10, "showPoints": "never"}
		if p.Red != nil {
			defaults.Custom["thresholdsStyle"] = map[string]string{"mode": "line"}
		}
		part.Options["legend"] = map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": true}
		part.Options["tooltip"] = map[string]any{"mode": "multi", "sort": "desc"}
	case Stat:
		defaults.Color = map[string]string{"mode": "thresholds"}
		part.Options["colorMode"], part.Options["textMode"] = "value", "auto"
		part.Options["reduceOptions"] = map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}
	case Table:
		defaults.Color = map[string]string{"mode": "thresholds"}
		part.Options["showHeader"] = true
		part.Transformations = []any{
			map[string]any{"id": "merge", "options": map[string]any{}},
			map[string]any{"id": "organize", "options": map[string]any{"excludeByName": map[string]bool{"Time": true, "__name__": true}}},
		}
	}
	for i, q := range p.Queries {
		target := targetPart{RefID: string(rune('A' + i)), Datasource: source(), Expr: q.Expr, LegendFormat: q.Legend, Range: true, Format: "time_series"}
		if p.Kind == Table {
			target.Instant, target.Range, target.Format = true, false, "table"
		}
		part.Targets = append(part.Targets, target)
	}
	return part
}

func (p Panel) thresholds() thresholds {
	first, then := "green", "red"
	if p.Below {
		first, then = then, first
	}
	t := thresholds{Mode: "absolute", Steps: []thresholdStep{{Color: "green"}}}
	if p.Red != nil {
		t.Steps = []thresholdStep{{Color: first}, {Color: then, Value: p.Red}}
	}
	return t
}

var (
	uidForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	// oneValue is a variable that is compared as if it had one value.
	oneValue = regexp.MustCompile(`[^!=~]=\s*"\$`)
)

// maxUID leaves room for the names of the objects that are made of it; a volume's name has 63 characters at most.
const maxUID = 40

func (d Dashboard) validate() error {
	var mistakes []error
	add := func(format string, values ...any) {
		mistakes = append(mistakes, fmt.Errorf("dashboard %s: "+format, append([]any{d.UID}, values...)...))
	}
	if !uidForm.MatchString(d.UID) || len(d.UID) > maxUID {
		add("uid is %q, want kebab case of %d characters at most", d.UID, maxUID)
	}
	if d.Title == "" || len(d.Rows) == 0 {
		add("title or rows are missing, want both")
	}
	for _, v := range d.Variables {
		if !labelForm.MatchString(v.Label) || v.Metric == "" {
			add("variable is %q of metric %q, want a label and a metric that has it", v.Label, v.Metric)
		}
	}
	for _, row := range d.Rows {
		if row.Title == "" || len(row.Panels) == 0 || len(row.Panels) > mostPanels {
			add("row %q has %d panels, want a title and 1 to %d panels", row.Title, len(row.Panels), mostPanels)
		}
		for _, p := range row.Panels {
			for _, mistake := range p.mistakes() {
				add("panel %q: %s", p.Title, mistake)
			}
		}
	}
	return errors.Join(mistakes...)
}

func (p Panel) mistakes() []string {
	var mistakes []string
	if p.Title == "" || p.Tells == "" {
		mistakes = append(mistakes, "title or tells is missing, want both")
	}
	if !slices.Contains([]PanelKind{TimeSeries, Stat, Table}, p.Kind) {
		mistakes = append(mistakes, fmt.Sprintf("kind is %q, want %s, %s or %s", p.Kind, TimeSeries, Stat, Table))
	}
	if len(p.Queries) == 0 || len(p.Queries) > 26 {
		mistakes = append(mistakes, fmt.Sprintf("queries are %d, want 1 to 26", len(p.Queries)))
	}
	for _, q := range p.Queries {
		if strings.TrimSpace(q.Expr) == "" {
			mistakes = append(mistakes, "expr is empty, want PromQL")
		}
		if oneValue.MatchString(q.Expr) {
			mistakes = append(mistakes, "expr compares a variable by =, want =~: a reader may choose several values")
		}
	}
	return mistakes
}
