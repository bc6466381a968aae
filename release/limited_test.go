package release

import (
	"errors"
	"testing"
)

// pickyHost does not take every package.
type pickyHost struct {
	*plainHost
	asked []Package
}

var errPicky = errors.New("too large for this host")

func (h *pickyHost) Accepts(all []Package) error {
	h.asked = all
	return errPicky
}

// TestPublishAsksFirst: what a host will not take is known before anything is
// sent.
func TestPublishAsksFirst(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	h := &pickyHost{plainHost: newHost(t, t.TempDir())}
	if _, err := p.publish(t, h); !errors.Is(err, errPicky) {
		t.Errorf("got %v", err)
	}
	if len(h.asked) == 0 || h.asked[0].Size == 0 || len(h.uploaded) != 0 {
		t.Errorf("asked about %d packages, %v were sent", len(h.asked), h.uploaded)
	}
}
