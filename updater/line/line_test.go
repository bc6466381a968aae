package line

import "testing"

func TestOfWindows(t *testing.T) {
	t.Parallel()
	for cost, want := range map[uint32]Cost{
		0x0:     Unknown, // NLM_CONNECTION_COST_UNKNOWN
		0x1:     Free,
		0x2:     Metered, // a share a month
		0x4:     Metered, // by the byte
		0x10002: Metered, // over it
		0x40001: Metered, // free at home, roaming now
		0x20001: Free,    // congested
		0x80001: Free,    // approaching a limit that costs nothing
	} {
		if got := ofWindows(cost); got != want {
			t.Errorf("%#x: %q, want %q", cost, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	t.Logf("this line: %q", Read())
}
