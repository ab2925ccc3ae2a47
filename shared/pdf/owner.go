package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
)

// OpenedByOwner returns a copy of a document encrypted with AES-256 (ISO 32000-2, 7.6.4, revisions 5 and 6) that opens with the empty
// user password, where the original opens with the empty owner password: PDFium tries that one for users only. In the copy the entries
// U and UE are made for the empty password in their place; the document's key and all else are as they were. ok is false where
// the document is of another kind, or its owner's password is not empty.
func OpenedByOwner(content []byte) (opened []byte, ok bool) {
	defer func() {
		if recover() != nil {
			opened, ok = nil, false
		}
	}()
	scanned := bytes.Clone(content)
	r := &rebuild{objects: map[int]found{}}
	r.scan(scanned) // blanks a few bytes of it, and moves none
	at, known := r.objectAt(r.encrypt)
	if !known {
		return nil, false
	}
	i := bytes.Index(scanned[at:], []byte("obj"))
	e := entriesOf(scanned, at+i+len("obj"))
	revision := int(e["R"].num)
	owner, ownerKey, user := e["O"].str, e["OE"].str, e["U"].str
	if revision != 5 && revision != 6 || len(owner) < 48 || len(ownerKey) < 32 || len(user) < 48 {
		return nil, false
	}
	if !bytes.Equal(passwordHash(revision, owner[32:40], user[:48]), owner[:32]) {
		return nil, false
	}
	key := cbc(cipher.NewCBCDecrypter, passwordHash(revision, owner[40:48], user[:48]), make([]byte, aes.BlockSize), ownerKey[:32])
	u, ue := emptyPassword(revision, key)
	opened = bytes.Clone(content)
	return opened, u != nil && e["U"].replace(opened, u) && e["UE"].replace(opened, ue)
}

// objectAt returns where the object that a reference ("12 0 R") names begins.
func (r *rebuild) objectAt(reference string) (offset int, ok bool) {
	var num int
	if _, err := fmt.Sscanf(reference, "%d", &num); err != nil {
		return 0, false
	}
	o, ok := r.objects[num]
	return o.offset, ok
}

// entry is the value of a dictionary's entry and where its text stands in the file.
type entry struct {
	operand
	start, end int
}

// replace writes a string in the place of the entry's text, filled up with spaces, if it fits. The string needs no escapes.
func (e entry) replace(file, text []byte) bool {
	if e.kind != kindString || e.end-e.start < len(text)+2 {
		return false
	}
	place := file[e.start:e.end]
	for i := range place {
		place[i] = ' '
	}
	place[0], place[len(text)+1] = '(', ')'
	copy(place[1:], text)
	return true
}

// entriesOf returns the entries of the dictionary that begins after file[pos:].
func entriesOf(file []byte, pos int) map[string]entry {
	out := map[string]entry{}
	l := lexer{src: file, pos: pos}
	l.skipSpace()
	if !bytes.HasPrefix(file[l.pos:], []byte("<<")) {
		return out
	}
	l.pos += len("<<")
	for {
		name := l.next()
		if name.kind != kindName {
			return out
		}
		l.skipSpace()
		e := entry{start: l.pos}
		e.operand = l.next()
		e.end = l.pos
		out[string(name.str)] = e
	}
}

// emptyPassword returns the entries U and UE of a document whose empty user password opens it. Salts are tried until both entries can
// be written without escapes; they need not be random, as the password is none.
func emptyPassword(revision int, key []byte) (u, ue []byte) {
	const tries = 1000
	for n := range uint64(tries) {
		salt := binary.BigEndian.AppendUint64(nil, n<<32|0x2a2a2a2a)
		keySalt := binary.BigEndian.AppendUint64(nil, n<<32|0x2b2b2b2b)
		u = bytes.Join([][]byte{passwordHash(revision, salt, nil), salt, keySalt}, nil)
		ue = cbc(cipher.NewCBCEncrypter, passwordHash(revision, keySalt, nil), make([]byte, aes.BlockSize), key)
		if !bytes.ContainsAny(u, "()\\\r") && !bytes.ContainsAny(ue, "()\\\r") {
			return u, ue
		}
	}
	return nil, nil
}

// passwordHash is ISO 32000-2's algorithm 2.B for the empty password (revision 5: SHA-256 alone). user is the entry U where the
// owner's password is meant, else empty.
func passwordHash(revision int, salt, user []byte) []byte {
	first := sha256.Sum256(append(bytes.Clone(salt), user...))
	k := first[:]
	if revision == 5 {
		return k
	}
	for round := 1; ; round++ {
		e := cbc(cipher.NewCBCEncrypter, k[:16], k[16:32], bytes.Repeat(append(bytes.Clone(k), user...), 64))
		sum := 0
		for _, b := range e[:16] {
			sum += int(b) // 256 is 1 modulo 3, so the number's digits will do
		}
		switch sum % 3 {
		case 0:
			h := sha256.Sum256(e)
			k = h[:]
		case 1:
			h := sha512.Sum384(e)
			k = h[:]
		default:
			h := sha512.Sum512(e)
			k = h[:]
		}
		if round >= 64 && int(e[len(e)-1]) <= round-32 {
			return k[:32]
		}
	}
}

// cbc en- or decrypts data, whose length is a multiple of AES's block, without padding.
func cbc(mode func(cipher.Block, []byte) cipher.BlockMode, key, iv, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys have 16 or 32 bytes
	}
	out := make([]byte, len(data))
	mode(block, iv).CryptBlocks(out, data)
	return out
}
