package mend

import (
	"fmt"
	"testing"
)

func TestExplorers(t *testing.T) {
	t.Parallel()
	all := []Process{
		{10, 1, "explorer.exe"}, {20, 10, "msedge.exe"}, {30, 10, "koshin.exe"},
		{40, 10, "IEXPLORE.EXE"}, {41, 40, "iexplore.exe"}, // Internet Explorer and a tab of it
		{50, 20, "iexplore.exe"}, {51, 50, "iexplore.exe"}, // Edge in Internet Explorer mode
		{60, 999, "iexplore.exe"}, // whoever started it is gone
	}
	got := ""
	for _, e := range explorers(all) {
		got += fmt.Sprintf("%d %v; ", e.PID, e.InEdge)
	}
	if want := "40 false; 50 true; 60 false; "; got != want {
		t.Error(got)
	}
	if found := explorers(all[:3]); found != nil {
		t.Error(found)
	}
}
