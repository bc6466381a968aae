package messages

import (
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

func TestDay(t *testing.T) {
	for day, want := range map[string][2]string{
		"2021-03-31": {"令和3年3月31日（2021年3月31日）", "31 March 2021"},
		"2019-05-01": {"令和元年5月1日（2019年5月1日）", "1 May 2019"},
		"2019-04-30": {"平成31年4月30日（2019年4月30日）", "30 April 2019"},
		"2020-01-01": {"令和2年1月1日（2020年1月1日）", "1 January 2020"},
		"1989-01-07": {"1989年1月7日", "7 January 1989"},
	} {
		d, err := manifest.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if ja, en := Day(Japanese, d), Day(English, d); ja != want[0] || en != want[1] {
			t.Errorf("%s: %s, %s", day, ja, en)
		}
	}
}

// A moment is Japan's, on whatever clock it was read.
func TestMoment(t *testing.T) {
	at := time.Date(2021, 3, 31, 15, 30, 0, 0, time.UTC)
	if ja, en := Moment(Japanese, at), Moment(English, at); ja != "令和3年4月1日（2021年4月1日）00:30" || en != "1 April 2021 00:30 JST" {
		t.Errorf("%s, %s", ja, en)
	}
}
