package pdfium

import (
	"math"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
)

// maxObjects bounds the objects of a page that are looked at for pictures.
const maxObjects = 2000

// pictures counts the images of a page, and how much of it they cover. It is a sign only, so that it fails is no error.
func (d *Document) pictures(number int, page *Page) {
	count, err := d.in.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: d.page(number)})
	if err != nil {
		return
	}
	for i := range min(count.Count, maxObjects) {
		object, err := d.in.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: d.page(number), Index: i})
		if err != nil {
			return
		}
		kind, err := d.in.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object.PageObject})
		if err != nil {
			return
		}
		if kind.Type != enums.FPDF_PAGEOBJ_IMAGE {
			continue
		}
		page.Signs.Pictures++
		box, err := d.in.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: object.PageObject})
		if err != nil {
			return
		}
		area := math.Abs(float64(box.Right-box.Left) * float64(box.Top-box.Bottom))
		page.Signs.Covered = math.Min(1, page.Signs.Covered+area/(page.Width*page.Height))
	}
}
