package corpus

import (
	"bufio"
	"embed"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

//go:embed phrases/*.txt
var phrases embed.FS

// book holds the phrases of one label. Phrases are found by language, kind (title, label, sentence, …) and variant; a variant
// is a trade with words of its own, such as broadcast advertising, and "" is what all share.
type book struct {
	name     string
	phrases  map[string][]string // key(lang, kind, variant)
	variants map[string][]string // by language; "" is always among them
	names    []string            // what documents of the type call themselves, in any language
	titles   []string            // the names that count only as a title
}

func key(lang, kind, variant string) string { return lang + " " + kind + " " + variant }

// readBook reads a phrase file: headings such as [en title] or [en title broadcast], one phrase a line below each, and
// comments that begin with "# ".
func readBook(name string, cfg Config) (*book, error) {
	f, err := phrases.Open("phrases/" + name + ".txt")
	if err != nil {
		return nil, fmt.Errorf("read phrases: %w", err)
	}
	defer f.Close() //nolint:errcheck // an embedded file
	b := &book{name: name, phrases: map[string][]string{}, variants: map[string][]string{}}
	in, section := bufio.NewScanner(f), ""
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") && len(strings.Fields(line)) >= 2 && len(line) < 40:
			h := strings.Fields(strings.Trim(line, "[]"))
			if len(h) == 2 {
				h = append(h, "")
			}
			if len(h) != 3 {
				return nil, fmt.Errorf("phrases/%s.txt:%d: a heading is [language kind] or [language kind variant]", name, n)
			}
			section = key(h[0], h[1], h[2])
			if h[1] != "name" && !slices.Contains(b.variants[h[0]], h[2]) {
				b.variants[h[0]] = append(b.variants[h[0]], h[2])
			}
		case section == "":
			return nil, fmt.Errorf("phrases/%s.txt:%d: a phrase before the first heading", name, n)
		case strings.HasSuffix(section, " name "):
			b.names = append(b.names, line)
		case strings.HasSuffix(section, " name title"):
			b.titles = append(b.titles, line)
		case cfg.has(name, line):
			b.phrases[section] = append(b.phrases[section], line)
		}
	}
	return b, in.Err()
}

// has tells whether the phrase belongs to the fold that the configuration asks for.
func (c Config) has(name, phrase string) bool {
	if c.Folds < 2 {
		return true
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(name + "\x00" + strings.ToLower(phrase)))
	x := h.Sum32()
	inFold := int(x>>4%1024)%c.Folds == c.Fold
	if c.HeldOut && !inFold {
		return float64(x>>16%1000)/1000 < c.Familiar
	}
	return inFold == c.HeldOut
}
