package assembly

import (
	"hash/maphash"
	"math"
)

// copies finds text that was drawn again in nearly the same place. Pieces are filed by their text and the cell of a grid that they
// begin in; the cells are as wide as copies may lie apart. A map of such keys would cost more than all else on a page.
type copies struct {
	seed maphash.Seed
	kept []*piece
	cell []place
	next []int32 // of each piece that was kept, the one kept before it in the same bucket, plus one
	head []int32 // of each bucket, the last piece that was kept, plus one
}

// place is a piece's cell, and what its text and cell hash to.
type place struct {
	x, y int
	hash uint64
}

// withoutCopies drops pieces that were drawn again in nearly the same place. It uses its argument's space.
func withoutCopies(pieces []*piece) []*piece {
	buckets := 16
	for buckets < 2*len(pieces) {
		buckets *= 2
	}
	c := copies{
		seed: maphash.MakeSeed(), kept: pieces[:0], cell: make([]place, 0, len(pieces)), next: make([]int32, 0, len(pieces)), head: make([]int32, buckets),
	}
	for _, p := range pieces {
		c.add(p)
	}
	return c.kept
}

// add keeps a piece unless it is a copy.
func (c *copies) add(p *piece) {
	step := max(copyAcross*p.size, 0.01)
	x, y := int(p.x0/step), int(p.base/step)
	text := maphash.String(c.seed, p.text)
	for dx := -1; dx <= 1; dx++ {
		for dy := -1; dy <= 1; dy++ {
			if c.has(p, placeOf(text, x+dx, y+dy)) {
				return
			}
		}
	}
	at := placeOf(text, x, y)
	bucket := at.hash & uint64(len(c.head)-1)
	c.kept, c.cell, c.next = append(c.kept, p), append(c.cell, at), append(c.next, c.head[bucket])
	c.head[bucket] = int32(len(c.kept))
}

// has reports whether p is a copy of a piece in a cell.
func (c *copies) has(p *piece, at place) bool {
	for i := c.head[at.hash&uint64(len(c.head)-1)]; i > 0; i = c.next[i-1] {
		q := c.kept[i-1]
		if c.cell[i-1] == at && q.text == p.text && math.Abs(q.x0-p.x0) < copyAlong*p.size && math.Abs(q.base-p.base) < copyAcross*p.size &&
			math.Abs(q.size-p.size) < 0.1*p.size {
			return true
		}
	}
	return false
}

// placeOf mixes a text's hash with a cell, by multiplying with odd constants (those of Steele, Lea and Flood's SplitMix, 2014).
func placeOf(text uint64, x, y int) place {
	h := text ^ uint64(x)*0xbf58476d1ce4e5b9 ^ uint64(y)*0x94d049bb133111eb
	h ^= h >> 31
	h *= 0xbf58476d1ce4e5b9
	return place{x, y, h ^ h>>29}
}
