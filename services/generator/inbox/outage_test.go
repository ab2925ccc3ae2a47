package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/fault"
)

func TestBrokerDownThenUp(t *testing.T) {
	quiet(t, 0, func(d *desk, x *inbox.Inbox) {
		d.broker(errBroker)
		for _, name := range []string{"1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf", "6.pdf", "7.pdf", "8.pdf", "9.pdf"} {
			d.drop(name, pdf)
		}
		d.drop("bad.pdf", "not a PDF")
		time.Sleep(time.Hour)
		synctest.Wait()
		if err := x.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("Ready = %v, want the broker's error", err)
		}
		if n := strings.Count(d.log.String(), "the inbox waits"); n != 1 {
			t.Errorf("said %d times that it waits, want once", n)
		}
		d.wantOnly("archive")
		d.broker(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		d.wantOnly("archive", "1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf", "6.pdf", "7.pdf", "8.pdf", "9.pdf")
		d.wantOnly("rejected", "bad.pdf", "bad.pdf.reason.txt")
		if n := len(d.arrivals()); n != 9 {
			t.Errorf("%d arrivals, want 9", n)
		}
		if err := x.Ready(t.Context()); err != nil {
			t.Errorf("not ready: %v", err)
		}
	})
}

// TestALongOutageIsOverWhenItIsOver is about a broker that falls silent: every worker waits for its confirm, and so does the look
// that has more files for them. Afterwards the inbox goes on at once, however long that took.
func TestALongOutageIsOverWhenItIsOver(t *testing.T) {
	quiet(t, 0, func(d *desk, _ *inbox.Inbox) {
		over := time.Now().Add(time.Hour)
		d.silent(over)
		var names []string
		for i := range 40 {
			names = append(names, fmt.Sprintf("%02d.pdf", i))
			d.drop(names[i], pdf)
		}
		time.Sleep(time.Until(over) + 10*time.Second)
		d.drop("late.pdf", pdf)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		d.wantOnly("archive", append(names, "late.pdf")...)
	})
}

func TestOneFileThatFailsDoesNotHoldUpTheOthers(t *testing.T) {
	quiet(t, 0, func(d *desk, x *inbox.Inbox) {
		d.broker(errors.New("this one event cannot be encoded"))
		d.drop("odd.pdf", pdf)
		time.Sleep(time.Second)
		synctest.Wait()
		d.broker(nil)
		d.drop("good.pdf", pdf)
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if !slices.Contains(d.archived(), "good.pdf") {
			t.Errorf("archive holds %q", d.archived())
		}
		time.Sleep(inboxLongest)
		synctest.Wait()
		d.wantOnly("archive", "good.pdf", "odd.pdf")
		_ = x
	})
}

const inboxLongest = 11 * time.Minute

func TestFullBlobStore(t *testing.T) {
	d := newDesk(t)
	d.blobs = putFunc(func(context.Context, io.Reader) (blob.Ref, int64, error) {
		return "", 0, fault.DependencyDown("blob", syscall.ENOSPC)
	})
	d.drop("x.pdf", pdf)
	x := d.open()
	d.look(x)
	if err := x.Ready(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Ready = %v, want the store's error", err)
	}
	d.wantOnly("archive")
	d.wantOnly("rejected")
	if s := x.Stats(); s.Held != 1 {
		t.Errorf("stats %+v, want the file held", s)
	}
}

type putFunc func(context.Context, io.Reader) (blob.Ref, int64, error)

func (f putFunc) Put(ctx context.Context, r io.Reader) (blob.Ref, int64, error) { return f(ctx, r) }
