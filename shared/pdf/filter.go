package pdf

import (
	"bytes"
	"compress/lzw"
	"encoding/ascii85"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	ledongthuc "github.com/ledongthuc/pdf"
)

// errUnpacked says that the streams of a document unpack to more bytes than the limit.
var errUnpacked = errors.New("the streams unpack to more than the limit")

// stream returns the decoded bytes of a stream. Damaged data yields what came before the damage. An image filter, or one
// that is not known, yields nothing. It panics with errUnpacked when the document's budget is used up.
func (d *document) stream(v value) []byte {
	if v.Kind() != ledongthuc.Stream {
		return nil
	}
	if d.encrypted {
		return d.decryptedStream(v)
	}
	data := d.rawStream(v)
	filter, params := key(v, "Filter"), key(v, "DecodeParms")
	if filter.Kind() == ledongthuc.Name {
		return d.unfilter(data, filter.Name(), params)
	}
	for i := range min(filter.Len(), 8) {
		data = d.unfilter(data, index(filter, i).Name(), index(params, i))
	}
	return data
}

// decryptedStream leaves decryption, and so the filters too, to the object reader.
func (d *document) decryptedStream(v value) (out []byte) {
	defer func() {
		if cause := recover(); cause != nil {
			if err, ok := cause.(error); ok && errors.Is(err, errUnpacked) {
				panic(errUnpacked)
			}
			out = nil
		}
	}()
	return d.readAll(v.Reader(), 0)
}

func (d *document) unfilter(data []byte, name string, params value) []byte {
	switch name {
	case "FlateDecode", "Fl":
		return unpredict(d.inflate(data), params)
	case "LZWDecode", "LZW":
		early := key(params, "EarlyChange")
		if early.Kind() == ledongthuc.Integer && early.Int64() == 0 {
			return unpredict(d.readAll(lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8), len(data)), params)
		}
		return unpredict(d.unlzw(data), params)
	case "ASCII85Decode", "A85":
		return d.unascii85(data)
	case "ASCIIHexDecode", "AHx":
		return (&lexer{src: data}).hex()
	case "RunLengthDecode", "RL":
		return d.unrun(data)
	case "Crypt":
		return data
	default:
		return nil
	}
}

// spend takes n bytes off what the document may still unpack to.
func (d *document) spend(n int) {
	if d.unpack -= int64(n); d.unpack < 0 {
		panic(errUnpacked)
	}
}

// readAll reads up to the end or the first error of what was packed into so many bytes.
func (d *document) readAll(r io.Reader, packed int) []byte {
	var buf bytes.Buffer
	buf.Grow(min(4*packed, 1<<20) + bytes.MinRead)       // what text usually unpacks to
	n, _ := io.Copy(&buf, io.LimitReader(r, d.unpack+1)) // what came before the damage counts
	d.spend(int(n))
	return buf.Bytes()
}

// inflate skips the two bytes of the zlib header, and does not ask for the checksum at the end: many writers get it wrong.
func (d *document) inflate(data []byte) []byte {
	data = bytes.TrimLeft(data, "\r\n")
	if len(data) < 2 {
		return nil
	}
	if data[0]&0x0f == 8 && (int(data[0])<<8|int(data[1]))%31 == 0 {
		data = data[2:]
	}
	src := bytes.NewReader(data)
	if d.space.inflater == nil {
		d.space.inflater = flate.NewReader(src)
	} else if err := d.space.inflater.(flate.Resetter).Reset(src, nil); err != nil {
		return nil
	}
	return d.readAll(d.space.inflater, len(data))
}

func (d *document) unascii85(data []byte) []byte {
	if i := bytes.IndexByte(data, '~'); i >= 0 {
		data = data[:i]
	}
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
	return d.readAll(ascii85.NewDecoder(bytes.NewReader(data)), len(data))
}

