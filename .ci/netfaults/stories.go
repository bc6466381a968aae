package main

// stories are the updates: what koshin does with a build depends on what the one
// before it could, and on what the network does meanwhile.
func stories() []story {
	return []story{
		{what: "old build connects, new one connects", from: ready, to: next, set: well(
			updated{outcome: "updated", verdict: confirmed, reason: "connected", stands: next, packages: 1})},
		{what: "only the new build connects", quick: true, from: tooOld, to: ready, set: well(
			updated{outcome: "updated", verdict: confirmed, reason: "connected", stands: ready, packages: 1})},
		{what: "old build connects, new one does not", quick: true, from: ready, to: stillOld, set: goesBack},
		{what: "neither build connects, the host does", from: tooOld, to: stillOld, set: well(
			updated{outcome: "updated", verdict: partial, reason: "old-build-neither", exit: 8, stands: stillOld, packages: 1})},
		{what: "new build crashes when it connects", from: ready, to: crashes, set: well(
			updated{outcome: "rolled-back", verdict: confirmed, reason: "build-broken", exit: 5, stands: ready, packages: 1},
			updated{outcome: "deferred", exit: 7, stands: ready})},
		{what: "new build does not start", from: ready, to: dead, set: well(
			updated{outcome: "failed", exit: 1, stands: ready, packages: 1},
			updated{outcome: "deferred", exit: 7, stands: ready})},
		{what: "line is cut during the update", quick: true, from: ready, to: next, set: cutMeanwhile(next,
			updated{outcome: "up-to-date", verdict: confirmed, reason: "connected", stands: next})},
		{what: "line is cut during the update, and the new build cannot connect", from: ready, to: stillOld, set: cutMeanwhile(stillOld,
			updated{outcome: "rolled-back", verdict: confirmed, reason: "build-cannot-connect", exit: 5, stands: ready},
			updated{outcome: "deferred", exit: 7, stands: ready})},
		{what: "line is cut during the update, and the new build crashes", from: ready, to: crashes, set: cutAndCrashes},
		{what: "line was cut before the update", from: ready, to: next, set: cutBefore("connected")},
		{what: "line was cut before the update, client without self_test", from: ready, to: next, set: func(s *stage) ([]step, error) {
			s.product = append(s.product, "--self-test-program", "")
			return cutBefore("probe-alone")(s)
		}},
		{what: "line comes and goes, build was taken back", from: ready, to: stillOld, set: flaps},
		{what: "line comes and goes, build is good", from: ready, to: next, set: flapsOnGood},
	}
}

// well plays on a host without a fault: the update, then the next nights.
func well(wants ...updated) func(*stage) ([]step, error) {
	return func(s *stage) ([]step, error) {
		host, err := s.healthy()
		s.at(host)
		var steps []step
		for _, want := range wants {
			steps = append(steps, step{when: "the next night", want: want})
		}
		return steps, err
	}
}

// line puts a door before a healthy host.
func (s *stage) line() (d *door, host string, err error) {
	if host, err = s.healthy(); err != nil {
		return nil, "", err
	}
	d, address, err := s.door(host)
	if err == nil {
		d.open(host)
		s.at(address)
	}
	return d, host, err
}

// taken is a build that was found at fault and taken back.
func taken() updated {
	return updated{outcome: "rolled-back", verdict: confirmed, reason: "build-cannot-connect", exit: 5, stands: ready, packages: 1}
}

// heldBack is the night after: the build is not even asked for.
func heldBack() updated { return updated{outcome: "deferred", exit: 7, stands: ready} }

func goesBack(s *stage) ([]step, error) {
	return well(taken(), heldBack())(s)
}

// cutMeanwhile cuts the line between baseline and swap; the last nights have it back.
func cutMeanwhile(build string, afterwards ...updated) func(*stage) ([]step, error) {
	return func(s *stage) ([]step, error) {
		line, host, err := s.line()
		if err != nil {
			return nil, err
		}
		steps := []step{
			{meanwhile: line.shut, want: updated{outcome: "updated", verdict: unreachable, reason: "network-or-host", exit: 8, stands: build, packages: 1}},
			{when: "the next night, still cut", want: updated{outcome: "up-to-date", verdict: unreachable, reason: "network-or-host", exit: 8, stands: build}},
		}
		for n, want := range afterwards {
			one := step{when: "the next night", want: want}
			if n == 0 {
				one.when, one.before = "the next night, line is back", func() { line.open(host) }
			}
			steps = append(steps, one)
		}
		return steps, nil
	}
}

// cutAndCrashes: a build that does not run is at fault whatever the line does.
func cutAndCrashes(s *stage) ([]step, error) {
	line, _, err := s.line()
	if err != nil {
		return nil, err
	}
	return []step{
		{meanwhile: line.shut, want: updated{outcome: "rolled-back", verdict: unreachable, reason: "build-broken", exit: 5, stands: ready, packages: 1}},
		{when: "the next night, still cut", want: heldBack()},
	}, nil
}

func cutBefore(reason string) func(*stage) ([]step, error) {
	return func(s *stage) ([]step, error) {
		line, host, err := s.line()
		if err != nil {
			return nil, err
		}
		return []step{
			{before: line.shut, want: updated{outcome: "updated", verdict: unreachable, reason: "network-or-host", exit: 8, stands: next, packages: 1}},
			{when: "the next night, line is back", before: func() { line.open(host) },
				want: updated{outcome: "up-to-date", verdict: confirmed, reason: reason, stands: next}},
		}, nil
	}
}

// flaps: what was taken back stays taken back, whatever the line does.
func flaps(s *stage) ([]step, error) {
	line, host, err := s.line()
	if err != nil {
		return nil, err
	}
	return []step{
		{want: taken()},
		{when: "the next night, line is cut", before: line.shut, want: heldBack()},
		{when: "the next night, line is back", before: func() { line.open(host) }, want: heldBack()},
		{when: "the next night, line is cut", before: line.shut, want: heldBack()},
	}, nil
}

// flapsOnGood: what was confirmed once is not taken back when the line is cut.
func flapsOnGood(s *stage) ([]step, error) {
	line, host, err := s.line()
	if err != nil {
		return nil, err
	}
	settled := updated{outcome: "up-to-date", stands: next}
	return []step{
		{want: updated{outcome: "updated", verdict: confirmed, reason: "connected", stands: next, packages: 1}},
		{when: "the next night, line is cut", before: line.shut, want: settled},
		{when: "the next night, line is back", before: func() { line.open(host) }, want: settled},
	}, nil
}
