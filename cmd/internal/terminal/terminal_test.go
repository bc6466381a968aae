package terminal_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

func TestTableAlignsJapanese(t *testing.T) {
	var out bytes.Buffer
	terminal.Table(&out, [][]string{{"手順", "結果"}, {"check", "更新が必要"}, {"取込送信", "x"}})
	want := "手順      結果\ncheck     更新が必要\n取込送信  x\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestOnlyAClearYesIsAYes(t *testing.T) {
	for answer, want := range map[string]bool{
		"y\n": true, "Y\n": true, "yes\n": true, "はい\n": true, " y \r\n": true,
		"\n": false, "": false, "n\n": false, "maybe\n": false, "yess\n": false,
	} {
		var talk bytes.Buffer
		s := terminal.Streams{In: strings.NewReader(answer), Err: &talk}
		if got := s.Ask(t.Context(), "更新しますか？"); got != want {
			t.Errorf("%q: %v", answer, got)
		}
		if !strings.HasPrefix(talk.String(), "更新しますか？") {
			t.Errorf("asked %q", talk.String())
		}
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	silent, _ := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if (terminal.Streams{In: silent, Err: io.Discard}).Ask(ctx, "?") {
		t.Error("nobody answered, and it was a yes")
	}
}

func TestProgressWithoutATerminalIsAFewPlainLines(t *testing.T) {
	var talk bytes.Buffer
	p := terminal.NewProgress(terminal.Streams{Err: &talk})
	for done := int64(0); done <= 1000; done++ {
		p.Step("Downloading", done, 1000)
	}
	p.Step("Preparing", 0, 10)
	p.Finish()
	want := "Downloading 0%\nDownloading 25%\nDownloading 50%\nDownloading 75%\nDownloading 100%\nPreparing 0%\n"
	if talk.String() != want {
		t.Errorf("got\n%s", talk.String())
	}
}

func TestProgressOnATerminalIsOneBar(t *testing.T) {
	var talk bytes.Buffer
	p := terminal.NewProgress(terminal.Streams{Err: &talk, CanDraw: true})
	p.Step("Downloading", 0, 1000)
	p.Step("Downloading", 1000, 1000)
	p.Finish()
	if text := talk.String(); !strings.Contains(text, "100%") || strings.Count(text, "\n") != 1 {
		t.Errorf("got %q", text)
	}
}

// Answers that were typed ahead belong to the questions that follow.
func TestAnswersTypedAhead(t *testing.T) {
	s := terminal.Streams{In: bufio.NewReader(strings.NewReader("y\nn\ny\n")), Err: io.Discard}
	for i, want := range []bool{true, false, true} {
		if got := s.Ask(t.Context(), "?"); got != want {
			t.Errorf("answer %d: %v", i, got)
		}
	}
}
