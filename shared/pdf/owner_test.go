package pdf_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/pdfium"
	"github.com/millrace/millrace/shared/pdf/reader"
)

// lockedForUsers encrypts a document with AES-256 for a user's password that nobody knows and an empty owner's password.
func lockedForUsers(revision int) []byte {
	key := []byte("a file's key has 32 bytes of it.")
	user := bytes.Repeat([]byte{0xab}, 48) // the hash of a password that nobody knows
	valid, salt := []byte("validate"), []byte("for keys")
	owner := bytes.Join([][]byte{pdf.PasswordHash(revision, valid, user), valid, salt}, nil)
	zero := make([]byte, aes.BlockSize)
	ownerKey := pdf.CBC(cipher.NewCBCEncrypter, pdf.PasswordHash(revision, salt, user), zero, key)
	permissions := append(binary.LittleEndian.AppendUint64(nil, 0xfffffffffffffffc), "Tadbfour"...)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	block.Encrypt(permissions, permissions)

	f := newFile()
	content := at(50, 700, "opened by its owner")
	fill := aes.BlockSize - len(content)%aes.BlockSize
	data := pdf.CBC(cipher.NewCBCEncrypter, key, zero, append([]byte(content), bytes.Repeat([]byte{byte(fill)}, fill)...))
	f.page("", "")
	f.objects[3] = fmt.Sprintf("<< /Length %d >>\nstream\n%s%s\nendstream", len(zero)+len(data), zero, data)
	n := f.add(fmt.Sprintf("<< /Filter /Standard /V 5 /R %d /Length 256 /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV3 /Length 32 >> >> "+
		"/StmF /StdCF /StrF /StdCF /P -4 /O <%x> /OE <%x> /U <%x> /UE <%x> /Perms <%x> >>", revision, owner, ownerKey, user, make([]byte, 32), permissions))
	f.trailer = fmt.Sprintf("/Encrypt %d 0 R /ID [<00> <00>]", n)
	return f.bytes()
}

func TestAnEmptyOwnerPasswordOpens(t *testing.T) {
	cache := t.TempDir()
	if err := pdfium.Compile(cache); err != nil {
		t.Fatal(err)
	}
	for _, revision := range []int{5, 6} {
		var r reader.Reader
		out, err := r.Read(t.Context(), lockedForUsers(revision), pdf.Limits{}, reader.Options{Cache: cache})
		if err != nil {
			t.Fatalf("revision %d: %v", revision, err)
		}
		if d := out.Document; strings.TrimSpace(d.Text()) != "opened by its owner" || d.EngineReason != "decrypted by pdfium/1" {
			t.Errorf("revision %d: %q (%s)", revision, d.Text(), d.EngineReason)
		}
	}
}

func TestOtherDocumentsAreNotOpenedByTheOwner(t *testing.T) {
	locked := lockedForUsers(6)
	for name, content := range map[string][]byte{
		"not encrypted":         newFile().page(at(50, 700, "text"), "").bytes(),
		"another password":      bytes.Replace(locked, []byte("/U <ab"), []byte("/U <ac"), 1),
		"an older revision":     bytes.Replace(locked, []byte("/R 6"), []byte("/R 4"), 1),
		"entries that are none": bytes.Replace(locked, []byte("/UE <"), []byte("/UE 1"), 1),
		"nothing":               nil,
		"cut off":               locked[:len(locked)/2],
	} {
		if _, ok := pdf.OpenedByOwner(content); ok {
			t.Errorf("%s: it was opened", name)
		}
	}
}
