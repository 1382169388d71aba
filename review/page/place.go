package page

import "slices"

// passes is how often the slots are drawn towards their neighbours; the picture hardly moves after the fourth.
const passes = 8

// centres are the middles of the slots, from left to right. Each layer keeps its order and its distances; within these, every slot is as
// near to the mean of its neighbours as can be.
func (l *layered) centres(width func(id int) float64) []float64 {
	centres := make([]float64, len(l.slots))
	for _, layer := range l.Layers {
		x := 0.0
		for _, id := range layer {
			centres[id] = x + width(id)/2
			x += width(id) + boxGap
		}
	}
	below := make([][]int, len(l.slots))
	for id, s := range l.slots {
		for _, a := range s.above {
			below[a] = append(below[a], id)
		}
	}
	for range passes {
		for i := range l.Layers {
			l.settle(l.Layers[i], centres, width, func(id int) []int { return l.slots[id].above })
		}
		for i := len(l.Layers) - 1; i >= 0; i-- {
			l.settle(l.Layers[i], centres, width, func(id int) []int { return below[id] })
		}
		for i := range l.Layers {
			l.settle(l.Layers[i], centres, width, func(id int) []int { return slices.Concat(below[id], l.slots[id].above) })
		}
	}
	shift(centres, l.slots, width)
	return centres
}

// settle moves the slots of a layer to the means of their neighbours. The places that are nearest to all wishes under fixed distances are
// found by pooling: neighbours whose wishes collide become a block that stands at the mean of its wishes.
func (l *layered) settle(layer []int, centres []float64, width func(id int) float64, neighbours func(id int) []int) {
	type block struct {
		sum  float64
		size int
	}
	var blocks []block
	offsets := make([]float64, len(layer))
	mean := func(b block) float64 { return b.sum / float64(b.size) }
	for at, id := range layer {
		if at > 0 {
			offsets[at] = offsets[at-1] + width(layer[at-1])/2 + boxGap + width(id)/2
		}
		blocks = append(blocks, block{wish(id, centres, neighbours(id)) - offsets[at], 1})
		for n := len(blocks); n > 1 && mean(blocks[n-2]) >= mean(blocks[n-1]); n = len(blocks) {
			blocks = append(blocks[:n-2], block{blocks[n-2].sum + blocks[n-1].sum, blocks[n-2].size + blocks[n-1].size})
		}
	}
	at := 0
	for _, b := range blocks {
		for range b.size {
			centres[layer[at]] = mean(b) + offsets[at]
			at++
		}
	}
}

func wish(id int, centres []float64, neighbours []int) float64 {
	if len(neighbours) == 0 {
		return centres[id]
	}
	sum := 0.0
	for _, other := range neighbours {
		sum += centres[other]
	}
	return sum / float64(len(neighbours))
}

// shift moves everything so that the leftmost slot begins at the margin.
func shift(centres []float64, slots []slot, width func(id int) float64) {
	left := 0.0
	for id := range slots {
		if x := centres[id] - width(id)/2; id == 0 || x < left {
			left = x
		}
	}
	for id := range centres {
		centres[id] += margin - left
	}
}
