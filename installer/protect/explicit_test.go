package protect

import "testing"

func TestExplicit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list, own string
		found     bool
	}{
		{"", "", false},
		{"O:BAG:SY", "", false},
		{"D:NO_ACCESS_CONTROL", "", false},
		{"D:", "D:", false},
		{"D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)", "D:", false},
		{"D:AI(A;ID;FA;;;SY)(A;;FR;;;WD)", "D:(A;;FR;;;WD)", true},
		{"O:BAG:SYD:AI(D;;SD;;;BU)(A;OICIID;FA;;;SY)(A;OICI;FA;;;BA)", "D:(D;;SD;;;BU)(A;OICI;FA;;;BA)", true},
		{"D:P(A;;FA;;;BA)", "D:P(A;;FA;;;BA)", true},
		{"D:PAI(A;ID;FA;;;BA)", "D:P", true}, // nothing is handed down, and nothing was set
		{"D:ARAI(XA;ID;FX;;;WD;(@User.Title==\"(PM)\"))(XA;;FX;;;WD;(Exists a))", "D:(XA;;FX;;;WD;(Exists a))", true},
	} {
		own, found := explicit(c.list)
		if own != c.own || found != c.found {
			t.Errorf("%s: %q %v, want %q %v", c.list, own, found, c.own, c.found)
		}
	}
}
