package extract

import (
	"crypto/sha256"

	"github.com/millrace/millrace/shared/extract/backtrack"
)

// Template is a template file's content. See docs/templates.md for the meaning of each key.
type Template struct {
	Template string            `yaml:"template"`
	Version  int               `yaml:"version"`
	Define   map[string]string `yaml:"define"`
	Ignore   Labels            `yaml:"ignore"`
	Sections []Section         `yaml:"sections"`
	Fields   []Rule            `yaml:"fields"`
	Checks   []Check           `yaml:"checks"`
	Rows     string            `yaml:"rows"`
}

// Labels are synonyms by language. The language only documents them: all are looked for in every document.
type Labels map[string][]string

// Section is a part of the page that belongs to one party, headed by one of its labels.
type Section struct {
	Name       string `yaml:"name"`
	Labels     Labels `yaml:"labels"`
	NameLabels Labels `yaml:"name_labels"`
}

// Rule says how one field is read.
type Rule struct {
	Name          string    `yaml:"name"`
	Type          string    `yaml:"type"`
	Format        string    `yaml:"format"`
	Labels        Labels    `yaml:"labels"`
	WeakLabels    Labels    `yaml:"weak_labels"`
	SectionLabels Labels    `yaml:"section_labels"`
	Section       string    `yaml:"section"`
	Avoid         string    `yaml:"avoid"`
	Where         []string  `yaml:"where"`
	Colon         bool      `yaml:"colon"`
	Pattern       string    `yaml:"pattern"`
	Reject        string    `yaml:"reject"`
	Patterns      []Pattern `yaml:"patterns"`
	Guess         []string  `yaml:"guess"`
	Anywhere      float64   `yaml:"anywhere"`
	Fallback      string    `yaml:"fallback"`
	Pick          string    `yaml:"pick"`
	Max           int       `yaml:"max"`
	Nth           int       `yaml:"nth"`
}

// Pattern finds a value in the running text by a regular expression (RE2) with a group named value.
type Pattern struct {
	ID     string   `yaml:"id"`
	Near   []string `yaml:"near"`
	Reach  int      `yaml:"reach"`
	Top    int      `yaml:"top"`
	Within string   `yaml:"within"`
	Match  string   `yaml:"match"`
	On     string   `yaml:"on"`
	First  int      `yaml:"first"`
	Weight float64  `yaml:"weight"`
}

// Check says that fields must add up.
type Check struct {
	ID        string   `yaml:"id"`
	Sum       []string `yaml:"sum"`
	Equals    string   `yaml:"equals"`
	Tolerance string   `yaml:"tolerance"`
}

// Values that a template's keys may have.
const (
	typeText       = "text"
	typeDate       = "date"
	typeAmount     = "amount"
	typeCurrency   = "currency"
	typeNumber     = "number"
	typeIdentifier = "identifier"
	typeParty      = "party"

	whereRight = "right"
	whereBelow = "below"

	pickFirst = "first"
	pickLast  = "last"
	pickMost  = "largest"
)

func types() []string {
	return []string{typeText, typeDate, typeAmount, typeCurrency, typeNumber, typeIdentifier, typeParty}
}

func formats() []string {
	return []string{"iban", "bic", "vat", "email", "phone", "duration", "account", "jurisdiction"}
}

func guesses() []string {
	return []string{"masthead", "masthead_address", "letterhead", "addressee", "title", "common_currency", "first_date", "largest_amount", "person", "subject_line", "signature"}
}

// plan is a template made ready: labels as a matcher, expressions compiled. It is immutable.
type plan struct {
	source   string // template/version
	digest   [sha256.Size]byte
	matcher  *matcher
	near     *literals // the near words of all patterns on the running text; nil for none
	sections []string
	rules    []compiledRule
	checks   []compiledCheck
	rows     string // which rows are read besides the fields; empty for none
}

// compiledRule is a rule with its expressions compiled.
type compiledRule struct {
	Rule
	shape    *backtrack.Expression // of the whole value; nil allows any
	reject   *backtrack.Expression // of values that are none; nil rejects nothing
	patterns []compiledPattern
	right    bool
	below    bool
}

// compiledPattern is a pattern with its expressions compiled.
type compiledPattern struct {
	Pattern
	within *expression // nil for the whole text
	match  *expression
	group  int
	near   []nearWord // in the running text
	beside *literals  // the near words of a pattern for lines; nil for none
}

// nearWord is a word near which a pattern's values stand: its index in the plan's near words and its length in bytes.
type nearWord struct{ index, size int }
