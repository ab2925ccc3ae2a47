package pdf

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// found is where an object was seen.
type found struct {
	gen    int
	offset int
	body   []byte // of an object that was packed in an object stream, else nil
}

// rebuild collects objects on one pass over a file.
type rebuild struct {
	objects map[int]found
	root    string // "1 0 R"
	info    string
	encrypt string
	id      string
	catalog string // an object of type Catalog, for files whose trailer is lost
	tree    string // the Pages object without a parent, likewise
	pages   []int  // objects of type Page, in file order
	streams [][2]int
	endless int // from where on no stream in the file has an end
}

// maxRepairObjects bounds a repair: no real document has more objects.
const maxRepairObjects = 4_000_000

// repair returns a copy of content with a cross-reference table that was made by looking at every object in the file, the
// last one with a number counting, and with the objects of object streams written out one by one at the end. It trusts
// neither offsets nor lengths.
func repair(d *document, content []byte) []byte {
	out := bytes.Clone(normalHeader(pastJunk(content)))
	r := &rebuild{objects: map[int]found{}, endless: len(out)}
	r.scan(out)
	if r.encrypt == "" {
		for _, at := range r.streams {
			r.unpack(d, out, at[0], at[1])
		}
	}
	return r.write(out)
}

// pastJunk drops the bytes before the header, as long as the header is near the start.
func pastJunk(content []byte) []byte {
	if i := bytes.Index(content[:min(len(content), 4096)], []byte("%PDF-")); i > 0 {
		return content[i:]
	}
	return content
}

// scan notes every "12 0 obj" in the file outside of streams, and every trailer.
func (r *rebuild) scan(file []byte) {
	next := -1 // trailer
	for pos := 0; pos < len(file) && len(r.objects) < maxRepairObjects; {
		if next < pos { // looked for once, and not again for every object before it
			next = indexFrom(file, pos, "trailer")
		}
		at := indexFrom(file, pos, "obj")
		if next < len(file) && next < at {
			pos = next + len("trailer")
			r.trailer(header0(file, pos))
			continue
		}
		if at == len(file) {
			return
		}
		pos = at + len("obj")
		num, gen, start, ok := objectStart(file, at)
		if !ok {
			continue
		}
		r.objects[num] = found{gen: gen, offset: start}
		dict := header0(file, pos)
		unescape(dict)
		r.note(dict, num, gen, start)
		if end, ok := r.streamEnd(file, pos, dict); ok {
			pos = end
		}
	}
}

// indexFrom returns where word stands in file at pos or after it, or the file's length.
func indexFrom(file []byte, pos int, word string) int {
	if i := bytes.Index(file[pos:], []byte(word)); i >= 0 {
		return pos + i
	}
	return len(file)
}

// unescape blanks the backslashes that escape nothing: the object reader gives up on them, and the standard says that
// they do not count (ISO 32000-1, table 3).
func unescape(dict []byte) {
	for i := 0; i+1 < len(dict); i++ {
		if dict[i] != '\\' {
			continue
		}
		if bytes.IndexByte([]byte("nrtbf()\\0123\r\n"), dict[i+1]) < 0 {
			dict[i] = ' '
		} else {
			i++
		}
	}
}

// objectStart reads the two numbers before the keyword obj at file[at:].
func objectStart(file []byte, at int) (num, gen, start int, ok bool) {
	i := at
	var parts [2]int
	for p := 1; p >= 0; p-- {
		end := i
		for end > 0 && isSpace(file[end-1]) {
			end--
		}
		if end == i && p == 0 {
			return 0, 0, 0, false
		}
		i = end
		for i > 0 && file[i-1] >= '0' && file[i-1] <= '9' && end-i < 10 {
			i--
		}
		n, err := strconv.Atoi(string(file[i:end]))
		if err != nil {
			return 0, 0, 0, false
		}
		parts[p] = n
	}
	return parts[0], parts[1], i, parts[0] < 8_388_608*2 && parts[1] < 65536
}

// header0 returns the dictionary that begins after file[pos:], with nested ones, as text.
func header0(file []byte, pos int) []byte {
	end := min(len(file), pos+1<<16)
	l := lexer{src: file[:end], pos: pos}
	l.skipSpace()
	if !bytes.HasPrefix(file[l.pos:end], []byte("<<")) {
		return nil
	}
	start := l.pos
	l.next()
	return file[start:l.pos]
}

