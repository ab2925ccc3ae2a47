package synthetic

import (
	"fmt"
	"time"
)

// kind is a class of documents.
type kind struct {
	name      string
	languages []string
	layouts   []layout
}

// layout is one way of arranging a kind of document.
type layout struct {
	name      string
	languages []string // empty: all of the kind's
	draw      func(*draft)
}

// draft is a document while it is being written: the dice, the pages and the truth so far.
type draft struct {
	*dice
	*canvas
	loc         locale
	theme       theme
	money       moneyStyle
	datePattern string
	issued      time.Time // the document's own date
	title       string    // for the file's properties; may be empty
	truth       Truth
}

// theme is a document's look.
type theme struct {
	body, small, head font
	accent, ink       rgb
	pale              rgb
}

func newDraft(r *dice, kindName, layoutName, lang string) *draft {
	loc := localeFor(r, lang)
	d := &draft{
		dice: r, loc: loc, canvas: newCanvas(loc.letterPaper),
		money: newMoneyStyle(r, &loc), datePattern: pick(r, loc.dates),
		issued: day(r.between(2015, 2025), time.Month(r.between(1, 12)), r.between(1, 28)),
		truth:  Truth{Class: kindName, Language: lang, Layout: layoutName, Fields: []Field{}},
	}
	d.theme = newTheme(r, one(r, "helvetica", "helvetica", "helvetica", "times"))
	d.left = float64(r.between(40, 68))
	d.right = d.left
	if r.chance(0.3) {
		d.right = float64(r.between(36, 60))
	}
	d.top, d.bottom = float64(r.between(42, 62)), float64(r.between(64, 80))
	return d
}

func newTheme(r *dice, family string) theme {
	accents := []rgb{{20, 60, 120}, {150, 30, 40}, {25, 105, 75}, {60, 60, 60}, {110, 60, 130}, {0, 110, 130}, {180, 90, 20}}
	size := float64(r.between(17, 21)) / 2
	body := font{family: family, size: size}
	t := theme{body: body, small: body.sized(size - 1.5), head: body.bold().sized(size * 1.9), accent: pick(r, accents), ink: rgb{90, 90, 90}, pale: rgb{228, 234, 242}}
	if r.chance(0.25) {
		t.accent = rgb{0, 0, 0}
	}
	return t
}

// restyle changes the theme's family.
func (d *draft) restyle(family string) {
	d.theme.body.family, d.theme.small.family, d.theme.head.family = family, family, family
}

// fact records that raw is printed on the current page and means value.
func (d *draft) fact(name, typ, value, raw string) {
	page := max(d.page(), 1)
	d.truth.Fields = append(d.truth.Fields, Field{Name: name, Value: value, Type: typ, Page: page, Raw: raw})
}

// say records a value that is printed as it is, and returns it.
func (d *draft) say(name, typ, value string) string {
	d.fact(name, typ, value, value)
	return value
}

// factDate records a date and returns it as it is to be printed.
func (d *draft) factDate(name string, t time.Time) string {
	raw := d.date(t)
	d.fact(name, typeDate, iso(t), raw)
	return raw
}

// factLong is factDate in the form of running text.
func (d *draft) factLong(name string, t time.Time) string {
	raw := d.long(t)
	d.fact(name, typeDate, iso(t), raw)
	return raw
}

// factNumber records an amount and returns it as it is to be printed, without its currency.
func (d *draft) factNumber(name string, c cents) string {
	raw := d.money.number(c)
	d.fact(name, typeAmount, c.decimal(), raw)
	return raw
}

// factCurrency records the currency, printed as its code or symbol.
func (d *draft) factCurrency(raw string) { d.fact("currency", typeCurrency, d.loc.currency, raw) }

func (d *draft) date(t time.Time) string { return formatDate(t, d.datePattern, d.loc.lang) }
func (d *draft) long(t time.Time) string { return formatDate(t, longPattern(&d.loc), d.loc.lang) }

// pageOf returns "Page 2 of 3" in the document's language. The total is filled in when the file is written.
func (d *draft) pageOf(page int) string {
	switch d.loc.lang {
	case "de":
		return fmt.Sprintf("Seite %d von {nb}", page)
	case "fr":
		return fmt.Sprintf("Page %d sur {nb}", page)
	case "es":
		return fmt.Sprintf("Página %d de {nb}", page)
	case "nl":
		return fmt.Sprintf("Pagina %d van {nb}", page)
	default:
		return fmt.Sprintf("Page %d of {nb}", page)
	}
}

func (d *draft) finish() ([]byte, error) {
	author := ""
	if d.chance(0.3) {
		author = personName(d.dice, d.loc.lang).full()
	}
	return d.output(d.title, author, d.issued)
}
