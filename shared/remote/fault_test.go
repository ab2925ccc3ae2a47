package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
)

const good = `{"model":"doctype/3","results":[{"label":"invoice","confidence":0.9}]}`

func TestWhatAnAPIDoesDecidesWhatBecomesOfTheDocument(t *testing.T) {
	huge := `{"results":[{"label":"` + strings.Repeat("x", maxAnswer) + `"}]}`
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		class  fault.Class
		kind   string
		shows  string // in the error
	}{
		{"503", says(503, "text/plain", "busy"), fault.ClassDependencyDown, "model", "503"},
		{"500", says(500, "text/plain", "oops"), fault.ClassDependencyDown, "model", "500"},
		{"502", says(502, "text/html", "<html>"), fault.ClassDependencyDown, "model", "502"},
		{"429", says(429, "application/json", `{}`), fault.ClassDependencyDown, "model", "429"},
		{"408", says(408, "application/json", `{}`), fault.ClassDependencyDown, "model", "408"},
		{"400", says(400, "application/json", `{"error":"too many tokens"}`), fault.ClassPermanent, KindRefused, "too many tokens"},
		{"401", says(401, "text/plain", "who are you"), fault.ClassDependencyDown, "model", "does not accept the key"},
		{"403", says(403, "text/plain", "not this text"), fault.ClassPermanent, KindRefused, "403"},
		{"204", says(204, "application/json", ""), fault.ClassTransient, KindAnswer, "204"},
		{"a wrong content type", says(200, "text/html", good), fault.ClassTransient, KindAnswer, "content type"},
		{"no JSON", saysJSON(`I think it is an invoice`), fault.ClassTransient, KindAnswer, "I think it is an invoice"},
		{"half of the JSON", saysJSON(good[:30]), fault.ClassTransient, KindAnswer, "not JSON"},
		{"nothing", saysJSON(""), fault.ClassTransient, KindAnswer, "empty"},
		{"JSON and more", saysJSON(good + good), fault.ClassTransient, KindAnswer, "not JSON"},
		{"a huge body", saysJSON(huge), fault.ClassTransient, KindAnswer, "larger than"},
		{"a body without end", endless, fault.ClassTransient, KindAnswer, "larger than"},
		{"an unknown label", saysJSON(`{"results":[{"label":"poem","confidence":1}]}`), fault.ClassTransient, KindAnswer, "poem"},
		{"no label", saysJSON(`{"results":[{"confidence":1}]}`), fault.ClassTransient, KindAnswer, "no label"},
		{"no confidence", saysJSON(`{"results":[{"label":"invoice"}]}`), fault.ClassTransient, KindAnswer, "no confidence"},
		{"a confidence of 7", saysJSON(`{"results":[{"label":"invoice","confidence":7}]}`), fault.ClassTransient, KindAnswer, "between 0 and 1"},
		{"a wrong shape", saysJSON(`{"results":"invoice"}`), fault.ClassTransient, KindAnswer, "wrong shape"},
		{"null", saysJSON(`null`), fault.ClassTransient, KindAnswer, "no results"},
		{"a null result", saysJSON(`{"results":[null]}`), fault.ClassTransient, KindAnswer, "no label"},
		{"two results for one", saysJSON(`{"results":[{"label":"invoice","confidence":1},{"label":"invoice","confidence":1}]}`), fault.ClassTransient, KindAnswer, "2 results for 1"},
		{"a connection that is cut in the answer", cut, fault.ClassDependencyDown, "model", "does not answer"},
		{"a header of a megabyte", says(200, "application/json", good, "X-Long", strings.Repeat("x", 1<<20)), fault.ClassDependencyDown, "model", "does not answer"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newAPI(t, tc.answer)
			err := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), one("d"))[0].Err
			if err == nil || fault.ClassOf(err) != tc.class || fault.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.shows) {
				t.Errorf("got %.300v (%v, %q)", err, fault.ClassOf(err), fault.KindOf(err))
			}
			if len(err.Error()) > 4<<10 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			if a.asked.Load() != 1 {
				t.Errorf("asked %d times", a.asked.Load())
			}
		})
	}
}

// endless sends more than will be read, and never ends.
func endless(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, strings.Repeat(" ", maxAnswer+64<<10))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// cut promises more than it sends and closes the connection.
func cut(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(good)))
	_, _ = io.WriteString(w, good[:20])
}

func TestAnAPIThatIsNotThereIsDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	l.Close()
	for _, url := range []string{nobody, "http://model.invalid"} {
		c := classifier(t, settings(HTTP, url))
		if err := c.Classify(t.Context(), one("d"))[0].Err; fault.ClassOf(err) != fault.ClassDependencyDown || fault.KindOf(err) != "model" {
			t.Errorf("%s: got %v", url, err)
		}
		if err := c.Ready(t.Context()); fault.ClassOf(err) != fault.ClassDependencyDown {
			t.Errorf("%s is ready: %v", url, err)
		}
	}
}

