package layout

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// storedBytes is up to how many bytes of JSON are not compressed. A layout is written once and read by three stages: packing and unpacking
// would take longer than extracting its fields (docs/adr/0010 has what that costs in disk).
const storedBytes = 128 << 10

// storers are kept, because each takes 64 kB.
var storers = sync.Pool{New: func() any { //nolint:gochecknoglobals // room, and nothing that is in it
	zw, _ := gzip.NewWriterLevel(nil, gzip.NoCompression)
	return zw
}}

// pack puts bytes into gzip's format: as they are, or compressed where they are many.
func pack(raw []byte) ([]byte, error) {
	var out bytes.Buffer
	if len(raw) <= storedBytes {
		out.Grow(len(raw) + 64)
		zw, _ := storers.Get().(*gzip.Writer)
		defer storers.Put(zw)
		zw.Reset(&out)
		return written(zw, raw, &out)
	}
	out.Grow(len(raw) / 3)
	zw, err := gzip.NewWriterLevel(&out, gzip.StatelessCompression) // keeps no state of half a megabyte to clear
	if err != nil {
		return nil, err
	}
	return written(zw, raw, &out)
}

func written(zw *gzip.Writer, raw []byte, out *bytes.Buffer) ([]byte, error) {
	if _, err := zw.Write(raw); err != nil {
		return nil, err
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// inflaters are kept, because each takes 45 kB and is needed for half a millisecond.
var inflaters = sync.Pool{New: func() any { return new(gzip.Reader) }} //nolint:gochecknoglobals // room, and nothing that is in it

func unpack(r io.Reader) (string, error) {
	zr, _ := inflaters.Get().(*gzip.Reader)
	defer inflaters.Put(zr)
	if err := zr.Reset(r); err != nil {
		return "", err
	}
	var raw unpacked
	raw.text.Grow(sizeOf(r))
	if _, err := zr.WriteTo(&raw); err != nil {
		return "", err
	}
	return raw.text.String(), nil
}

// unpacked takes at most maxDecoded bytes.
type unpacked struct{ text strings.Builder }

func (u *unpacked) Write(p []byte) (int, error) {
	if u.text.Len()+len(p) > maxDecoded {
		return 0, fmt.Errorf("it unpacks to more than %d bytes", maxDecoded)
	}
	return u.text.Write(p)
}

// sizeOf returns the size of what gzip's format holds, which its last bytes tell; at most a megabyte, as they may lie.
func sizeOf(r io.Reader) int {
	packed, ok := r.(interface {
		io.ReaderAt
		Size() int64
	})
	var last [4]byte
	if !ok || packed.Size() < int64(len(last)) {
		return 0
	}
	if _, err := packed.ReadAt(last[:], packed.Size()-int64(len(last))); err != nil {
		return 0
	}
	return int(min(binary.LittleEndian.Uint32(last[:]), 1<<20))
}
