package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/audit"
)

// manipulations of line i; what comes back is the new trail, and where it must
// be noticed: a line, or 0 for its end.
var manipulations = map[string]func(l []string, i int) (lines []string, at int){
	"changed": func(l []string, i int) ([]string, int) {
		l[i] = strings.Replace(l[i], `"confirmed"`, `"partial"`, 1)
		return l, behind(l, i)
	},
	"its time changed": func(l []string, i int) ([]string, int) {
		l[i] = strings.Replace(l[i], "2021-04-01", "2021-03-31", 1)
		return l, behind(l, i)
	},
	"its hash changed": func(l []string, i int) ([]string, int) {
		j := strings.Index(l[i], `"before":"`) + len(`"before":"`)
		if l[i][j] == '"' {
			l[i] = l[i][:j] + digest("") + l[i][j:]
		} else {
			l[i] = l[i][:j] + "0000" + l[i][j+4:]
		}
		return l, i + 1
	},
	"its number changed": func(l []string, i int) ([]string, int) {
		l[i] = strings.Replace(l[i], fmt.Sprintf(`"seq":%d`, i+1), `"seq":77`, 1)
		return l, i + 1
	},
	"a space added": func(l []string, i int) ([]string, int) { l[i] += " "; return l, behind(l, i) },
	"emptied":       func(l []string, i int) ([]string, int) { l[i] = ""; return l, i + 1 },
	"removed": func(l []string, i int) ([]string, int) {
		l = slices.Delete(l, i, i+1)
		if i == len(l) {
			return l, 0
		}
		return l, i + 1
	},
	"removed with all behind it": func(l []string, i int) ([]string, int) { return l[:i], 0 },
	"removed with all before it": func(l []string, i int) ([]string, int) { return l[i+1:], min(1, len(l)-i-1) },
	"repeated":                   func(l []string, i int) ([]string, int) { return slices.Insert(l, i, l[i]), i + 2 },
	"repeated at the end":        func(l []string, i int) ([]string, int) { return append(l, l[i]), len(l) + 1 },
	"a foreign line before it":   func(l []string, i int) ([]string, int) { return slices.Insert(l, i, foreign(l, i)), at(i) },
	"joined with the next":       joined,
	"exchanged with the next": func(l []string, i int) ([]string, int) {
		j := (i + 1) % len(l)
		l[i], l[j] = l[j], l[i]
		return l, min(i, j) + 1
	},
	"moved to the end": func(l []string, i int) ([]string, int) {
		return append(slices.Delete(slices.Clone(l), i, i+1), l[i]), -1
	},
	"a NUL in it": func(l []string, i int) ([]string, int) { l[i] = l[i][:20] + "\x00" + l[i][20:]; return l, i + 1 },
	"not UTF-8": func(l []string, i int) ([]string, int) {
		l[i] = strings.Replace(l[i], "confirmed", "confirm\xff\xfe", 1)
		return l, i + 1
	},
	"too long": func(l []string, i int) ([]string, int) {
		l[i] = l[i][:5] + strings.Repeat(" ", 1<<20) + l[i][5:]
		return l, i + 1
	},
	"a name twice": func(l []string, i int) ([]string, int) {
		l[i] = strings.Replace(l[i], `{"seq"`, `{"verb":"update","seq"`, 1)
		return l, i + 1
	},
	"written as Windows writes it": func(l []string, i int) ([]string, int) { l[i] += "\r"; return l, behind(l, i) },
}

// behind is where the change of line i shows: at the next line, or at the end.
func behind(l []string, i int) int {
	if i == len(l)-1 {
		return 0
	}
	return i + 2
}

// foreign is a line that fits the one before it, as somebody who knows the
// format would add it; what stood there does not follow it.
func foreign(l []string, i int) string {
	if i == 0 {
		return strings.Replace(l[0], "confirmed", "partial", 1)
	}
	before := digest(l[i-1])
	return fmt.Sprintf(`{"seq":%d,"time":"2021-04-01T00:00:00Z","verb":"confirm","outcome":"confirmed","before":"%s"}`, i+1, before)
}