func TestAnAPIThatHangsOrDripsIsDownAfterTheTimeLimit(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"hangs": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
		"drips": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				select {
				case <-tick.C:
				case <-r.Context().Done():
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings(HTTP, newAPI(t, answer).URL)
			s.Timeout = 100 * time.Millisecond
			err := classifier(t, s).Classify(t.Context(), one("d"))[0].Err
			if fault.ClassOf(err) != fault.ClassDependencyDown || !strings.Contains(err.Error(), "time limit") {
				t.Errorf("got %v (%v)", err, fault.ClassOf(err))
			}
		})
	}
}

func TestAShutdownIsNoFaultOfTheAPI(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	a := newAPI(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		stop()
		<-r.Context().Done()
	})
	if err := classifier(t, settings(HTTP, a.URL)).Classify(ctx, one("d"))[0].Err; fault.ClassOf(err) != fault.ClassInterrupted {
		t.Errorf("got %v (%v)", err, fault.ClassOf(err))
	}
}

func TestTheStagesOwnTimeLimitIsNotHeldAgainstTheDocument(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	a := newAPI(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	c := classifier(t, settings(HTTP, a.URL))
	for range 2 { // while it is asked, and before
		err := c.Classify(ctx, one("d"))[0].Err
		if fault.ClassOf(err) != fault.ClassDependencyDown || errors.As(err, new(*suspect)) {
			t.Errorf("got %v (%v)", err, fault.ClassOf(err))
		}
	}
}

func TestRetryAfterIsRespected(t *testing.T) {
	for name, header := range map[string]func() string{
		"seconds": func() string { return "120" },
		"date":    func() string { return time.Now().Add(2 * time.Minute).UTC().Format(http.TimeFormat) },
	} {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				a := newAPI(t, says(status, "text/plain", "later", "Retry-After", header()))
				c := classifier(t, settings(HTTP, a.URL))
				if err := c.Classify(t.Context(), one("d"))[0].Err; fault.ClassOf(err) != fault.ClassDependencyDown {
					t.Fatalf("got %v", err)
				}
				a.set(saysJSON(good))
				if err := c.Ready(t.Context()); fault.ClassOf(err) != fault.ClassDependencyDown || !strings.Contains(err.Error(), "left alone") {
					t.Errorf("ready within the time: %v", err)
				}
				if err := c.Classify(t.Context(), one("d"))[0].Err; fault.ClassOf(err) != fault.ClassDependencyDown {
					t.Errorf("answered within the time: %v", err)
				}
				if a.asked.Load() != 1 || a.probed.Load() != 0 {
					t.Errorf("asked %d and probed %d times within the time", a.asked.Load(), a.probed.Load())
				}
				c.client.pause.now = func() time.Time { return time.Now().Add(121 * time.Second) }
				if err := c.Ready(t.Context()); err != nil {
					t.Errorf("not ready after the time: %v", err)
				}
				if got := c.Classify(t.Context(), one("d"))[0]; got.Err != nil || got.Class.Label != "invoice" {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

func TestRetryAfterIsBounded(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"5": 5 * time.Second, "0": 0, "-5": 0, "soon": 0, "": 0, "99999999999999999999": 0, "2000000000": maxPause,
		"Fri, 01 Jan 2100 00:00:00 GMT": maxPause, "Mon, 01 Jan 1990 00:00:00 GMT": 0,
	} {
		at := time.Now()
		p := &pause{now: func() time.Time { return at }}
		p.note(http.Header{"Retry-After": {said}})
		if got := p.left(); got != want {
			t.Errorf("%q: %v, want %v", said, got, want)
		}
	}
}

func TestTheProbeTakesAnyAnswerButThatOfABrokenAPI(t *testing.T) {
	for status, ready := range map[int]bool{200: true, 404: true, 405: true, 401: true, 501: true, 500: false, 503: false, 429: false, 408: false} {
		a := newAPI(t, says(status, "text/plain", strings.Repeat("x", 10_000)))
		if err := classifier(t, settings(HTTP, a.URL)).Ready(t.Context()); (err == nil) != ready {
			t.Errorf("status %d: %v", status, err)
		}
	}
	locked := newAPI(t, says(401, "text/plain", "who are you"))
	stranger := classifier(t, settings(HTTP, locked.URL))
	_ = stranger.Classify(t.Context(), one("d"))
	if err := stranger.Ready(t.Context()); fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("an API that knows the key neither for a document nor for the probe is ready: %v", err)
	}
	a := newAPI(t, says(503, "text/plain", "", "Retry-After", "60"))
	c := classifier(t, settings(HTTP, a.URL))
	_, _ = c.Ready(t.Context()), c.Ready(t.Context())
	if a.probed.Load() != 1 {
		t.Errorf("the probe does not respect its own Retry-After: asked %d times", a.probed.Load())
	}
}

func TestRedirectsToOtherHostsAreRefused(t *testing.T) {
	stranger := newAPI(t, saysJSON(good))
	for _, status := range []int{301, 302, 303, 307, 308} {
		a := newAPI(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, stranger.URL, status) })
		s := settings(HTTP, a.URL)
		s.Key = "secret"
		err := classifier(t, s).Classify(t.Context(), one("d"))[0].Err
		if fault.ClassOf(err) != fault.ClassDependencyDown || !errors.Is(err, errRedirect) {
			t.Errorf("%d: got %v (%v)", status, err, fault.ClassOf(err))
		}
	}
	if n := stranger.asked.Load() + stranger.probed.Load(); n != 0 {
		t.Errorf("a stranger was sent %d requests", n)
	}
	a := newAPI(t, nil)
	a.set(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/new", http.StatusTemporaryRedirect)
			return
		}
		saysJSON(good)(w, r)
	})
	if err := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), one("d"))[0].Err; err != nil {
		t.Errorf("a redirect within the host: %v", err)
	}
	a.set(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/new", http.StatusFound)
			return
		}
		saysJSON(good)(w, r)
	})
	if err := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), one("d"))[0].Err; fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("a redirect that drops the document: %v", err)
	}
	a.set(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/again", http.StatusTemporaryRedirect)
	})
	if err := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), one("d"))[0].Err; fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("redirects for ever: %v", err)
	}
}

