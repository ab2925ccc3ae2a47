package inspect

import (
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/mail"
)

// attachments lists what a document carries. Parts are those of a mail that become documents, in the order of the list.
func attachments(doc *layout.Document, parts []mail.Part) []Attachment {
	var all []Attachment
	for _, a := range doc.Attachments {
		one := Attachment{Name: a.Name, MediaType: a.MediaType, Bytes: max(a.Size, int64(len(a.Content)))}
		if len(parts) > 0 && parts[0].Name == a.Name && int64(len(parts[0].Content)) == one.Bytes {
			one.DocumentID = blob.RefOf(parts[0].Content).Hex()
			parts = parts[1:]
		}
		all = append(all, one)
	}
	return all
}
