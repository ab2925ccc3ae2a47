package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// fill replaces the placeholders of a phrase, such as {date} and {company}, by made-up values in the document's language.
func (w *writer) fill(phrase string) string {
	var sb strings.Builder
	for {
		before, rest, ok := strings.Cut(phrase, "{")
		sb.WriteString(before)
		if !ok {
			return sb.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			sb.WriteString("{" + rest)
			return sb.String()
		}
		sb.WriteString(w.value(name))
		phrase = after
	}
}

// word returns one of the shared word lists' entries.
func (w *writer) word(kind string) string {
	return pick(w.dice, w.source.shared.phrases[key("en", kind, "")])
}

func (w *writer) value(name string) string {
	switch name {
	case "n":
		return strconv.Itoa(w.between(1, []int{9, 30, 99, 2000}[w.IntN(4)]))
	case "year":
		return strconv.Itoa(w.between(1985, 2031))
	case "date":
		return w.date()
	case "amount":
		return w.amount()
	case "currency":
		return pick(w.dice, []string{"EUR", "USD", "GBP", "CHF"})
	case "name":
		return w.word("first") + " " + w.word("last")
	case "initial":
		return string(rune('A' + w.IntN(26)))
	case "company":
		return w.company()
	case "street":
		return strings.ReplaceAll(w.word("street"), "{n}", strconv.Itoa(w.between(1, 300)))
	case "email":
		return strings.ToLower(w.word("first")) + "@" + w.word("word") + pick(w.dice, []string{".com", ".de", ".fr", ".nl", ".org"})
	case "url":
		return "www." + w.word("word") + pick(w.dice, []string{".com", ".de", ".es", ".eu", ".org"})
	case "phone":
		return fmt.Sprintf("+%d %d %d", w.between(1, 49), w.between(100, 999), w.between(100000, 9999999))
	case "iban":
		return fmt.Sprintf("DE%02d %04d %04d %04d %04d %02d", w.IntN(98), w.IntN(9999), w.IntN(9999), w.IntN(9999), w.IntN(9999), w.IntN(99))
	case "vat":
		return fmt.Sprintf("%s%09d", pick(w.dice, []string{"DE", "FR12", "NL", "ESB", "ATU", "GB"}), w.IntN(999999999))
	case "id":
		return pick(w.dice, []string{"", "", "RE-", "INV", "A", "PO-", "2024-", "K/"}) + strconv.Itoa(w.between(100, 9999999))
	default: // first, last, city, country, month, topic, word
		if v := w.word(name); v != "" {
			return v
		}
		return name
	}
}

func (w *writer) company() string {
	suffix := map[string][]string{
		"en": {"Ltd", "Inc.", "LLC", "Corp."}, "de": {"GmbH", "AG", "GmbH & Co. KG"}, "fr": {"SARL", "SA", "SAS"},
		"es": {"S.L.", "S.A."}, "nl": {"B.V.", "N.V."},
	}[w.lang]
	return w.word("companyword") + " " + w.word("companykind") + " " + pick(w.dice, suffix)
}

func (w *writer) date() string {
	y, m, d := w.between(1995, 2030), w.between(1, 12), w.between(1, 28)
	switch w.IntN(5) {
	case 0:
		return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
	case 1:
		return fmt.Sprintf("%02d.%02d.%04d", d, m, y)
	case 2:
		return fmt.Sprintf("%02d/%02d/%02d", m, d, y%100)
	case 3:
		return fmt.Sprintf("%02d/%02d/%04d", d, m, y)
	default:
		return fmt.Sprintf("%s %d, %d", w.word("month"), d, y)
	}
}

func (w *writer) amount() string {
	whole, cents := w.between(0, []int{30, 900, 9000}[w.IntN(3)]), w.IntN(100)
	thousands := func(sep string) string {
		if whole < 1000 {
			return strconv.Itoa(whole)
		}
		return fmt.Sprintf("%d%s%03d", whole/1000, sep, whole%1000)
	}
	if w.lang == "en" {
		return pick(w.dice, []string{"$", "", "", "£", "USD "}) + thousands(",") + fmt.Sprintf(".%02d", cents)
	}
	return thousands(".") + fmt.Sprintf(",%02d", cents) + pick(w.dice, []string{" €", "", "", " EUR"})
}

// headerValue returns what stands behind a header line of an e-mail.
func (w *writer) headerValue(label string) string {
	switch label {
	case "from", "to", "cc", "bcc", "reply-to", "von", "an", "de", "à", "para", "van", "aan":
		return w.value("name") + " <" + w.value("email") + ">"
	case "sent", "date", "gesendet", "datum", "envoyé", "enviado", "enviado el", "fecha", "verzonden":
		return fmt.Sprintf("%s %d:%02d", w.date(), w.IntN(24), w.IntN(60))
	case "subject", "betreff", "objet", "asunto", "onderwerp":
		return pick(w.dice, []string{"", "Re: ", "RE: ", "Fwd: "}) + w.word("topic")
	default:
		return w.word("word") + pick(w.dice, []string{".pdf", ".docx", ".xlsx", ".png"})
	}
}

// gibberish returns a word of random letters.
func (w *writer) gibberish() string {
	b := make([]byte, w.between(2, 10))
	for i := range b {
		b[i] = byte('a' + w.IntN(26))
	}
	return string(b)
}

// valueFor returns a value that could stand beside the label.
func (w *writer) valueFor(label string) string {
	l := strings.ToLower(label)
	has := func(words ...string) bool {
		for _, x := range words {
			if strings.Contains(l, x) {
				return true
			}
		}
		return false
	}
	switch {
	case w.chance(0.06):
		return ""
	case w.label == "email":
		return w.headerValue(l)
	case has("date", "datum", "fecha", "due", "fällig", "échéance", "vencimiento", "dates"):
		return w.date()
	case has("iban"):
		return w.value("iban")
	case has("vat no", "vat number", "ust-id", "btw-nummer", "tva intra", "cif", "nif"):
		return w.value("vat")
	case has("total", "amount", "balance", "betrag", "saldo", "solde", "importe", "bedrag", "summe", "montant", "subtotal", "cash", "change"):
		return w.amount()
	case has("number", "nummer", "no.", "nr", "n°", "n.º", "#", "code", "id", "ref"):
		return w.value("id")
	case has("name", "titular", "holder", "inhaber", "client", "kunde", "customer", "vendor", "supplier"):
		return pick(w.dice, []string{w.value("name"), w.company()})
	case has("address", "anschrift", "bill to", "ship to", "deliver"):
		return w.company() + ", " + w.value("street") + ", " + w.word("city")
	}
	return w.value(pick(w.dice, []string{"id", "name", "company", "city", "n", "word", "topic", "date"}))
}