func at(i int) int { return i + 2 }

func joined(l []string, i int) ([]string, int) {
	if i == len(l)-1 {
		l[i] += l[i]
		return l, i + 1
	}
	l[i] += l[i+1]
	return slices.Delete(l, i+1, i+2), i + 1
}

const lines = 4

// Every line, the last one too, in every way that it can be tampered with.
func TestTamperingIsSeen(t *testing.T) {
	trail := newTrail(t, slices.Repeat([]string{"confirmed"}, lines)...)
	whole := strings.Split(strings.TrimSuffix(read(t, trail, "trail.jsonl"), "\n"), "\n")
	for name, tamper := range manipulations {
		for i := range whole {
			t.Run(fmt.Sprintf("line %d %s", i+1, name), func(t *testing.T) {
				changed, at := tamper(slices.Clone(whole), i)
				if slices.Equal(changed, whole) {
					t.Skip("this line stands there already")
				}
				text := ""
				if len(changed) > 0 {
					text = strings.Join(changed, "\n") + "\n"
				}
				write(t, trail, "trail.jsonl", text)
				_, err := trail.Walk(nil, nil)
				if !errors.Is(err, audit.ErrBroken) {
					t.Fatalf("error is %v, want ErrBroken", err)
				}
				line, isLine := errors.AsType[*audit.LineError](err)
				switch {
				case at == 0 && (isLine || !errors.Is(err, audit.ErrEnd)):
					t.Errorf("error is %v, want ErrEnd alone", err)
				case at > 0 && (!isLine || line.Line != int64(at)):
					t.Errorf("error is %v, want it at line %d", err, at)
				}
				if i == 1 || i == lines-1 {
					neverHealed(t, trail, err)
				}
			})
		}
	}
}

// neverHealed adds to a trail that was tampered with: the line is written, it is
// said what it stands behind, and the break is seen afterwards as before.
func neverHealed(t *testing.T, trail audit.Trail, before error) {
	t.Helper()
	head := read(t, trail, "head")
	defer write(t, trail, "head", head)
	text := read(t, trail, "trail.jsonl")
	err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed", Product: "after-the-break"})
	if errors.Is(before, audit.ErrEnd) != errors.Is(err, audit.ErrBroken) {
		t.Errorf("Append: %v behind %v", err, before)
	}
	var last audit.Record
	if _, err := trail.Walk(nil, func(r audit.Record) { last = r }); !errors.Is(err, audit.ErrBroken) || last.Product != "after-the-break" {
		t.Errorf("after one more line the error is %v, and the last line %+v", err, last)
	}
	if now := read(t, trail, "trail.jsonl"); !strings.HasPrefix(now, text) {
		t.Error("the evidence was overwritten")
	}
	if err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"}); err != nil {
		t.Errorf("one more line: %v", err)
	}
}

// Every single byte counts.
func TestEveryByteOfTheTrail(t *testing.T) {
	trail := shortTrail(t)
	whole := []byte(read(t, trail, "trail.jsonl"))
	for i := range whole {
		for _, bit := range []byte{0x01, 0x20} {
			changed := bytes.Clone(whole)
			changed[i] ^= bit
			write(t, trail, "trail.jsonl", string(changed))
			if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrBroken) {
				t.Fatalf("byte %d, bit %#x: %v", i, bit, err)
			}
		}
		write(t, trail, "trail.jsonl", string(whole[:i]))
		if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrBroken) {
			t.Fatalf("cut at byte %d: %v", i, err)
		}
	}
}

