package extract

// chunks keeps many short slices in few allocations, which are used again after a reset.
type chunks[T any] struct {
	blocks [][]T
	at     int // the block that is being filled
}

// chunkSize is how many elements one allocation holds at least.
const chunkSize = 512

// keep returns a copy of list that may not be appended to in place.
func (c *chunks[T]) keep(list []T) []T {
	for ; ; c.at++ {
		if c.at == len(c.blocks) {
			c.blocks = append(c.blocks, make([]T, 0, max(len(list), chunkSize)))
		}
		b := &c.blocks[c.at]
		if from := len(*b); cap(*b)-from >= len(list) {
			*b = append(*b, list...)
			return (*b)[from:len(*b):len(*b)]
		}
	}
}

// reset forgets all that was kept: nobody may use it any more.
func (c *chunks[T]) reset() {
	c.at = 0
	for i := range c.blocks {
		c.blocks[i] = emptied(c.blocks[i])
	}
}

// emptied returns the list without its elements and without what they point to.
func emptied[T any](list []T) []T {
	clear(list)
	return list[:0]
}
