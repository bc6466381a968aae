package native

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
)

// squares measures as if each character were a square, a fifth larger in bold and
// half as large again in a headline; a line is broken anywhere.
func squares(dpi int) measure {
	return func(f font, words string, width int) size {
		em := 10 * dpi / 96
		switch f {
		case strong:
			em = em * 6 / 5
		case headline:
			em = em * 3 / 2
		}
		var s size
		for line := range strings.SplitSeq(words, "\n") {
			w := utf8.RuneCountInString(line) * em
			rows := 1
			if width > 0 && w > width {
				per := max(width/em, 1)
				rows = (utf8.RuneCountInString(line) + per - 1) / per
				w = per * em
			}
			s.w, s.h = max(s.w, w), s.h+rows*em*2
		}
		return s
	}
}

func shortView() window.View {
	return window.View{Title: "アップデートの確認", Mood: window.Working, Headline: "確認しています…",
		Progress: &window.Progress{Percent: -1, Text: "確認しています…"},
		Buttons:  []window.Button{{Action: window.Close, Label: "閉じる(&C)", Enabled: true}}}
}

func fullView() window.View {
	lines := []window.Line{{Label: "ご利用中のバージョン", Value: "2.1.0"}, {Label: "TLS 1.2対応版", Value: "2.2.0"}, {Label: "最新のバージョン", Value: "2.3.0"},
		{Label: "更新内容", Value: strings.Repeat("https://example.jp/", 12)}, {Label: "", Value: "行だけ"}, {Label: "ラベルだけ", Value: ""}, {Label: strings.Repeat("長いラベル", 20), Value: "値"}}
	v := window.View{Title: "アップデートの確認", Mood: window.Trouble, Headline: strings.Repeat("更新が必要です。", 6),
		Progress: &window.Progress{Percent: 42, Text: "インストールしています。電源を切らないでください。", Left: "残り約1分30秒"},
		Details:  []string{strings.Repeat("原因と対処方法。", 20), "二つ目の段落。\n次の行。", ""},
	}
	for i := range 4 {
		v.Products = append(v.Products, window.Product{Name: fmt.Sprint("取込送信システム", i), Lines: lines, Next: strings.Repeat("次にすること。", 12)})
	}
	for _, a := range []window.Action{window.Update, window.Later, window.Fix, window.SaveReport, window.Check, window.Close} {
		v.Buttons = append(v.Buttons, window.Button{Action: a, Label: "診断結果を保存する(&S)", Enabled: true})
	}
	return v
}

func TestNothingOverlapsAndAllIsInside(t *testing.T) {
	views := map[string]window.View{"empty": {}, "short": shortView(), "full": fullView()}
	few := fullView()
	few.Products, few.Buttons = few.Products[:1], few.Buttons[:3]
	views["one product"] = few
	endless := shortView()
	endless.Headline, endless.Buttons[0].Label = strings.Repeat("長", 500), strings.Repeat("長", 80)
	endless.Progress.Left = strings.Repeat("長", 80)
	views["endless words"] = endless
	rooms := map[string]size{"1024x768": {1024, 700}, "1280x720": {1274, 640}, "1366x768": {1366, 690}, "4K": {3840, 2050}}
	for name, v := range views {
		for room, r := range rooms {
			for _, percent := range []int{100, 125, 150, 175, 200, 225, 250} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, room, percent), func(t *testing.T) {
					dpi := 96 * percent / 100
					s := screen{dpi: dpi, room: r, scrollbar: s(dpi, 17)}
					p := layout(v, s, squares(dpi))
					checkPlan(t, v, s, p)
				})
			}
		}
	}
}

func s(dpi, n int) int { return screen{dpi: dpi}.px(n) }

