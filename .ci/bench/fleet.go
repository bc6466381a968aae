package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/koshin-updater/koshin/updater/schedule"
)

// fleetSize is the PCs of a publisher who has them all.
const fleetSize = 1_000_000

// What the cost of a month is reckoned with. The prices are assumptions to be
// replaced by one's own contract: a large CDN's list price for Japan, data in steps
// as on its public page, requests as that page had them for https.
const (
	workdays       = 21
	runsADay       = 3
	packageMB      = 10.0
	perTenThousand = 0.0120 // US dollars, https requests
)

// priceStep is a price for so many TB of a month.
type priceStep struct{ tb, perGB float64 }

func dataPrices() []priceStep {
	return []priceStep{{10, 0.114}, {40, 0.089}, {100, 0.086}, {350, 0.084}, {524, 0.080}, {4000, 0.070}, {1e9, 0.060}}
}

// dataPrice is what so many GB of a month cost.
func dataPrice(gb float64) (dollars float64) {
	for _, step := range dataPrices() {
		part := min(gb, step.tb*1000)
		dollars += part * step.perGB
		gb -= part
	}
	return dollars
}

// fleet reckons what a million PCs cost in a month, from what was counted, and
// what they ask for in one second.
func (b *measurement) fleet(_ context.Context, out io.Writer) error {
	quiet, renewed, release := b.seen.days[quietDay], b.seen.days[renewedDay], b.seen.days[releaseDay]
	if release.requests == 0 || b.seen.checks == 0 {
		return fmt.Errorf("it reckons with what daily and load measure: run them too")
	}
	fmt.Fprintf(out, "\n## %d PCs for a month\n\nReckoned, not measured: the counts above, %d working days, %d runs a day, one of them after a renewed timestamp, and as many\n"+
		"releases as the line says, of a package of %.0f MB. Prices are assumptions, for one's own contract to replace: a large CDN's list for\nJapan, %.4f US dollars for 10,000 https requests and from %.3f down to %.3f a GB. "+
		"Bytes are those that the host sends, with TLS.\n\n`cost = requests / 10000 × price + steps(GB)`, `requests = PCs × (days × (runs − 1) × quiet + (days − releases) × renewed + releases × release)`,\nthe bytes likewise.\n\n",
		fleetSize, workdays, runsADay, packageMB, perTenThousand, dataPrices()[0].perGB, dataPrices()[6].perGB)
	fmt.Fprintln(out, "| releases in the month | requests, millions | TB | for requests, $ | for data, $ | a PC and month, $ |")
	fmt.Fprintln(out, "| ---: | ---: | ---: | ---: | ---: | ---: |")
	for releases := range 3 {
		ask := func(of func(day) int64) float64 {
			one := workdays*(runsADay-1)*of(quiet) + int64(workdays-releases)*of(renewed) + int64(releases)*of(release)
			return float64(one) * fleetSize
		}
		requests, gb := ask(func(d day) int64 { return d.requests }), ask(func(d day) int64 { return d.wire })/1e9
		money := requests / 10_000 * perTenThousand
		fmt.Fprintf(out, "| %d | %.0f | %.1f | %.0f | %.0f | %.5f |\n", releases, requests/1e6, gb/1000, money, dataPrice(gb), (money+dataPrice(gb))/fleetSize)
	}
	b.peak(out)
	return nil
}

// peak draws the second in which each PC begins, and counts the fullest one.
func (b *measurement) peak(out io.Writer) {
	fmt.Fprintf(out, "\n### The fullest second\n\n%d PCs that are all switched on by nine. Each draws its moment within %s (`schedule.Moment`); beside it a minute\n"+
		"without a draw, in which clocks alone scatter them. A core is the one measured above.\n\n", fleetSize, schedule.Within)
	fmt.Fprintln(out, "| | checks in the fullest second | on average | cores of the host above that it takes |\n| --- | ---: | ---: | ---: |")
	for _, way := range []struct {
		what   string
		within time.Duration
	}{{"drawn from " + schedule.Within.String(), schedule.Within}, {"within a minute", time.Minute}} {
		seconds := make([]int, int(way.within.Seconds()))
		r := rand.New(rand.NewPCG(2021, 4))
		for range fleetSize {
			seconds[int(schedule.Moment(way.within, r.Float64()).Seconds())]++
		}
		fullest := 0
		for _, n := range seconds {
			fullest = max(fullest, n)
		}
		fmt.Fprintf(out, "| %s | %d | %.0f | %.2f |\n", way.what, fullest, fleetSize/way.within.Seconds(), float64(fullest)/b.seen.checks)
	}
}
