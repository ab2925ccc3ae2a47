package layout

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// MediaType names the encoded form: gzip-compressed JSON of [Document].
const MediaType = "application/vnd.millrace.layout+json+gzip"

// maxDecoded bounds what Decode inflates, so that a damaged or hostile file cannot exhaust memory.
const maxDecoded = 512 << 20

// Encode returns the document as gzip-compressed JSON. The same document always gives the same bytes.
func Encode(d *Document) ([]byte, error) {
	var buf bytes.Buffer
	zw, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	if err := json.NewEncoder(zw).Encode(d); err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	if err := zw.Close(); err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	return buf.Bytes(), nil
}

// Decode is the inverse of [Encode]. It reads at most 512 MiB of JSON.
func Decode(r io.Reader) (*Document, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("decode layout: %w", err)
	}
	var d Document
	if err := json.NewDecoder(io.LimitReader(zr, maxDecoded)).Decode(&d); err != nil {
		return nil, fmt.Errorf("decode layout: %w", err)
	}
	return &d, nil
}
