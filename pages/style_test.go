package pages

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStylesheet_KeepsItsContrast(t *testing.T) {
	style, err := os.ReadFile("assets/site.css")
	require.NoError(t, err)
	schemes := regexp.MustCompile(`--ground:[^}]*`).FindAllString(string(style), 2)
	require.Len(t, schemes, 2, "want colours for light and for dark")
	for i, scheme := range []string{"light", "dark"} {
		colours := map[string]float64{}
		for _, c := range regexp.MustCompile(`--(\w+): #([0-9a-f]{6});`).FindAllStringSubmatch(schemes[i], -1) {
			colours[c[1]] = luminance(t, c[2])
		}
		for _, ground := range []string{"ground", "raised"} {
			for _, text := range []string{"ink", "quiet", "link", "mark"} {
				require.Contains(t, colours, text)
				// WCAG 2.2, 1.4.3: 4.5 to 1 for text.
				require.GreaterOrEqual(t, contrast(colours[ground], colours[text]), 4.5, "%s on %s, %s", text, ground, scheme)
			}
		}
	}
}

// contrast and luminance are those of WCAG 2.2, "contrast ratio" and "relative luminance".
func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		part, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		level := float64(part) / 255
		if level <= 0.04045 {
			level /= 12.92
		} else {
			level = math.Pow((level+0.055)/1.055, 2.4)
		}
		sum += weight * level
	}
	return sum
}
