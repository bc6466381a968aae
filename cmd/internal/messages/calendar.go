package messages

import (
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// japan is where the days and moments that koshin speaks of are.
var japan = time.FixedZone("JST", 9*60*60) //nolint:gochecknoglobals // a constant in all but syntax

// eras of Japan from the newest, with their first day.
var eras = []struct {
	name  string
	first time.Time
}{
	{"令和", time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC)},
	{"平成", time.Date(1989, 1, 8, 0, 0, 0, 0, time.UTC)},
}

// Day is a date as people write it: in Japanese with the era, which is what the
// notice used, and the western year beside it: 令和3年3月31日（2021年3月31日）.
func Day(language Language, d manifest.Date) string {
	t := d.Time()
	if language != Japanese {
		return t.Format("2 January 2006")
	}
	western := t.Format("2006年1月2日")
	for _, era := range eras {
		if t.Before(era.first) {
			continue
		}
		year := fmt.Sprint(t.Year() - era.first.Year() + 1)
		if year == "1" {
			year = "元"
		}
		return fmt.Sprintf("%s%s年%d月%d日（%s）", era.name, year, t.Month(), t.Day(), western)
	}
	return western
}

// Moment is a day and an hour in Japan.
func Moment(language Language, t time.Time) string {
	t = t.In(japan)
	day := manifest.DateOf(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC))
	if language == Japanese {
		return Day(language, day) + t.Format("15:04")
	}
	return Day(language, day) + t.Format(" 15:04 JST")
}
