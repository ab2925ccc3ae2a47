package mediatype

import "strings"

// Fields of a mail's header, in lower case: those that programs write, and those that a letter might have as well.
var (
	byPrograms = map[string]bool{ //nolint:gochecknoglobals // a constant
		"received": true, "message-id": true, "mime-version": true, "return-path": true, "delivered-to": true, "dkim-signature": true,
		"x-mailer": true, "arc-seal": true, "authentication-results": true, "x-received": true,
	}
	byPeople = map[string]bool{ //nolint:gochecknoglobals // a constant
		"from": true, "to": true, "cc": true, "subject": true, "date": true, "reply-to": true, "sender": true, "content-type": true,
	}
)

// isMail reports whether text begins as an e-mail does (RFC 5322): with header fields, one of which at least a program writes.
// What is called a mail needs no such field.
func isMail(text string, called bool) bool {
	if strings.HasPrefix(text, "From ") { // the line between the mails of a mailbox
		_, text, _ = strings.Cut(text, "\n")
	}
	programs, people, lines := 0, 0, 0
	for line := range strings.Lines(text) {
		whole := strings.HasSuffix(line, "\n")
		line = strings.TrimRight(line, "\r\n")
		if line == "" || !whole && lines > 0 {
			break
		}
		lines++
		if lines > 1 && (line[0] == ' ' || line[0] == '\t') {
			continue
		}
		name, _, ok := strings.Cut(line, ":")
		if name = strings.ToLower(strings.TrimRight(name, " \t")); !ok || !isFieldName(name) {
			if called {
				continue // a broken line in what has other fields
			}
			return false
		}
		if byPrograms[name] {
			programs++
		}
		if byPeople[name] {
			people++
		}
	}
	if called {
		return programs+people > 0
	}
	return programs > 0 && programs+people > 1
}

// isFieldName reports whether a header field may be called so: RFC 5322, section 2.2.
func isFieldName(name string) bool {
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return name != ""
}