func TestADocumentThatTheAPICannotDigestIsNotTriedForEver(t *testing.T) {
	a := newAPI(t, echo(nil))
	inner := saysJSON(good)
	a.set(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "poison") {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		inner(w, r)
	})
	c := classifier(t, settings(HTTP, a.URL))
	for range 10 { // the API is down, as far as one can see
		if err := c.Classify(t.Context(), one("poison"))[0].Err; fault.ClassOf(err) != fault.ClassDependencyDown {
			t.Fatalf("got %v", err)
		}
	}
	var err error
	for range maxBlame {
		if err := c.Classify(t.Context(), one("other"))[0].Err; err != nil {
			t.Fatal(err)
		}
		err = c.Classify(t.Context(), one("poison"))[0].Err
	}
	if fault.ClassOf(err) != fault.ClassTransient || fault.KindOf(err) != KindFails {
		t.Errorf("got %v (%v)", err, fault.ClassOf(err))
	}
}

func TestA500AndThenAnAnswerIsAnAnswer(t *testing.T) {
	a := newAPI(t, says(500, "text/plain", "oops"))
	c := classifier(t, settings(HTTP, a.URL))
	if err := c.Classify(t.Context(), one("d"))[0].Err; fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Fatalf("got %v", err)
	}
	a.set(saysJSON(good))
	if got := c.Classify(t.Context(), one("d"))[0]; got.Err != nil || got.Class.Label != "invoice" || got.Model != "http:doctype/3" {
		t.Errorf("got %+v", got)
	}
}

func TestErrorsAndLogsShowNoSecretsAndLogsNoAnswer(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"refused": says(400, "text/plain", "cannot read CONTENT"), "nonsense": saysJSON("CONTENT"), "down": says(503, "text/plain", "CONTENT"),
		"cut": cut, "hangs": func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, answer)
			s := settings(HTTP, a.URL+"/?token=SECRET")
			s.Key, s.Timeout = "SECRET", 200*time.Millisecond
			err := classifier(t, s).Classify(t.Context(), one("d"))[0].Err
			var log strings.Builder
			slog.New(slog.NewJSONHandler(&log, nil)).Warn("failed", "error", err)
			if strings.Contains(err.Error()+log.String(), "SECRET") {
				t.Errorf("shows the secret: %v", err)
			}
			if strings.Contains(log.String(), "CONTENT") {
				t.Errorf("the log shows the answer: %s", log.String())
			}
			if (name == "refused" || name == "nonsense") && !strings.Contains(err.Error(), "CONTENT") {
				t.Errorf("the answer is not kept: %v", err)
			}
		})
	}
}

func TestNoMoreRequestsAtOnceThanAllowed(t *testing.T) {
	arrived, release := make(chan struct{}, 10), make(chan struct{})
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		saysJSON(good)(w, r)
	})
	c := classifier(t, settings(HTTP, a.URL)) // two at once
	done := make(chan error, 5)
	for i := range 5 {
		go func() { done <- c.Classify(t.Context(), one(fmt.Sprint(i)))[0].Err }()
	}
	<-arrived
	<-arrived
	if n := len(c.client.slots); n != 2 {
		t.Errorf("%d requests are out", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Classify(ctx, one("late"))[0].Err; fault.ClassOf(err) != fault.ClassInterrupted {
		t.Errorf("who waits for a slot does not see the shutdown: %v", err)
	}
	if len(arrived) != 0 {
		t.Error("a third request was sent")
	}
	close(release)
	for range 5 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
