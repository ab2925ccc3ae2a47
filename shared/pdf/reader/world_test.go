package reader

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
)

// quoted is how the bodies of objects write strings that are to be encrypted with them.
var quoted = regexp.MustCompile("«[^»]*»")

// file makes a PDF of the bodies of its objects; the first one is the catalog. With a key, streams and «strings» are encrypted.
func file(trailer string, key []byte, objects ...object) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", i+1)
		lock := func(data []byte) []byte {
			if key == nil {
				return data
			}
			return crypt(objectKey(key, i+1), data)
		}
		body := quoted.ReplaceAllStringFunc(o.body, func(s string) string {
			return fmt.Sprintf("<%x>", lock([]byte(strings.Trim(s, "«»"))))
		})
		if o.stream == nil {
			fmt.Fprintf(&b, "%s\nendobj\n", body)
			continue
		}
		data := lock(o.stream)
		fmt.Fprintf(&b, "<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n", body, len(data), data)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, table)
	return b.Bytes()
}

type object struct {
	body   string
	stream []byte
}

// pages makes the objects of a document with a page for each content; /F1 is Helvetica and /X1 what extra says. Object 3 is extra.
func pages(extra object, contents ...string) []object {
	out := []object{{body: "<< /Type /Catalog /Pages 2 0 R >>"}, {}, extra, {body: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}}
	var kids []string
	for _, c := range contents {
		out = append(out, object{stream: []byte(c)})
		out = append(out, object{body: fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "+
			"/Resources << /Font << /F1 4 0 R /F2 3 0 R >> /XObject << /X1 3 0 R >> >> >>", len(out))})
		kids = append(kids, fmt.Sprintf("%d 0 R", len(out)))
	}
	out[1].body = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(kids), strings.Join(kids, " "))
	return out
}

// say shows text, 24 points high.
func say(text string) string { return "BT /F1 24 Tf 72 700 Td (" + text + ") Tj ET" }

// padding fills up passwords (ISO 32000-1, 7.6.3.3).
const padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

func padded(password string) []byte { return []byte((password + padding)[:32]) }

// locked encrypts a document for a user's password, by the oldest of the format's ways: RC4 with 40 bits.
func locked(password string, objects []object) []byte {
	owner := crypt(sum(padded("the owner's"))[:5], padded(password))
	permissions := binary.LittleEndian.AppendUint32(nil, 0xfffffffc)
	id := []byte("0123456789abcdef")
	key := sum(padded(password), owner, permissions, id)[:5]
	trailer := fmt.Sprintf("/ID [<%x><%x>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%x> /U <%x> >>", id, id, owner, crypt(key, []byte(padding)))
	return file(trailer, key, objects...)
}

func sum(parts ...[]byte) []byte {
	h := md5.Sum(bytes.Join(parts, nil))
	return h[:]
}

func objectKey(key []byte, number int) []byte {
	return sum(key, []byte{byte(number), byte(number >> 8), 0}, []byte{0, 0})[:10]
}

func crypt(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic(err)
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}
