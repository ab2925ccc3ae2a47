// Package pdfium reads pages by PDFium, the reader of Chromium, for documents that package pdf cannot read well.
//
// PDFium is compiled to WebAssembly and runs in wazero (github.com/klippa-app/go-pdfium): there is no C in the program, and what
// goes wrong in PDFium stays in its sandbox of linear memory, without files, network or clock. ADR 0017 has what was measured. The
// package gives pages as glyphs to package assembly, so that words, lines and reading order are found as everywhere, and draws
// pages. It does not decide when it is the better reader.
package pdfium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	gopdfium "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
)

// Engine names this reader in layout.Document.Engine; the number grows when the same file may yield other text.
const Engine = "pdfium/1"

// wasmPage is the unit of WebAssembly's memory.
const wasmPage = 64 << 10

// Library is PDFium, compiled for this machine. It is used by one goroutine at a time.
type Library struct {
	pool  gopdfium.Pool
	cache wazero.CompilationCache
}

// Load makes PDFium ready. Compiling takes a second or two and 120 MB of memory; where cacheDir has been filled by [Compile] it is
// read from there in 50 ms. An empty cacheDir stands for none. memory bounds, in bytes, what PDFium may hold for one document.
func Load(cacheDir string, memory int64) (*Library, error) {
	l := &Library{}
	runtime := wazero.NewRuntimeConfig().WithMemoryLimitPages(uint32(min(max(memory, 32<<20), 4<<30-wasmPage) / wasmPage))
	if cacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
		if err != nil {
			return nil, fmt.Errorf("open PDFium's cache %s: %w", cacheDir, err)
		}
		l.cache, runtime = cache, runtime.WithCompilationCache(cache)
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxIdle: 1, MaxTotal: 1, RuntimeConfig: runtime, FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start PDFium: %w", err), l.closeCache())
	}
	l.pool = pool
	return l, nil
}

// Close frees what the library holds.
func (l *Library) Close() error { return errors.Join(l.pool.Close(), l.closeCache()) }

func (l *Library) closeCache() error {
	if l.cache == nil {
		return nil
	}
	return l.cache.Close(context.Background())
}

// Compile fills a folder with PDFium compiled for this machine (14 MB). The folder must be writable by its owner only: what is
// in it is run.
func Compile(cacheDir string) error {
	l, err := Load(cacheDir, 0)
	if err != nil {
		return err
	}
	return l.Close()
}

// instance returns a PDFium with fresh memory; making one takes a millisecond.
func (l *Library) instance() (gopdfium.Pdfium, error) {
	in, err := l.pool.GetInstance(time.Minute)
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	return in, nil
}
