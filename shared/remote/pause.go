package remote

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxPause bounds how long an API's word is taken for when to ask again: a wrong clock must not stop a stage for a year.
const maxPause = 10 * time.Minute

// pause remembers until when an API wants to be left alone. It is safe for concurrent use.
type pause struct {
	now func() time.Time

	mu    sync.Mutex
	until time.Time
}

// note takes a Retry-After header, in either of its forms; anything else is no wish.
func (p *pause) note(h http.Header) {
	said := strings.TrimSpace(h.Get("Retry-After"))
	var wait time.Duration
	if seconds, err := strconv.ParseUint(said, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(said); err == nil {
		wait = at.Sub(p.now())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.now().Add(min(wait, maxPause)); wait > 0 && until.After(p.until) {
		p.until = until
	}
}

// left returns how long the API still wants to be left alone; 0 for not at all.
func (p *pause) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, p.until.Sub(p.now()))
}
