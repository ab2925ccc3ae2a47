package layout

import (
	"io"

	"github.com/klauspost/compress/gzip"
)

// Recognize reports whether content is an encoded layout rather than a document: JSON in gzip's format. It reads only as much as
// it needs and does not say whether the layout is whole; see [Decode]. What cannot be read is not recognized.
func Recognize(r io.Reader) bool {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return false
	}
	var first [1]byte
	for {
		if _, err := io.ReadFull(zr, first[:]); err != nil {
			return false
		}
		switch first[0] {
		case ' ', '\t', '\r', '\n':
		default:
			return first[0] == '{'
		}
	}
}