// The head is as much evidence as the trail.
func TestTheHeadIsPartOfIt(t *testing.T) {
	trail := newTrail(t, "confirmed", "partial", "confirmed")
	head := read(t, trail, "head")
	all := strings.Split(read(t, trail, "trail.jsonl"), "\n")
	cases := map[string]struct {
		head string
		want error
	}{
		"of another line":        {digest(all[1]) + "\n", audit.ErrEnd},
		"of nothing":             {digest("") + "\n", audit.ErrEnd},
		"of an empty trail":      {"\n" + digest("x") + "\n", audit.ErrEnd},
		"empty":                  {"", audit.ErrNoHead},
		"without its newline":    {strings.TrimSpace(head), audit.ErrNoHead},
		"three hashes":           {head + head + head, audit.ErrNoHead},
		"in capitals":            {strings.ToUpper(head), audit.ErrNoHead},
		"half a hash":            {head[:32] + "\n", audit.ErrNoHead},
		"with a word behind it":  {strings.TrimSpace(head) + "\nyes\n", audit.ErrNoHead},
		"very long":              {strings.Repeat(head, 1000), audit.ErrNoHead},
		"an empty line, no more": {"\n", audit.ErrNoHead},
	}
	for name, k := range cases {
		write(t, trail, "head", k.head)
		if _, err := trail.Walk(nil, nil); !errors.Is(err, k.want) {
			t.Errorf("%s: %v, want %v", name, err, k.want)
		}
	}
	for i := range head {
		changed := []byte(head)
		changed[i] ^= 1
		write(t, trail, "head", string(changed))
		if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("byte %d of the head: %v", i, err)
		}
	}
	remove(t, trail, "head")
	if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrNoHead) {
		t.Errorf("head removed: %v", err)
	}
	if err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"}); !errors.Is(err, audit.ErrNoHead) {
		t.Errorf("Append without a head: %v", err)
	}
	if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrChain) {
		t.Errorf("a head was made up: %v", err)
	}
}

func TestTheTrailIsGone(t *testing.T) {
	trail := newTrail(t, "confirmed", "partial")
	remove(t, trail, "trail.jsonl")
	if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrNoTrail) {
		t.Errorf("error is %v, want ErrNoTrail", err)
	}
	if err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"}); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("Append: %v", err)
	}
	if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrChain) {
		t.Errorf("the trail began anew: %v", err)
	}
}

// Whatever becomes of both files, the trail does not begin anew as if nothing had
// been; and what somebody kept elsewhere is missed.
func TestTheTrailIsGoneAndTheHeadReplaced(t *testing.T) {
	trail := newTrail(t, "confirmed", "partial")
	summary, err := trail.Walk(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	mark := summary.Mark()
	remove(t, trail, "trail.jsonl")
	if _, err := trail.Walk(&mark, nil); !errors.Is(err, audit.ErrRewritten) || !errors.Is(err, audit.ErrNoTrail) {
		t.Errorf("error is %v, want ErrRewritten and ErrNoTrail", err)
	}
	write(t, trail, "head", "nonsense")
	if err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"}); !errors.Is(err, audit.ErrNoHead) {
		t.Errorf("Append: %v", err)
	}
	if _, err := trail.Walk(nil, nil); !errors.Is(err, audit.ErrChain) {
		t.Errorf("the trail began anew: %v", err)
	}
}

// Bytes that koshin cannot have left there are kept, and named.
func TestForeignBytesAtTheEndAreKept(t *testing.T) {
	for name, tail := range map[string]string{"short": "x", "too long": strings.Repeat("y", 3<<20)} {
		trail := newTrail(t, "confirmed")
		text := read(t, trail, "trail.jsonl") + tail
		write(t, trail, "trail.jsonl", text)
		if err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"}); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s: Append: %v", name, err)
		}
		if !strings.HasPrefix(read(t, trail, "trail.jsonl"), text+"\n") {
			t.Errorf("%s: overwritten", name)
		}
		_, err := trail.Walk(nil, nil)
		if line, ok := errors.AsType[*audit.LineError](err); !ok || line.Line != 2 || !errors.Is(err, audit.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func remove(t *testing.T, trail audit.Trail, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(trail.Dir, name)); err != nil {
		t.Fatal(err)
	}
}
