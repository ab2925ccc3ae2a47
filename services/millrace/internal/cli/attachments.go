package cli

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/query"
)

// attachmentTable lists the documents that came with an e-mail.
func attachmentTable(d query.Detail) *table.Table {
	t := table.New(table.Column{Title: "  ID"}, table.Column{Title: "NAME", Flex: true}, table.Column{Title: "TYPE"},
		table.Column{Title: "STATUS"}, table.Column{Title: "CLASS"})
	for _, a := range d.Attachments {
		t.AddIndented("  ", a.DocumentID[:12], a.Name, a.MediaType, a.Status, a.Class)
	}
	return t
}

// arrivedBy says how a document came, and with which e-mail where it was attached to one.
func arrivedBy(a query.Arrival) string {
	if a.Parent == "" {
		return a.Source
	}
	return fmt.Sprintf("%s to %s (%.12s)", a.Source, a.Mail, a.Parent)
}

// writeCarried prints the files that an inspected document carries.
func writeCarried(sb *strings.Builder, carried []inspect.Attachment, width int) error {
	if len(carried) == 0 {
		return nil
	}
	t := table.New(table.Column{Title: "  ATTACHMENT", Flex: true}, table.Column{Title: "TYPE"}, table.Column{Title: "BYTES", Right: true},
		table.Column{Title: "DOCUMENT"})
	for _, a := range carried {
		t.AddIndented("  ", a.Name, a.MediaType, fmt.Sprint(a.Bytes), fmt.Sprintf("%.12s", a.DocumentID))
	}
	return t.Write(sb, width)
}
