package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/reader"
)

// childArgument marks a process as a child. It is no command of any program.
const childArgument = "\x01millrace-sandbox-child"

// maxStack bounds the stack of a child's goroutines: a file that nests without end ends its reader soon, instead of after
// a gigabyte.
const maxStack = 64 << 20

// readFunc reads a document within limits; it is reader.Reader.Read but for tests.
type readFunc func(ctx context.Context, content []byte, limits pdf.Limits, options reader.Options) (pdf.Reading, error)

// drawFunc draws a page as PNG; it is reader.Reader.Draw.
type drawFunc func(ctx context.Context, content []byte, page, perInch int, options reader.Options) ([]byte, int, error)

// engines are what a child can do.
type engines struct {
	read readFunc
	draw drawFunc
}

// Child serves documents and ends the process, when the process was started as a child; else it returns at once. Every
// program that uses a Pool calls it before anything else.
func Child() {
	r := new(reader.Reader)
	childOf(engines{r.Read, r.Draw})
}

func childOf(do engines) {
	if len(os.Args) == 3 && os.Args[1] == compileArgument {
		compile(os.Args[2])
	}
	if len(os.Args) != 2 || os.Args[1] != childArgument {
		return
	}
	in, out := os.Stdin, os.Stdout
	os.Stdout = os.Stderr // nothing but answers may reach the parent
	if err := serve(in, out, do); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// idleHeap is memory that is never touched, and so takes no room: the garbage collector counts it as in use and lets a child's small
// heap grow to 40 MiB and more before it looks for garbage. That took isolation's cost from 9 to 6 % of the processor time of reading small
// real documents (BenchmarkIsolation), for 30 MiB more in a child that reads small ones.
const idleHeap = 8 << 20

// serve answers requests until the parent closes the pipe.
func serve(in io.Reader, out io.Writer, do engines) error {
	debug.SetMaxStack(maxStack)
	runtime.GOMAXPROCS(1)   // a document is read by one goroutine, and the other CPUs have children of their own
	debug.SetGCPercent(400) // documents are short-lived; the memory limit sets in where it has to
	var ballast []byte
	defer func() { runtime.KeepAlive(ballast) }()
	go leaveWithParent(os.Getppid())
	buffered := bufio.NewReaderSize(in, 64<<10)
	shut := false
	for {
		var ask request
		content, err := readFrame(buffered, &ask, 1<<40)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		var missing []string
		switch {
		case ask.Vault != nil:
			debug.SetMemoryLimit(ask.Limits.Memory * 3 / 4)
			ballast = make([]byte, min(idleHeap, ask.Limits.Memory/32))
			missing = ask.Vault.shut(ask.Limits.Memory)
			shut = true
		case !shut:
			return errors.New("the first request does not say what this process may do")
		}
		reply, body := do.one(content, ask)
		reply.Missing = missing
		if err := writeFrame(out, reply, body); err != nil {
			return fmt.Errorf("write answer: %w", err)
		}
	}
}

// one answers one request; a panic is a fault of that document.
func (do engines) one(content []byte, ask request) (reply answer, body []byte) {
	defer func() {
		if cause := recover(); cause != nil {
			body = nil
			reply = answer{Fault: toWire(fault.New(fault.ClassPermanent, pdf.KindCrashed, "the reader failed on this document: %v", cause))}
		}
		reply.Used = memoryReport{Heap: heapHeld()}
	}()
	if ask.Draw != nil {
		body, perInch, err := do.draw(context.Background(), content, ask.Draw.Page, ask.Draw.PerInch, ask.Options)
		return answerOf(answer{PerInch: perInch}, body, err, ask.Limits.Output)
	}
	if ask.MediaType != "" {
		return readAs(content, ask)
	}
	reading, err := do.read(context.Background(), content, ask.Limits.Limits, ask.Options)
	if err != nil {
		return answerOf(answer{Total: reading.Pages}, nil, err, 0)
	}
	body, err = layout.Encode(reading.Document)
	return answerOf(answer{Summary: summarise(reading.Document), Total: reading.Pages}, body, err, ask.Limits.Output)
}

// heapHeld returns how many bytes of heap this process holds: in use, and free but not given back. Unlike runtime.ReadMemStats
// it does not stop the world, which took 20 µs for each document.
func heapHeld() (sum uint64) {
	parts := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(parts)
	for _, p := range parts {
		sum += p.Value.Uint64()
	}
	return sum
}

// answerOf makes the answer of an outcome.
func answerOf(reply answer, body []byte, err error, limit int64) (answer, []byte) {
	switch {
	case errors.Is(err, reader.ErrNotCompiled):
		return answer{Compile: true}, nil
	case err != nil:
		return answer{Total: reply.Total, Fault: toWire(err)}, nil
	case int64(len(body)) > limit:
		err := fault.New(fault.ClassPermanent, pdf.KindTooLarge, "what was read of the document takes %d bytes; the limit is %d", len(body), limit)
		return answer{Fault: toWire(err)}, nil
	}
	return reply, body
}

// leaveWithParent ends the process when its parent is gone, for platforms whose kernel does not see to it.
func leaveWithParent(parent int) {
	for range time.Tick(500 * time.Millisecond) {
		if os.Getppid() != parent {
			os.Exit(1)
		}
	}
}