func checkPlan(t *testing.T, v window.View, s screen, p plan) {
	t.Helper()
	content := rect{0, 0, p.pane.w, max(p.content, p.pane.h)}
	if p.content > p.pane.h {
		content.w -= s.scrollbar
	}
	content.w -= s.px(margin)
	client := rect{0, 0, p.size.w, p.size.h}
	apart(t, content, p.inside)
	apart(t, client, append(append([]part{{key: "pane", at: p.pane}}, p.below...), p.buttons...))
	apart(t, client, []part{{key: "pane", at: p.pane}, {key: "band", at: p.band}})
	if p.size.w > s.room.w {
		t.Errorf("%d wide, in %d", p.size.w, s.room.w)
	}
	if spare := s.px(leastPane); p.size.h > s.room.h && p.pane.h > spare {
		t.Errorf("%d high, in %d, with a pane of %d", p.size.h, s.room.h, p.pane.h)
	}
	for _, b := range p.buttons {
		if !within(p.band, b.at) {
			t.Errorf("button %s %v is not on the band %v", b.key, b.at, p.band)
		}
	}
	if len(p.buttons) != len(v.Buttons) {
		t.Errorf("%d of %d buttons", len(p.buttons), len(v.Buttons))
	}
	keys := map[string]bool{}
	for _, q := range append(append(append([]part{}, p.inside...), p.below...), p.buttons...) {
		if keys[q.key] {
			t.Errorf("two parts %q", q.key)
		}
		keys[q.key] = true
		if q.kind == text && q.at.h < squares(s.dpi)(q.font, q.text, q.at.w).h {
			t.Errorf("%q is cut: %v", q.key, q.at)
		}
	}
}

func apart(t *testing.T, whole rect, parts []part) {
	t.Helper()
	for i, a := range parts {
		if !within(whole, a.at) {
			t.Errorf("%s %v is not inside %v", a.key, a.at, whole)
		}
		for _, b := range parts[:i] {
			if a.at.x < b.at.right() && b.at.x < a.at.right() && a.at.y < b.at.bottom() && b.at.y < a.at.bottom() {
				t.Errorf("%s %v is over %s %v", a.key, a.at, b.key, b.at)
			}
		}
	}
}

func within(whole, r rect) bool {
	return r.w >= 0 && r.h >= 0 && r.x >= whole.x && r.y >= whole.y && r.right() <= whole.right() && r.bottom() <= whole.bottom()
}

func TestTheScaleChangesSizesAndNothingElse(t *testing.T) {
	v := fullView()
	room := size{10000, 10000}
	once := layout(v, screen{dpi: 96, room: room}, squares(96))
	twice := layout(v, screen{dpi: 192, room: room}, squares(192))
	if twice.size != (size{2 * once.size.w, 2 * once.size.h}) {
		t.Errorf("%v at 100 %%, %v at 200 %%", once.size, twice.size)
	}
	for i, p := range once.inside {
		if got := twice.inside[i].at; got != (rect{2 * p.at.x, 2 * p.at.y, 2 * p.at.w, 2 * p.at.h}) {
			t.Errorf("%s: %v and %v", p.key, p.at, got)
		}
	}
}

func TestTheWindowDoesNotShrink(t *testing.T) {
	room := size{1366, 690}
	high := layout(fullView(), screen{dpi: 96, room: room}, squares(96)).size.h
	p := layout(shortView(), screen{dpi: 96, room: room, least: high}, squares(96))
	if p.size.h != high {
		t.Errorf("%d high after %d", p.size.h, high)
	}
	small := layout(shortView(), screen{dpi: 96, room: size{1366, 400}, least: high}, squares(96))
	if small.size.h != 400 {
		t.Errorf("%d high on a screen of 400", small.size.h)
	}
}

func TestALineStandsBesideTheMiddleOfItsSign(t *testing.T) {
	p := layout(shortView(), screen{dpi: 96, room: size{1366, 690}}, squares(96))
	sign, head := p.inside[0].at, p.inside[1].at
	if 2*sign.y+sign.h != 2*head.y+head.h {
		t.Errorf("the sign at %v, the headline at %v", sign, head)
	}
}

func TestProgressStaysInSight(t *testing.T) {
	v := fullView()
	v.Buttons = v.Buttons[:3]
	p := layout(v, screen{dpi: 96, room: size{1024, 600}, scrollbar: 17}, squares(96))
	if p.content <= p.pane.h {
		t.Fatal("everything is in sight: the test is about nothing")
	}
	if p.size.h > 600 || len(p.below) != 3 {
		t.Errorf("%d high, with %d parts of progress", p.size.h, len(p.below))
	}
}

func TestShown(t *testing.T) {
	for label, want := range map[string]string{"今すぐ更新する(&U)": "今すぐ更新する(U)", "&window.Close": "window.Close", "A && B": "A & B", "&&&A": "&A", "": ""} {
		if got := shown(label); got != want {
			t.Errorf("%q: %q, want %q", label, got, want)
		}
	}
}
