package request

import (
	"log/slog"
	"slices"
	"sync"

	"github.com/koshin-updater/koshin/manifest"
)

// Bounds of what one run takes on.
const (
	MaxRequests = 32 // accepted ones; a person presses a button a few times
	MaxPasses   = 3  // beside the first; each may take as long as an update
)

// Desk takes the requests of one run. It is for concurrent use.
type Desk struct {
	run      RunID
	products []manifest.ProductID
	log      *slog.Logger
	asked    chan struct{}

	mu      sync.Mutex
	taken   map[ID]bool
	wanted  map[manifest.ProductID]bool // asked for at any time of this run
	waiting map[manifest.ProductID]bool // asked for since its turn began
	passes  int
	closed  bool
}

// NewDesk takes requests for the products that are configured on this PC.
func NewDesk(run RunID, products []manifest.ProductID, log *slog.Logger) *Desk {
	return &Desk{
		run: run, products: products, log: log, asked: make(chan struct{}),
		taken: map[ID]bool{}, wanted: map[manifest.ProductID]bool{}, waiting: map[manifest.ProductID]bool{},
	}
}

// Run is the run's name.
func (d *Desk) Run() RunID { return d.run }

// Take judges a request.
func (d *Desk) Take(r Request) Answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return refused(Ending)
	}
	for _, p := range r.Products {
		if !slices.Contains(d.products, p) {
			return refused(UnknownProduct)
		}
	}
	if d.taken[r.ID] {
		return accepted(d.run)
	}
	if len(d.taken) >= MaxRequests {
		return refused(TooMany)
	}
	if len(d.taken) == 0 {
		close(d.asked)
	}
	d.taken[r.ID] = true
	products := r.Products
	if len(products) == 0 {
		products = d.products
	}
	for _, p := range products {
		d.wanted[p], d.waiting[p] = true, true
	}
	return accepted(d.run)
}

// Asked is closed when the first request is accepted: nobody waits for a moment
// that was drawn then.
func (d *Desk) Asked() <-chan struct{} { return d.asked }

// Wants says whether an operator has asked for this product in this run.
func (d *Desk) Wants(p manifest.ProductID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wanted[p]
}

// Begin says that a product's turn begins: it answers what was asked until now.
func (d *Desk) Begin(p manifest.ProductID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waiting, p)
}

// Next is called when the run has gone over its products: those that were asked
// for too late for their turn. None, and the desk is closed.
func (d *Desk) Next() []manifest.ProductID {
	d.mu.Lock()
	defer d.mu.Unlock()
	var again []manifest.ProductID
	for _, p := range d.products {
		if d.waiting[p] {
			again = append(again, p)
		}
	}
	if len(again) == 0 || d.passes >= MaxPasses {
		d.closed = true
		return nil
	}
	d.passes++
	clear(d.waiting)
	return again
}
