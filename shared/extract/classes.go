package extract

import "math/bits"

// classes says what 64 bytes of a text are, with a bit for each: words are found by looking at many bytes at once.
type classes struct {
	letters, digits uint64 // of ASCII
	odd             uint64 // "#" and what is not ASCII: what must be looked at by itself
}

// classesOf returns the classes of a text whose ASCII letters are in lower case. It takes the memory of out.
func classesOf(out []classes, lower string) []classes {
	out = out[:0]
	for len(lower) > 0 {
		block := lower[:min(64, len(lower))]
		lower = lower[len(block):]
		var c classes
		at := 0
		for ; at+8 <= len(block); at += 8 {
			c.add(eight(block[at:at+8]), at)
		}
		if at < len(block) {
			var last [8]byte
			copy(last[:], block[at:])
			c.add(eight(string(last[:])), at)
		}
		out = append(out, c)
	}
	return out
}

// eight returns the first eight bytes of a text as a number, the first one lowest.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// add adds eight bytes. The highest bit of each byte becomes a comparison's result; all results are moved together by a product.
func (c *classes) add(x uint64, at int) {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
		move = 0x0102040810204080
	)
	low := x &^ high
	letters := (low + (0x80-'a')*ones) &^ (low + (0x80-'z'-1)*ones) &^ x & high
	digits := (low + (0x80-'0')*ones) &^ (low + (0x80-'9'-1)*ones) &^ x & high
	odd := (^((low ^ '#'*ones) + 0x7f*ones) | x) & high
	c.letters |= letters >> 7 * move >> 56 << at
	c.digits |= digits >> 7 * move >> 56 << at
	c.odd |= odd >> 7 * move >> 56 << at
}

// starts has a bit for each byte at which a run of letters or of digits may begin, and for each odd one.
func (c *classes) starts() uint64 {
	return c.letters&^(c.letters<<1) | c.digits&^(c.digits<<1) | c.odd
}

// run returns the length of the run of letters, or of digits, that begins at a byte and may go on in the 64 behind; 0 where that
// is not all: at an odd byte, before one, and where it is very long.
func (c *classes) run(behind *classes, at int) int {
	run := c.letters>>at | behind.letters<<(64-at)
	if run&1 == 0 {
		run = c.digits>>at | behind.digits<<(64-at)
	}
	n := bits.TrailingZeros64(^run)
	if odd := c.odd>>at | behind.odd<<(64-at); odd>>n&1 != 0 || n == 64 {
		return 0
	}
	return n
}
