package inspect

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"

	"github.com/millrace/millrace/shared/layout"
)

// perInch is how large pages are drawn.
const perInch = 110

// drawPage writes a picture of a page with the boxes of its blocks, in green, and of its words, in red.
func (i *Inspector) drawPage(ctx context.Context, content []byte, p *layout.Page, path string) error {
	drawn, err := i.pool.Draw(ctx, content, p.Number, perInch)
	if err != nil {
		return err
	}
	decoded, err := png.Decode(bytes.NewReader(drawn.PNG))
	if err != nil {
		return fmt.Errorf("decode the picture: %w", err)
	}
	picture := image.NewRGBA(decoded.Bounds())
	draw.Draw(picture, picture.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(picture, picture.Rect, decoded, decoded.Bounds().Min, draw.Over)
	scale := float64(drawn.PerInch) / 72
	for _, b := range p.Blocks {
		outline(picture, b.Box, scale, 2, color.RGBA{G: 150, A: 255})
	}
	for _, w := range p.AllWords() {
		outline(picture, w.Box, scale, 0, color.RGBA{R: 220, A: 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return fmt.Errorf("encode the picture: %w", err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// outline draws the four sides of a box, margin pixels outside of it.
func outline(picture *image.RGBA, box layout.Box, scale float64, margin int, c color.RGBA) {
	x0, y0 := int(box[0]*scale)-margin, int(box[1]*scale)-margin
	x1, y1 := int(box[2]*scale)+margin, int(box[3]*scale)+margin
	for _, side := range []image.Rectangle{
		image.Rect(x0, y0, x1+1, y0+1), image.Rect(x0, y1, x1+1, y1+1), image.Rect(x0, y0, x0+1, y1+1), image.Rect(x1, y0, x1+1, y1+1),
	} {
		draw.Draw(picture, side, image.NewUniform(c), image.Point{}, draw.Src)
	}
}
