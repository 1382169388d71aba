package pack

// Setting is the value of a rule's setting. It has the type of its default, which the configuration is held to; asked for another type
// it is empty.
type Setting struct{ value any }

// Texts is a setting that is a list of texts.
func (s Setting) Texts() []string {
	texts, _ := s.value.([]string)
	return texts
}

// Text is a setting that is a text.
func (s Setting) Text() string {
	text, _ := s.value.(string)
	return text
}

// Number is a setting that is a number, whole or not.
func (s Setting) Number() float64 {
	switch value := s.value.(type) {
	case float64:
		return value
	case int:
		return float64(value)
	}
	return 0
}

// On tells whether a setting that is a switch is on.
func (s Setting) On() bool {
	on, _ := s.value.(bool)
	return on
}