var (
	rootPattern    = regexp.MustCompile(`/Root\s+(\d+\s+\d+\s+R)`)
	infoPattern    = regexp.MustCompile(`/Info\s+(\d+\s+\d+\s+R)`)
	encryptPattern = regexp.MustCompile(`/Encrypt\s+(\d+\s+\d+\s+R|<<)`)
	idPattern      = regexp.MustCompile(`/ID\s*(\[\s*(?:<[0-9A-Fa-f\s]*>\s*)+\])`)
	typePattern    = regexp.MustCompile(`/Type\s*/(Catalog|Pages|Page|ObjStm|XRef)\b`)
	lengthPattern  = regexp.MustCompile(`/Length\s+(\d+)\s*(?:/|>>|$)`)
)

func (r *rebuild) trailer(dict []byte) {
	for _, x := range []struct {
		pattern *regexp.Regexp
		to      *string
	}{{rootPattern, &r.root}, {infoPattern, &r.info}, {encryptPattern, &r.encrypt}, {idPattern, &r.id}} {
		if m := x.pattern.FindSubmatch(dict); m != nil {
			*x.to = string(m[1])
		}
	}
}

// note remembers what the repair needs of an object's dictionary.
func (r *rebuild) note(dict []byte, num, gen, start int) {
	i := bytes.Index(dict, []byte("/Type"))
	if i < 0 {
		return
	}
	ref := fmt.Sprintf("%d %d R", num, gen)
	for _, m := range typePattern.FindAllSubmatch(dict, 4) {
		switch string(m[1]) {
		case "Catalog":
			r.catalog = ref
		case "Pages":
			if !bytes.Contains(dict, []byte("/Parent")) {
				r.tree = ref
			}
		case "Page":
			r.pages = append(r.pages, num)
		case "XRef":
			r.trailer(dict)
		case "ObjStm":
			r.streams = append(r.streams, [2]int{num, start})
		}
	}
}

// streamEnd returns the position after the stream that may follow a dictionary.
func (r *rebuild) streamEnd(file []byte, pos int, dict []byte) (int, bool) {
	if dict == nil {
		return 0, false
	}
	l := lexer{src: file, pos: pos}
	l.skipSpace()
	l.pos += len(dict)
	l.skipSpace()
	if !bytes.HasPrefix(file[min(l.pos, len(file)):], []byte("stream")) {
		return 0, false
	}
	data := l.pos + len("stream")
	if m := lengthPattern.FindSubmatch(dict); m != nil {
		if n, err := strconv.Atoi(string(m[1])); err == nil && n >= 0 && data+n < len(file) {
			tail := file[data+n : min(len(file), data+n+20)]
			if i := bytes.Index(tail, []byte("endstream")); i >= 0 {
				return data + n + i + len("endstream"), true
			}
		}
	}
	if data >= r.endless {
		return data, true
	}
	i := bytes.Index(file[data:], []byte("endstream"))
	if i < 0 {
		r.endless = data
		return data, true
	}
	return data + i + len("endstream"), true
}

var (
	countPattern = regexp.MustCompile(`/N\s+(\d+)`)
	firstPattern = regexp.MustCompile(`/First\s+(\d+)`)
	flatePattern = regexp.MustCompile(`/Filter\s*\[?\s*/(?:FlateDecode|Fl)\s*\]?`)
)

