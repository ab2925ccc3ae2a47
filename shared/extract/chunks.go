package extract

// chunks keeps many short slices in few allocations.
type chunks[T any] struct{ free []T }

// chunkSize is how many elements one allocation holds at least.
const chunkSize = 512

// keep returns a copy of list that may not be appended to in place.
func (c *chunks[T]) keep(list []T) []T {
	from := len(c.free)
	if cap(c.free)-from < len(list) {
		c.free, from = make([]T, 0, max(len(list), chunkSize)), 0
	}
	c.free = append(c.free, list...)
	return c.free[from:len(c.free):len(c.free)]
}
