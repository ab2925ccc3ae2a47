// Package ocr reads pictures of pages by tesseract, where that program is installed.
//
// Tesseract gets a picture over a pipe and gives words with boxes over another; it writes no files. It is started by the reading
// child itself, so that it has that child's limits and dies with it. The package knows nothing of PDF.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/layout"
)

// Engine names this reader in layout.Document.Engine.
const Engine = "tesseract/1"

// PerInch is how many pixels an inch the pictures should have: what tesseract was trained on.
const PerInch = 300

// Config says where tesseract is and which languages it is to read. The zero Config stands for no character recognition.
type Config struct {
	Program   string        `json:"program,omitempty"`   // absolute path
	Languages string        `json:"languages,omitempty"` // as tesseract names them, joined by "+": "eng+deu"
	PageTime  time.Duration `json:"page_time,omitempty"` // for one page; 30 s
}

// Enabled reports whether pages can be recognized.
func (c Config) Enabled() bool { return c.Program != "" }

// Reads names the folders and files that tesseract, its libraries and its models are read from; none where c is not enabled.
func (c Config) Reads() []string {
	if !c.Enabled() {
		return nil
	}
	program, err := filepath.EvalSymlinks(c.Program)
	if err != nil {
		program = c.Program
	}
	home := filepath.Dir(program)
	if above := filepath.Dir(home); above != filepath.Dir(above) {
		home = above // /opt/tesseract of /opt/tesseract/bin/tesseract, but never everything
	}
	return []string{home, "/usr", "/lib", "/lib64", "/etc/ld.so.cache"}
}

// Off is the languages setting that stands for no character recognition.
const Off = "none"

// Find returns the configuration for languages, joined by "+" or ",". It is the zero Config for [Off] and for "". The error says
// what is missing and what to do about it; then the Config is zero too.
func Find(ctx context.Context, languages string) (Config, error) {
	if languages = strings.ReplaceAll(strings.TrimSpace(languages), ",", "+"); languages == "" || languages == Off {
		return Config{}, nil
	}
	program, err := exec.LookPath("tesseract")
	if err != nil {
		return Config{}, errors.New("tesseract is not installed (package tesseract-ocr): pages without text cannot be read")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "--list-langs").CombinedOutput()
	if err != nil {
		return Config{}, fmt.Errorf("ask tesseract for its languages: %w", err)
	}
	installed := strings.Fields(string(out))
	for language := range strings.SplitSeq(languages, "+") {
		if !slices.Contains(installed, language) {
			return Config{}, fmt.Errorf("tesseract does not know the language %q: install the package tesseract-ocr-%s, or name others", language, language)
		}
	}
	return Config{Program: program, Languages: languages, PageTime: 30 * time.Second}, nil
}

// Blocks recognizes the text of a picture with perInch pixels an inch. Boxes are in points from the picture's top left corner. A
// picture without text gives no blocks. The error says that tesseract failed, or that the time was up.
func (c Config) Blocks(ctx context.Context, picture *image.RGBA, perInch int) ([]layout.Block, error) {
	ctx, cancel := context.WithTimeout(ctx, c.PageTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Program, "stdin", "stdout", "-l", c.Languages, "--dpi", fmt.Sprint(perInch), "--psm", "3", "tsv")
	cmd.Env = []string{"OMP_THREAD_LIMIT=1"} // the other CPUs have documents of their own
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(gray(picture))
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("the page could not be recognized within the time limit: %w", ctx.Err())
		}
		first, _, _ := strings.Cut(strings.TrimSpace(problems.String()), "\n")
		return nil, fmt.Errorf("tesseract failed (%w): %s", err, first)
	}
	return parse(out.String(), 72/float64(perInch)), nil
}

// gray returns the picture as a portable graymap, on white.
func gray(picture *image.RGBA) []byte {
	b := picture.Bounds()
	out := fmt.Appendf(make([]byte, 0, b.Dx()*b.Dy()+32), "P5 %d %d 255\n", b.Dx(), b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		row := picture.Pix[picture.PixOffset(b.Min.X, y):picture.PixOffset(b.Max.X, y)]
		for i := 0; i+3 < len(row); i += 4 {
			white := 255 - uint32(row[i+3]) // colours are premultiplied by their opacity
			out = append(out, byte(min((299*uint32(row[i])+587*uint32(row[i+1])+114*uint32(row[i+2]))/1000+white, 255)))
		}
	}
	return out
}
