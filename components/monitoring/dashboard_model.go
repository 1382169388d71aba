package monitoring

// The structs are the parts of Grafana's JSON model of a dashboard that are used here.
type (
	page struct {
		UID           string            `json:"uid"`
		Title         string            `json:"title"`
		Tags          []string          `json:"tags"`
		SchemaVersion int               `json:"schemaVersion"`
		Editable      bool              `json:"editable"`
		GraphTooltip  int               `json:"graphTooltip"`
		Refresh       string            `json:"refresh"`
		Time          map[string]string `json:"time"`
		Templating    templating        `json:"templating"`
		Panels        []any             `json:"panels"`
	}
	templating struct {
		List []variablePart `json:"list"`
	}
	variablePart struct {
		Name       string     `json:"name"`
		Label      string     `json:"label"`
		Type       string     `json:"type"`
		Datasource sourcePart `json:"datasource"`
		Query      queryPart  `json:"query"`
		Definition string     `json:"definition"`
		Refresh    int        `json:"refresh"`
		Sort       int        `json:"sort"`
		Multi      bool       `json:"multi"`
		IncludeAll bool       `json:"includeAll"`
		AllValue   string     `json:"allValue"`
		Current    any        `json:"current"`
	}
	queryPart struct {
		Query string `json:"query"`
		RefID string `json:"refId"`
	}
	sourcePart struct {
		Type string `json:"type"`
		UID  string `json:"uid"`
	}
	gridPart struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	}
	rowPart struct {
		ID        int      `json:"id"`
		Type      string   `json:"type"`
		Title     string   `json:"title"`
		Collapsed bool     `json:"collapsed"`
		GridPos   gridPart `json:"gridPos"`
		Panels    []any    `json:"panels"`
	}
	panelPart struct {
		ID              int            `json:"id"`
		Type            PanelKind      `json:"type"`
		Title           string         `json:"title"`
		Description     string         `json:"description"`
		Datasource      sourcePart     `json:"datasource"`
		GridPos         gridPart       `json:"gridPos"`
		FieldConfig     fieldConfig    `json:"fieldConfig"`
		Options         map[string]any `json:"options"`
		Targets         []targetPart   `json:"targets"`
		Transformations []any          `json:"transformations,omitempty"`
	}
	fieldConfig struct {
		Defaults  fieldDefaults `json:"defaults"`
		Overrides []any         `json:"overrides"`
	}
	fieldDefaults struct {
		Unit       string            `json:"unit,omitempty"`
		Color      map[string]string `json:"color"`
		Thresholds thresholds        `json:"thresholds"`
		Custom     map[string]any    `json:"custom,omitempty"`
	}
	thresholds struct {
		Mode  string          `json:"mode"`
		Steps []thresholdStep `json:"steps"`
	}
	thresholdStep struct {
		Color string `json:"color"`
		// Value is null for the first step, which begins at minus infinity.
		Value *float64 `json:"value"`
	}
	targetPart struct {
		RefID        string     `json:"refId"`
		Datasource   sourcePart `json:"datasource"`
		Expr         string     `json:"expr"`
		LegendFormat string     `json:"legendFormat"`
		Instant      bool       `json:"instant"`
		Range        bool       `json:"range"`
		Format       string     `json:"format"`
	}
)
