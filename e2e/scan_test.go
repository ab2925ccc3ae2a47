package e2e

import (
	"fmt"
	"strings"
)

// scanned is what the page that scan makes says.
const scanned = "MAIL CAME LATE"

// letters are the letters of scanned, seven rows of dots each.
var letters = map[rune][7]string{
	' ': {"   ", "   ", "   ", "   ", "   ", "   ", "   "},
	'A': {" ### ", "#   #", "#   #", "#####", "#   #", "#   #", "#   #"},
	'C': {" ####", "#    ", "#    ", "#    ", "#    ", "#    ", " ####"},
	'E': {"#####", "#    ", "#    ", "#### ", "#    ", "#    ", "#####"},
	'I': {"###", " # ", " # ", " # ", " # ", " # ", "###"},
	'L': {"#    ", "#    ", "#    ", "#    ", "#    ", "#    ", "#####"},
	'M': {"#   #", "## ##", "# # #", "# # #", "#   #", "#   #", "#   #"},
	'T': {"#####", "  #  ", "  #  ", "  #  ", "  #  ", "  #  ", "  #  "},
}

// scan returns a PDF of one page that is a picture, of 300 dots an inch, of the text in scanned.
func scan() []byte {
	const dot, margin = 6, 100 // pixels
	rows := make([]string, 0, 7*dot)
	for y := range 7 {
		var row strings.Builder
		for _, r := range scanned {
			for _, c := range letters[r][y] + " " {
				shade := "\xff"
				if c == '#' {
					shade = "\x00"
				}
				row.WriteString(strings.Repeat(shade, dot))
			}
		}
		for range dot {
			rows = append(rows, strings.Repeat("\xff", margin)+row.String()+strings.Repeat("\xff", margin))
		}
	}
	width, height := len(rows[0]), len(rows)+2*margin
	blank := strings.Repeat("\xff", margin*width)
	picture := blank + strings.Join(rows, "") + blank
	w, h := float64(width)*72/300, float64(height)*72/300
	content := fmt.Sprintf("%.2f 0 0 %.2f 0 0 cm /X1 Do", w, h)
	return fmt.Appendf(nil, `%%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents 4 0 R /Resources << /XObject << /X1 5 0 R >> >> >> endobj
4 0 obj << /Length %d >>
stream
%s
endstream endobj
5 0 obj << /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray /Length %d >>
stream
%s
endstream endobj
trailer << /Root 1 0 R /Size 6 >>
%%%%EOF
`, w, h, len(content), content, width, height, len(picture), picture)
}
