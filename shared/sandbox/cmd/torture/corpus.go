package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// maxBase is the largest file that is mutated: larger ones take long and break in no other ways.
const maxBase = 1 << 20

// corpus is the files, by their paths, and those that variants are made of.
type corpus struct {
	files []string
	bases [][]byte
}

func load(root string) (*corpus, error) {
	c := &corpus{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".pdf") {
			return err
		}
		c.files = append(c.files, path)
		info, err := e.Info()
		if err != nil || info.Size() == 0 || info.Size() > maxBase {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // the operator's own folder
		c.bases = append(c.bases, content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for documents: %w", err)
	}
	if len(c.bases) == 0 {
		return nil, fmt.Errorf("there are no PDF files in %s", root)
	}
	return c, nil
}

// variant returns the n-th mutation: one to four changes of one file. The same seed and n give the same bytes.
func (c *corpus) variant(seed, n uint64) []byte {
	r := rand.New(rand.NewPCG(seed, n)) //nolint:gosec // it is to be repeatable
	out := append([]byte(nil), c.bases[r.IntN(len(c.bases))]...)
	for range 1 + r.IntN(4) {
		other := c.bases[r.IntN(len(c.bases))]
		if out = mutate(r, out, other); len(out) == 0 {
			return other
		}
	}
	return out
}

// mutate makes one change; it may use its argument's space.
func mutate(r *rand.Rand, b, other []byte) []byte {
	if len(b) < 2 {
		return append(b, part(r, other)...)
	}
	at := r.IntN(len(b))
	end := at + r.IntN(min(len(b)-at, 4096)+1)
	switch r.IntN(7) {
	case 0: // bytes
		for range 1 + r.IntN(64) {
			b[r.IntN(len(b))] = byte(r.Uint32())
		}
		return b
	case 1: // numbers: lengths, offsets, references
		for i, changes := at, 0; i < len(b) && changes < 8; i++ {
			if b[i] >= '0' && b[i] <= '9' && r.IntN(4) == 0 {
				b[i] = '0' + byte(r.IntN(10))
				changes++
			}
		}
		return b
	case 2: // the end
		return b[:at]
	case 3: // the middle
		return append(b[:at], b[end:]...)
	case 4: // a part twice
		return insert(b, at, b[at:end])
	case 5: // a part of another file
		return insert(b, at, part(r, other))
	}
	n := copy(b[at:], part(r, other)) // the same, in place
	return b[:max(len(b), at+n)]
}

// part returns up to 4096 bytes of a file.
func part(r *rand.Rand, b []byte) []byte {
	at := r.IntN(len(b))
	return b[at : at+r.IntN(min(len(b)-at, 4096)+1)]
}

func insert(b []byte, at int, what []byte) []byte {
	out := make([]byte, 0, len(b)+len(what))
	return append(append(append(out, b[:at]...), what...), b[at:]...)
}
