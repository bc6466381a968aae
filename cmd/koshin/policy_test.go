package main

import (
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/policy"
	"github.com/koshin-updater/koshin/updater/request"
)

// A run that comes too early for the check period does what an operator asked of
// it; where nobody has, it takes no request that it would not do.
func TestNobodyWhoAsksIsTooEarly(t *testing.T) {
	id := request.ID(strings.Repeat("0123456789abcdef", 2))
	for _, asked := range []bool{false, true} {
		u := updater.New(updater.Options{StateDir: t.TempDir()})
		must(t, u.RecordRun(0))
		a := &app{log: slog.New(slog.DiscardHandler)}
		a.desk = request.NewDesk(request.NewRun(time.Now()), []manifest.ProductID{"torikomi-soshin"}, a.log)
		s := &session{app: a, updater: u, config: &config.Config{Policy: policy.Values{
			CheckPeriod: policy.Setting[time.Duration]{Value: 24 * time.Hour, From: "policy"},
		}}}
		if asked && !a.desk.Take(request.Request{ID: id}).Accepted {
			t.Fatal("the request is refused")
		}
		if early := s.tooEarly(); early == asked {
			t.Errorf("asked %v: too early %v", asked, early)
		}
		if taken := a.desk.Take(request.Request{ID: id}).Accepted; taken != asked {
			t.Errorf("asked %v: a later request is taken: %v", asked, taken)
		}
	}
}

// scriptPolicy is the registry that a script wrote down, as Windows' own reg
// does: NAME REG_DWORD 1, or PRODUCTS\ID REG_SZ text. No file is no registry, as
// on the systems that have none.
func scriptPolicy(file string) ws.Registry {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	r := new(winsettingstest.Registry)
	for line := range strings.Lines(string(data)) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) != 3 {
			continue
		}
		p := ws.Place{Hive: ws.Machine, Key: policy.Key, Name: fields[0]}
		if key, product, ok := strings.Cut(fields[0], `\`); ok {
			p.Key, p.Name = p.Key+`\`+key, product
		}
		value := ws.Text(fields[2])
		if fields[1] == "REG_DWORD" {
			n, err := strconv.ParseUint(fields[2], 0, 32)
			if err != nil {
				panic(fmt.Sprintf("%s: %v", file, err))
			}
			value = ws.Number(uint32(n))
		}
		r.Set(p, value)
	}
	return r
}
