package page

import "slices"

// maxInLayer is how many boxes stand side by side at most, so that a picture is not wider than a page.
const maxInLayer = 6

// slot is a place in a layer: of a box, or of an edge that passes through the layer on its way further down.
type slot struct {
	// Box is the box's index, -1 for an edge that passes.
	Box int
	// above are the slots of the layer before that are connected with it.
	above []int
}

// layered is a graph in layers. chains are, for each edge, the slots from its upper box to its lower one, one in each layer.
type layered struct {
	Layers [][]int
	slots  []slot
	layer  []int
	chains [][]int
}

// layersOf puts every box below all that it depends on, as high as that allows while no layer is too wide. Implied edges keep the order but
// get no slot: they are drawn behind the boxes.
func layersOf(n int, edges []edge) layered {
	layer := longestPath(n, edges)
	l := layered{chains: make([][]int, len(edges))}
	for box := range n {
		l.put(slot{Box: box}, layer[box])
	}
	passing := map[[2]int]int{}
	for i, e := range edges {
		if e.Implied {
			l.chains[i] = []int{e.up(), e.down()}
			continue
		}
		l.chains[i] = l.chain(e, passing)
	}
	return l
}

func (l *layered) put(s slot, layer int) int {
	for len(l.Layers) <= layer {
		l.Layers = append(l.Layers, nil)
	}
	id := len(l.slots)
	l.slots = append(l.slots, s)
	l.layer = append(l.layer, layer)
	l.Layers[layer] = append(l.Layers[layer], id)
	return id
}

// chain leads an edge through the layers between its ends. Edges from the same box share their way as long as they can: they look like one
// line that forks.
func (l *layered) chain(e edge, passing map[[2]int]int) []int {
	chain := []int{e.up()}
	for layer := l.layer[e.up()] + 1; layer < l.layer[e.down()]; layer++ {
		key := [2]int{e.up(), layer}
		id, shared := passing[key]
		if !shared {
			id = l.put(slot{Box: -1}, layer)
			passing[key] = id
		}
		l.connect(chain[len(chain)-1], id)
		chain = append(chain, id)
	}
	l.connect(chain[len(chain)-1], e.down())
	return append(chain, e.down())
}

func (l *layered) connect(above, below int) {
	if !slices.Contains(l.slots[below].above, above) {
		l.slots[below].above = append(l.slots[below].above, above)
	}
}

// longestPath numbers the layers: a box comes after everything above it, and goes further down when its layer is full.
func longestPath(n int, edges []edge) []int {
	layer, waits := make([]int, n), make([]int, n)
	below := make([][]int, n)
	for _, e := range edges {
		waits[e.down()]++
		below[e.up()] = append(below[e.up()], e.down())
	}
	var ready, width []int
	for box := range n {
		if waits[box] == 0 {
			ready = append(ready, box)
		}
	}
	for len(ready) > 0 {
		// The lowest layer first, then the order of the event log: a wide layer overflows with its last ones.
		slices.SortStableFunc(ready, func(a, b int) int {
			if layer[a] != layer[b] {
				return layer[a] - layer[b]
			}
			return a - b
		})
		box := ready[0]
		ready = ready[1:]
		for layer[box] < len(width) && width[layer[box]] >= maxInLayer {
			layer[box]++
		}
		for len(width) <= layer[box] {
			width = append(width, 0)
		}
		width[layer[box]]++
		for _, b := range below[box] {
			layer[b] = max(layer[b], layer[box]+1)
			waits[b]--
			if waits[b] == 0 {
				ready = append(ready, b)
			}
		}
	}
	return layer
}

// sweeps is how often the order is tried downwards and upwards; it settles after a few.
const sweeps = 12

// untie orders each layer by the mean place of the neighbours, down and up in turns, and keeps the order with the fewest crossings.
func (l *layered) untie() {
	below := make([][]int, len(l.slots))
	for id, s := range l.slots {
		for _, a := range s.above {
			below[a] = append(below[a], id)
		}
	}
	best, fewest := l.copyLayers(), l.crossings()
	for sweep := range sweeps {
		if sweep%2 == 0 {
			for i := 1; i < len(l.Layers); i++ {
				l.sortLayer(i, func(id int) []int { return l.slots[id].above })
			}
		} else {
			for i := len(l.Layers) - 2; i >= 0; i-- {
				l.sortLayer(i, func(id int) []int { return below[id] })
			}
		}
		if now := l.crossings(); now < fewest {
			best, fewest = l.copyLayers(), now
		}
	}
	l.Layers = best
}

func (l *layered) copyLayers() [][]int {
	var layers [][]int
	for _, layer := range l.Layers {
		layers = append(layers, slices.Clone(layer))
	}
	return layers
}

// sortLayer orders a layer by the barycentre of each slot's neighbours. A slot without one keeps its place as far as it can.
func (l *layered) sortLayer(i int, neighbours func(id int) []int) {
	place := l.places()
	centre := make(map[int]float64, len(l.Layers[i]))
	for _, id := range l.Layers[i] {
		centre[id] = float64(place[id])
		if around := neighbours(id); len(around) > 0 {
			sum := 0
			for _, other := range around {
				sum += place[other]
			}
			centre[id] = float64(sum) / float64(len(around))
		}
	}
	slices.SortStableFunc(l.Layers[i], func(a, b int) int {
		switch {
		case centre[a] < centre[b]:
			return -1
		case centre[a] > centre[b]:
			return 1
		}
		return 0
	})
}

// places are the places of the slots in their layers.
func (l *layered) places() []int {
	place := make([]int, len(l.slots))
	for _, layer := range l.Layers {
		for at, id := range layer {
			place[id] = at
		}
	}
	return place
}

// crossings counts the pairs of lines that cross between neighbouring layers.
func (l *layered) crossings() int {
	place, sum := l.places(), 0
	for _, layer := range l.Layers {
		var ends []int
		for _, id := range layer {
			from := make([]int, 0, len(l.slots[id].above))
			for _, a := range l.slots[id].above {
				from = append(from, place[a])
			}
			slices.Sort(from)
			for _, f := range from {
				sum += len(ends) - upperBound(ends, f)
			}
			for _, f := range from {
				ends = slices.Insert(ends, upperBound(ends, f), f)
			}
		}
	}
	return sum
}

// upperBound is the index after the last of the sorted numbers that is not greater.
func upperBound(sorted []int, n int) int {
	at, _ := slices.BinarySearch(sorted, n+1)
	return at
}
