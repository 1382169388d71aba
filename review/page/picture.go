package page

import (
	"fmt"
	"slices"
	"strings"
)

// The measures of the picture, in pixels at full size.
const (
	boxWidth   = 190
	lineHeight = 17
	headHeight = 46
	boxGap     = 20
	passWidth  = 10
	layerGap   = 58 // room for the lines; boxGap when there are none
	margin     = 14
	// maxDrawn is how many components make a picture that still says something; beyond it, the table below stands alone.
	maxDrawn = 120
)

// picture is the dependencies between components, ready to be drawn.
type picture struct {
	Width, Height int
	Boxes         []box
	Lines         []line
	// Main and Implied count the lines of each kind, Cycles those on a circle.
	Main, Implied, Cycles int
}

// box is a component in the picture.
type box struct {
	group
	X, Y, Width, Height int
	// Labels are what happens, a line each.
	Labels []label
}

// CardWidth and CardHeight are the measures of the card in the box, StripeHeight that of the stripe at its side.
func (b box) CardWidth() int    { return b.Width - 2 }
func (b box) CardHeight() int   { return b.Height - 2 }
func (b box) StripeHeight() int { return b.Height - 14 }

// Head and Kind are the name and the type, as far as they fit.
func (b box) Head() string { return cut(b.Name, 19) }
func (b box) Kind() string { return cut(b.Type, 26) }

// cut shortens a text to a width in Latin letters. Letters of most other scripts take up to two.
func cut(text string, width int) string {
	used := 0
	for i, r := range text {
		used++
		if r >= firstWide {
			used++
		}
		if used > width {
			return text[:i] + "…"
		}
	}
	return text
}

// firstWide is the first letter of Hangul Jamo, where Unicode's wide letters begin (Unicode Standard Annex 11).
const firstWide = 0x1100

// label is a line of text in a box, Y pixels below the box's upper edge.
type label struct {
	Y    int
	Text string
	Loud bool
}

// line is an edge with its way.
type line struct {
	edge
	Way         string
	Class, Says string
	x1, y1      int
	x2, y2      int
}

// draw lays the groups out. It returns nil when there is nothing to draw, or too much.
func draw(groups []group) *picture {
	if len(groups) == 0 || len(groups) > maxDrawn {
		return nil
	}
	edges := edgesOf(groups)
	layers := layersOf(len(groups), edges)
	layers.untie()
	p := &picture{}
	for _, g := range groups {
		p.Boxes = append(p.Boxes, newBox(g))
	}
	gap := layerGap
	if len(edges) == 0 {
		gap = boxGap
	}
	centres, tops, heights := p.arrange(layers, gap)
	for i, e := range edges {
		p.Lines = append(p.Lines, p.newLine(e, groups, layers.way(layers.chains[i], centres, tops, heights)))
	}
	// Implied lines lie behind the others.
	slices.SortStableFunc(p.Lines, func(a, b line) int { return rank(a) - rank(b) })
	return p
}

func rank(l line) int {
	switch {
	case l.Implied:
		return 0
	case l.Cycle:
		return 2
	}
	return 1
}

func newBox(g group) box {
	b := box{group: g, Width: boxWidth}
	y := headHeight
	put := func(text string, loud bool) {
		b.Labels = append(b.Labels, label{y, cut(text, 24), loud})
		y += lineHeight
	}
	if g.AtRisk > 0 {
		put(fmt.Sprintf("⚠ %d with data at risk", g.AtRisk), true)
	}
	for _, c := range g.Tally.List() {
		put(fmt.Sprintf("%s %d %s", c.Sign, c.Count, c.Word), false)
	}
	b.Height = y
	return b
}

// arrange gives every slot its place, and returns the middles of the slots, and the upper edges and heights of the layers.
func (p *picture) arrange(l layered, gap int) (centres []float64, tops, heights []int) {
	centres = l.centres(func(id int) float64 {
		if l.slots[id].Box < 0 {
			return passWidth
		}
		return boxWidth
	})
	y := margin
	for _, layer := range l.Layers {
		height := 0
		for _, id := range layer {
			if b := l.slots[id].Box; b >= 0 {
				height = max(height, p.Boxes[b].Height)
			}
		}
		tops, heights = append(tops, y), append(heights, height)
		y += height + gap
	}
	p.Height = y - gap + margin
	for id, s := range l.slots {
		right := centres[id] + passWidth
		if s.Box >= 0 {
			p.Boxes[s.Box].X, p.Boxes[s.Box].Y = int(centres[id])-boxWidth/2, tops[l.layer[id]]
			// All boxes of a layer are of one height: ragged ones look like a mistake, and lines pass more cleanly.
			p.Boxes[s.Box].Height = heights[l.layer[id]]
			right = centres[id] + boxWidth/2
		}
		p.Width = max(p.Width, int(right)+margin)
	}
	return centres, tops, heights
}

// way is the path of a chain: straight through the layers, curved between them.
func (l layered) way(chain []int, centres []float64, tops, heights []int) []int {
	var points []int
	for at, id := range chain {
		x, layer := int(centres[id]), l.layer[id]
		if at > 0 {
			points = append(points, x, tops[layer])
		}
		if at < len(chain)-1 {
			points = append(points, x, tops[layer]+heights[layer])
		}
	}
	return points
}

func (p *picture) newLine(e edge, groups []group, points []int) line {
	n := len(points)
	made := line{edge: e, Class: "line", x1: points[0], y1: points[1], x2: points[n-2], y2: points[n-1]}
	made.Says = fmt.Sprintf("%s depends on %s (%s)", groups[e.To].Name, groups[e.From].Name, dependencies(e.Count))
	switch {
	case e.Implied:
		made.Class = "line implied"
		p.Implied++
	case e.Mutual:
		made.Class = "line cycle"
		made.Says = fmt.Sprintf("%s and %s depend on each other (%s)", groups[e.From].Name, groups[e.To].Name, dependencies(e.Count))
	case e.Cycle:
		made.Class = "line cycle"
		made.Says += ", as part of a circle"
	}
	if e.Cycle {
		p.Cycles++
	}
	if !e.Implied {
		p.Main++
	}
	var way strings.Builder
	fmt.Fprintf(&way, "M%d %d", points[0], points[1])
	for i := 2; i < n; i += 2 {
		x, y, fromX, fromY := points[i], points[i+1], points[i-2], points[i-1]
		middle := (y + fromY) / 2
		if x == fromX {
			fmt.Fprintf(&way, "V%d", y)
			continue
		}
		fmt.Fprintf(&way, "C%d %d %d %d %d %d", fromX, middle, x, middle, x, y)
	}
	made.Way = way.String()
	return made
}

func dependencies(n int) string {
	if n == 1 {
		return "1 dependency"
	}
	return fmt.Sprintf("%d dependencies", n)
}

// Up and Down tell at which end the arrow's head is: it points at the one that depends.
func (l line) Up() bool   { return l.turned || l.Mutual }
func (l line) Down() bool { return !l.turned || l.Mutual }
