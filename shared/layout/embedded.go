package layout

// Attachment is a file that a document carries, such as the XML of an electronic invoice.
type Attachment struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type,omitempty"` // as the document says it; empty when it does not
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
