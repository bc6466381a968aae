package power

import (
	"testing"
	"testing/fstest"
)

func TestOfWindows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                string
		line, flag, percent byte
		want                State
	}{
		{"desktop", 1, 128, 255, State{Source: Mains}},
		{"desktop that does not know its line", 255, 128, 255, State{Source: Mains}},
		{"notebook at the socket, empty", 1, 8, 3, State{Source: Mains}},
		{"notebook on battery", 0, 1, 82, State{Battery, 82}},
		{"notebook on battery, critical", 0, 4, 2, State{Battery, 2}},
		{"on battery, charge unknown", 0, 255, 255, State{}},
		{"nothing known", 255, 255, 255, State{}},
	} {
		if got := ofWindows(c.line, c.flag, c.percent); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestOfLinux(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		files map[string]string
		want  State
	}{
		{"desktop", nil, State{Source: Mains}},
		{"at the socket", map[string]string{"AC/type": "Mains", "AC/online": "1\n", "BAT0/type": "Battery", "BAT0/status": "Charging", "BAT0/capacity": "5"}, State{Source: Mains}},
		{"on battery", map[string]string{"AC/type": "Mains", "AC/online": "0\n", "BAT0/type": "Battery", "BAT0/status": "Discharging\n", "BAT0/capacity": "41\n"}, State{Battery, 41}},
		{"two batteries", map[string]string{"BAT0/type": "Battery", "BAT0/status": "Discharging", "BAT0/capacity": "10", "BAT1/type": "Battery", "BAT1/status": "Unknown", "BAT1/capacity": "90"}, State{Battery, 50}},
		{"a mouse", map[string]string{"m/type": "Battery", "m/scope": "Device", "m/status": "Discharging", "m/capacity": "9"}, State{Source: Mains}},
		{"charge unknown", map[string]string{"BAT0/type": "Battery", "BAT0/status": "Discharging"}, State{}},
		{"charge nonsense", map[string]string{"BAT0/type": "Battery", "BAT0/status": "Discharging", "BAT0/capacity": "900"}, State{}},
	} {
		supplies := fstest.MapFS{}
		for name, text := range c.files {
			supplies[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := ofLinux(supplies); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Nothing to assert but that the system can be asked: what it says is its own.
func TestRead(t *testing.T) {
	t.Parallel()
	if got := Read(); got.Percent < 0 || got.Percent > 100 {
		t.Errorf("%+v", got)
	}
}
