package pdf

import (
	"bytes"
	"strconv"
	"strings"

	ledongthuc "github.com/ledongthuc/pdf"
)

// value is an object of the file. Its accessors resolve references, and panic on damaged ones.
type value = ledongthuc.Value

// key returns the entry of a dictionary or stream; a damaged or missing one is null.
func key(v value, name string) (out value) {
	defer func() {
		if recover() != nil {
			out = value{}
		}
	}()
	return v.Key(name)
}

// index returns the item of an array; a damaged or missing one is null.
func index(v value, i int) (out value) {
	defer func() {
		if recover() != nil {
			out = value{}
		}
	}()
	return v.Index(i)
}

func isDict(v value) bool {
	return v.Kind() == ledongthuc.Dict || v.Kind() == ledongthuc.Stream
}

func isNumber(v value) bool {
	return v.Kind() == ledongthuc.Integer || v.Kind() == ledongthuc.Real
}

// numbers returns an array's items as numbers, at most limit of them.
func numbers(v value, limit int) []float64 {
	n := min(v.Len(), limit)
	out := make([]float64, n)
	for i := range out {
		out[i] = index(v, i).Float64()
	}
	return out
}

// reference returns how the entry of a dictionary refers to its object ("12 0 R"), or "" where the object stands in the
// dictionary itself. The object reader does not tell, but prints it: references are what caches and loop checks go by.
func reference(v value, name string) string {
	if !isDict(v) {
		return ""
	}
	return referenceIn(v.String(), name)
}

// referenceIn is [reference] for a dictionary as it is printed.
func referenceIn(rest, name string) string {
	for {
		i := strings.Index(rest, "/"+name+" ")
		if i < 0 {
			return ""
		}
		rest = rest[i+len(name)+2:]
		if ref := leadingReference(rest); ref != "" {
			return ref
		}
	}
}

// references returns how an array refers to its items, in order; "" for an item that stands in the array itself.
func references(v value) []string {
	out := make([]string, v.Len())
	text := strings.TrimPrefix(v.String(), "[")
	for i := range out {
		ref := leadingReference(text)
		if ref == "" {
			return out // from here on positions are not certain
		}
		out[i] = ref
		text = strings.TrimPrefix(text[len(ref):], " ")
	}
	return out
}

// leadingReference returns the "12 0 R" that s starts with, or "".
func leadingReference(s string) string {
	i := 0
	for range 2 {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i == start || i >= len(s) || s[i] != ' ' {
			return ""
		}
		i++
	}
	if i < len(s) && s[i] == 'R' {
		return s[:i+1]
	}
	return ""
}

// streamOffset returns where in the file a stream's data begins; the object reader prints it after the dictionary.
func streamOffset(v value) (int64, bool) {
	text := v.String()
	i := strings.LastIndexByte(text, '@')
	if i < 0 {
		return 0, false
	}
	offset, err := strconv.ParseInt(text[i+1:], 10, 64)
	return offset, err == nil
}

// rawStream returns a stream's bytes as they stand in the file. A Length that does not lead to the end of the stream is
// ignored in favour of the keyword that does.
func (d *document) rawStream(v value) []byte {
	offset, ok := streamOffset(v)
	if !ok || offset < 0 || offset > int64(len(d.file)) {
		return nil
	}
	data := d.file[offset:]
	if n := key(v, "Length").Int64(); n > 0 && n <= int64(len(data)) {
		tail := data[n:min(int64(len(data)), n+16)]
		if bytes.HasPrefix(bytes.TrimLeft(tail, "\r\n\t \x00"), []byte("endstream")) {
			return data[:n]
		}
	}
	end := -1
	if int(offset) < d.endless {
		end = bytes.Index(data, []byte("endstream"))
	}
	if end < 0 {
		d.endless = min(d.endless, int(offset)) // so that the rest of the file is not searched again for every stream
		if end = bytes.Index(data, []byte("endobj")); end < 0 {
			end = len(data)
		}
	}
	return bytes.TrimRight(data[:end], "\r\n")
}
