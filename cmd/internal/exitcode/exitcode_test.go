package exitcode_test

import (
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
)

func TestStrongest(t *testing.T) {
	cases := []struct {
		codes []exitcode.Code
		want  exitcode.Code
	}{
		{nil, exitcode.Done},
		{[]exitcode.Code{0, 3}, exitcode.Available},
		{[]exitcode.Code{3, 10}, exitcode.Restart},
		{[]exitcode.Code{10, 7, 8}, exitcode.Unconfirmed},
		{[]exitcode.Code{8, 6}, exitcode.Busy},
		{[]exitcode.Code{6, 9}, exitcode.NotAdmin},
		{[]exitcode.Code{9, 1}, exitcode.Failed},
		{[]exitcode.Code{1, 5}, exitcode.RolledBack},
		{[]exitcode.Code{5, 4}, exitcode.Refused},
		{[]exitcode.Code{4, 130}, exitcode.Interrupted},
		{[]exitcode.Code{2}, exitcode.Usage},
	}
	for _, c := range cases {
		if got := exitcode.Strongest(c.codes...); got != c.want {
			t.Errorf("%v: %d, want %d", c.codes, got, c.want)
		}
	}
}

func TestScheduled(t *testing.T) {
	for c := range exitcode.Interrupted + 1 {
		want := c
		if c == 3 || c == 7 || c == 10 {
			want = 0
		}
		if got := c.Scheduled(); got != want {
			t.Errorf("%d: %d, want %d", c, got, want)
		}
	}
}
