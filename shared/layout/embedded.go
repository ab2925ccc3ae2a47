package layout

// Attachment is a file that a document carries, such as the XML of an electronic invoice.
type Attachment struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type,omitempty"` // as the document says it; empty when it does not
	Size      int64  `json:"size,omitempty"`       // bytes; of a file whose content is not here
	Content   []byte `json:"content"`
}

// FormField is a field of a form that somebody filled in.
type FormField struct {
	Name  string `json:"name"`            // names of the field and those above it, with full stops between them
	Label string `json:"label,omitempty"` // what the form shows people in its place, where it says so
	Value string `json:"value"`
	Page  int    `json:"page"`
	Box   Box    `json:"box"`
}

// Heading is an entry of a document's outline (bookmarks, table of contents).
type Heading struct {
	Title string    `json:"title"`
	Page  int       `json:"page,omitempty"` // that it leads to; 0 where it leads to none of the document's pages
	Items []Heading `json:"items,omitempty"`
}

// Annotation is a link, or something that was written or marked on a page.
type Annotation struct {
	Kind     string `json:"kind"`               // what PDF calls it, in lower case: link, text (a note), freetext, highlight, underline, stamp, …
	Contents string `json:"contents,omitempty"` // what was written
	Author   string `json:"author,omitempty"`
	URI      string `json:"uri,omitempty"`    // where a link leads to, as the document says it; nobody has looked whether it is safe
	Target   int    `json:"target,omitempty"` // the page of the document that a link leads to
	Page     int    `json:"page"`
	Box      Box    `json:"box"`
}