func (d *document) unrun(data []byte) []byte {
	var out []byte
	for i := 0; i < len(data); {
		n := int(data[i])
		i++
		switch {
		case n < 128:
			end := min(i+n+1, len(data))
			out = append(out, data[i:end]...)
			i = end
		case n == 128:
			return out
		case i < len(data):
			out = append(out, bytes.Repeat(data[i:i+1], 257-n)...)
			i++
		}
		d.spend(min(n, 128))
	}
	return out
}

// unlzw decodes LZW as PDF has it: most significant bit first, and code width grows one code early (ISO 32000-1, 7.4.4),
// which compress/lzw does not do.
func (d *document) unlzw(data []byte) []byte {
	const clearCode, endCode, first = 256, 257, 258
	var prefix [4096]uint16
	var suffix [4096]byte
	var length [4096]int
	var out []byte
	next, width, prev := first, 9, -1
	acc, bits := 0, 0
	for _, b := range data {
		acc, bits = acc<<8|int(b), bits+8
		if bits < width {
			continue
		}
		code := acc >> (bits - width) & (1<<width - 1)
		bits -= width
		acc &= 1<<bits - 1
		switch {
		case code == clearCode:
			next, width, prev = first, 9, -1
			continue
		case code == endCode:
			return out
		case code > next || code == next && prev < 0:
			return out // damaged
		}
		n := 1
		if code >= first && code < next {
			n = length[code]
		} else if code == next {
			n = 1
			if prev >= first {
				n = length[prev] //nolint:gosec // the table is as long as the codes
			}
			n++
		}
		d.spend(n)
		start := len(out)
		out = append(out, make([]byte, n)...)
		at, c := start+n-1, code
		if code == next {
			at, c = at-1, prev
		}
		for c >= first && at > start {
			out[at] = suffix[c]
			c = int(prefix[c])
			at--
		}
		out[start] = byte(c)
		if code == next {
			out[start+n-1] = out[start]
		}
		if prev >= 0 && next < 4096 {
			prefix[next], suffix[next] = uint16(prev), out[start]
			length[next] = 2
			if prev >= first {
				length[next] = length[prev] + 1 //nolint:gosec // the table is as long as the codes
			}
			next++
		}
		prev = code
		for width < 12 && next+1 >= 1<<width {
			width++
		}
	}
	return out
}

// unpredict undoes the PNG and TIFF predictors of Flate and LZW data (ISO 32000-1, 7.4.4.4).
func unpredict(data []byte, params value) []byte {
	predictor := key(params, "Predictor").Int64()
	if predictor < 2 {
		return data
	}
	columns := positive(key(params, "Columns").Int64(), 1)
	colors := positive(key(params, "Colors").Int64(), 1)
	depth := positive(key(params, "BitsPerComponent").Int64(), 8)
	if columns > 1<<24 || colors > 32 || depth > 16 {
		return nil
	}
	pixel := (colors*depth + 7) / 8
	row := (columns*colors*depth + 7) / 8
	if predictor == 2 {
		if depth != 8 {
			return data
		}
		for start := 0; start+row <= len(data); start += row {
			for i := start + pixel; i < start+row; i++ {
				data[i] += data[i-pixel]
			}
		}
		return data
	}
	return unpng(data, row, pixel)
}

func positive(n int64, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return int(min(n, 1<<30))
}

func unpng(data []byte, row, pixel int) []byte {
	out := make([]byte, 0, len(data))
	prev := make([]byte, row)
	for len(data) > 1 {
		filter := data[0]
		n := min(row, len(data)-1)
		out = append(out, data[1:1+n]...)
		cur := out[len(out)-n:]
		data = data[1+n:]
		for i := range n {
			var left, up, corner byte
			up = prev[i]
			if i >= pixel {
				left, corner = cur[i-pixel], prev[i-pixel]
			}
			switch filter {
			case 1:
				cur[i] += left
			case 2:
				cur[i] += up
			case 3:
				cur[i] += byte((int(left) + int(up)) / 2)
			case 4:
				cur[i] += paeth(left, up, corner)
			}
		}
		prev = cur
	}
	return out
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	if pa <= pb && pa <= pc {
		return a
	}
	if pb <= pc {
		return b
	}
	return c
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