// unpack notes the objects of the object stream at start. An object that also stands in the file after the object stream
// is newer and wins.
func (r *rebuild) unpack(d *document, file []byte, num, start int) {
	i := bytes.Index(file[start:], []byte("obj"))
	if r.objects[num].offset != start || i < 0 {
		return // replaced by a later object
	}
	dict := header0(file, start+i+3)
	count, okCount := number(countPattern, dict)
	first, okFirst := number(firstPattern, dict)
	end, okEnd := r.streamEnd(file, start+i+3, dict)
	if !okCount || !okFirst || !okEnd || bytes.Contains(dict, []byte("/DecodeParms")) {
		return
	}
	at := bytes.Index(file[start+i+3+len(dict):end], []byte("stream"))
	if at < 0 {
		return
	}
	data := bytes.TrimLeft(file[start+i+3+len(dict)+at+len("stream"):end], "\r\n")
	if flatePattern.Match(dict) {
		data = d.inflate(data)
	} else {
		data = bytes.TrimSuffix(data, []byte("endstream"))
	}
	if first > len(data) {
		return
	}
	l := lexer{src: data[:first]}
	type entry struct{ num, at int }
	var entries []entry
	for range min(count, maxRepairObjects-len(r.objects)) {
		n, o := l.next(), l.next()
		if n.kind != kindNumber || o.kind != kindNumber {
			break
		}
		entries = append(entries, entry{int(n.num), first + int(o.num)})
	}
	for k, e := range entries {
		stop := len(data)
		if k+1 < len(entries) {
			stop = entries[k+1].at
		}
		if e.at < first || stop > len(data) || e.at >= stop || e.num < 0 || e.num > 1<<24 {
			continue
		}
		if old, ok := r.objects[e.num]; ok && old.body == nil && old.offset > start {
			continue
		}
		body := data[e.at:stop]
		unescape(body)
		r.objects[e.num] = found{offset: start, body: body}
		r.note(body, e.num, 0, start)
	}
}

func number(p *regexp.Regexp, dict []byte) (int, bool) {
	m := p.FindSubmatch(dict)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(m[1]))
	return n, err == nil
}

// write appends the unpacked objects, a cross-reference table and a trailer.
func (r *rebuild) write(file []byte) []byte {
	file = append(file, '\n')
	top := 0
	for _, num := range slices.Sorted(maps.Keys(r.objects)) {
		top = num
		o := r.objects[num]
		if o.body == nil {
			continue
		}
		o.offset = len(file)
		file = append(file, fmt.Sprintf("%d 0 obj\n", num)...)
		file = append(file, o.body...)
		file = append(file, "\nendobj\n"...)
		r.objects[num] = o
	}
	root := r.rootObject(&file, &top)
	table := len(file)
	file = append(file, "xref\n0 1\n0000000000 65535 f \n"...)
	numbers := slices.Sorted(maps.Keys(r.objects))
	for len(numbers) > 0 {
		n := 1
		for n < len(numbers) && numbers[n] == numbers[0]+n {
			n++
		}
		file = append(file, fmt.Sprintf("%d %d\n", numbers[0], n)...)
		for _, num := range numbers[:n] {
			file = append(file, fmt.Sprintf("%010d %05d n \n", r.objects[num].offset, r.objects[num].gen)...)
		}
		numbers = numbers[n:]
	}
	file = append(file, fmt.Sprintf("trailer\n<< /Size %d", top+1)...)
	for _, x := range [][2]string{{"Root", root}, {"Info", r.info}, {"Encrypt", r.encrypt}, {"ID", r.id}} {
		if x[1] != "" && x[1] != "<<" {
			file = append(file, " /"+x[0]+" "+x[1]...)
		}
	}
	return append(file, fmt.Sprintf(" >>\nstartxref\n%d\n%%%%EOF\n", table)...)
}

// rootObject returns the catalog's reference: the trailer's when it is there, else one that was seen, else one made of the
// page tree or of all pages that were seen.
func (r *rebuild) rootObject(file *[]byte, top *int) string {
	if r.root != "" {
		var num int
		if _, err := fmt.Sscanf(r.root, "%d", &num); err == nil {
			if _, ok := r.objects[num]; ok {
				return r.root
			}
		}
	}
	if r.catalog != "" {
		return r.catalog
	}
	add := func(body string) string {
		*top++
		r.objects[*top] = found{offset: len(*file)}
		*file = append(*file, fmt.Sprintf("%d 0 obj\n%s\nendobj\n", *top, body)...)
		return fmt.Sprintf("%d 0 R", *top)
	}
	tree := r.tree
	if tree == "" {
		var kids bytes.Buffer
		for _, num := range r.pages {
			fmt.Fprintf(&kids, " %d %d R", num, r.objects[num].gen)
		}
		tree = add(fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s ] >>", len(r.pages), kids.String()))
	}
	return add("<< /Type /Catalog /Pages " + tree + " >>")
}
