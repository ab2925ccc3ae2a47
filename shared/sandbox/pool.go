package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/ocr"
	"github.com/millrace/millrace/shared/pdf/reader"
)

// Limits bound the reading of one document. A zero field stands for its default.
type Limits struct {
	pdf.Limits

	CPU    time.Duration // processor time, of what Time is by the clock; as much as Time
	Memory int64         // bytes that a child may hold; 1 GiB
	Output int64         // bytes of the encoded layout; 256 MiB

	// Rescue is how long, at most, a document that failed as a whole (it crashed its reader, or went over a limit of time or memory) is
	// tried by other means: the other engine, then page by page. 0 stands for Time, a negative one for not at all.
	Rescue time.Duration
}

// Config says how many children a Pool keeps and what they may use. The zero Config is useful.
type Config struct {
	Children int // processes, and so documents read at once; the number of CPUs
	Limits   Limits
	Recycle  int    // documents after which a child is replaced; 500
	Engine   string // one of package reader's; each page by the best
	// Passwords are tried, in order, on documents that are encrypted.
	Passwords []string
	// OCR names the languages that pages without text are recognized in, as tesseract does ("eng+deu"); "" and "none" for not at all.
	// Where tesseract or a language is missing, New logs it, and such pages stay unread.
	OCR string
	Log *slog.Logger // slog.Default()
}

func (c Config) withDefaults() (Config, error) {
	if c.Children < 0 || c.Recycle < 0 || c.Limits.Memory < 0 || c.Limits.Output < 0 || c.Limits.CPU < 0 {
		return c, errors.New("sandbox: numbers in the configuration must not be negative")
	}
	if c.Limits.Memory > 0 && c.Limits.Memory < 64<<20 {
		return c, fmt.Errorf("sandbox: a child cannot work with %d bytes of memory; 64 MiB is the least", c.Limits.Memory)
	}
	if c.Children == 0 {
		c.Children = runtime.NumCPU()
	}
	if c.Recycle == 0 {
		c.Recycle = 500
	}
	if c.Limits.Memory == 0 {
		c.Limits.Memory = 1 << 30
	}
	if c.Limits.Output == 0 {
		c.Limits.Output = 256 << 20
	}
	if c.Limits.Bytes == 0 {
		c.Limits.Bytes = 256 << 20
	}
	if c.Limits.Time == 0 {
		c.Limits.Time = time.Minute
	}
	if c.Limits.CPU == 0 {
		c.Limits.CPU = c.Limits.Time
	}
	if c.Limits.Rescue == 0 {
		c.Limits.Rescue = c.Limits.Time
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c, nil
}

// grace is how long after its time limit a child is killed. The reader ends by itself at the limit, unless it hangs.
const grace = 500 * time.Millisecond

// Pool keeps warm child processes. It may be used by many goroutines at once; as many documents are read at once as there
// are children, and others wait.
type Pool struct {
	cfg     Config
	options reader.Options
	engine  *compiled
	starter *starter
	slots   chan *process // one for each child; nil where none is running
	closing chan struct{}
	once    sync.Once
	vault   vault // what the children are told to shut themselves into
	warned  sync.Once
}

// New returns a pool. Children are started when they are needed first.
func New(cfg Config) (*Pool, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s, err := newStarter()
	if err != nil {
		return nil, err
	}
	recognition, err := ocr.Find(context.Background(), cfg.OCR)
	if err != nil {
		cfg.Log.Warn("pages that are pictures will not be read", "error", err)
	}
	p := &Pool{cfg: cfg, starter: s, engine: newCompiled(s.path, cfg.Log), slots: make(chan *process, cfg.Children), closing: make(chan struct{})}
	p.options = reader.Options{Engine: cfg.Engine, Passwords: cfg.Passwords, OCR: recognition, Memory: cfg.Limits.Memory / 2}
	p.vault = vaultFor(p.engine.folder, recognition)
	for range cfg.Children {
		p.slots <- nil
	}
	return p, nil
}

// warnOf logs, once, which protections a child could not get.
func (p *Pool) warnOf(missing []string) {
	if len(missing) > 0 {
		p.warned.Do(func() {
			p.cfg.Log.Warn("documents are read with weaker protection on this system", "missing", strings.Join(missing, "; "))
		})
	}
}

// Read reads a document in a child. The error is a fault: Permanent with a kind of package pdf where the document is the
// cause, Interrupted when ctx was cancelled or the pool closed, Transient when no child could be started. A child that is
// killed from outside is replaced and the document tried once more.
func (p *Pool) Read(ctx context.Context, content []byte) (Result, error) {
	t, err := p.begin(ctx, content)
	if err != nil {
		return Result{}, err
	}
	defer t.end()
	return t.read(ctx)
}

// begin waits for a child that is free; end gives it back.
func (p *Pool) begin(ctx context.Context, content []byte) (*task, error) {
	if int64(len(content)) > p.cfg.Limits.Bytes {
		return nil, fault.New(fault.ClassPermanent, pdf.KindTooLarge, "the file has %d bytes; the limit is %d", len(content), p.cfg.Limits.Bytes)
	}
	var slot *process
	select {
	case <-p.closing:
		return nil, errClosed()
	case <-ctx.Done():
		return nil, cancelled(ctx)
	case slot = <-p.slots:
	}
	select {
	case <-p.closing: // both were ready
		p.slots <- slot
		return nil, errClosed()
	default:
	}
	return &task{pool: p, child: slot, content: content}, nil
}

func (t *task) end() { t.pool.slots <- t.child }

func errClosed() error {
	return fault.Interrupted(errors.New("the pool of reading processes is closed"))
}

func cancelled(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("wait for a reading process: %w", ctx.Err())
	}
	return fault.Interrupted(ctx.Err())
}

// Close ends all children and waits for them. Documents that are being read end with an Interrupted fault. A closed pool
// stays closed.
func (p *Pool) Close() {
	p.once.Do(func() {
		close(p.closing)
		for range p.cfg.Children {
			if c := <-p.slots; c != nil {
				c.kill()
			}
		}
		p.starter.close()
		p.engine.close()
	})
}
