package schedule

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// compare says in which respects the task that Windows keeps differs from this
// one; none where it is the same task. Windows keeps its own text: other order,
// without what is the default, with a date and an author. So values are compared,
// and only those that decide what runs, as whom, when, and who may start it.
func (t Task) compare(kept []byte) []string {
	want, err := readTask(t.taskXML())
	if err != nil {
		return []string{"definition"} // of our own; no test has seen it
	}
	got, err := readTask(kept)
	if err != nil {
		return []string{"definition"}
	}
	var differs []string
	for _, name := range []string{"enabled", "actions", "account", "rights", "triggers", "instances", "available", "batteries", "limit", "security"} {
		if want[name] != got[name] {
			differs = append(differs, name)
		}
	}
	return differs
}

// xmlTask is what is read of a task. A pointer that stays nil is the default of
// the schema.
type xmlTask struct {
	Security string `xml:"RegistrationInfo>SecurityDescriptor"`
	Triggers struct {
		All []xmlTrigger `xml:",any"`
	}
	Principals []struct {
		UserID   string `xml:"UserId"`
		GroupID  string `xml:"GroupId"`
		RunLevel string
	} `xml:"Principals>Principal"`
	Settings struct {
		MultipleInstancesPolicy                            *string
		DisallowStartIfOnBatteries, StopIfGoingOnBatteries *string
		StartWhenAvailable, Enabled                        *string
		AllowStartOnDemand, RunOnlyIfIdle                  *string
		RunOnlyIfNetworkAvailable                          *string
		ExecutionTimeLimit                                 *string
	}
	Actions struct {
		All []struct {
			XMLName                              xml.Name
			Command, Arguments, WorkingDirectory string
		} `xml:",any"`
	}
}

type xmlTrigger struct {
	XMLName                                        xml.Name
	Enabled                                        *string
	StartBoundary, EndBoundary, RandomDelay, Delay string
	UserID                                         string `xml:"UserId"`
	Interval                                       string `xml:"Repetition>Interval"`
	Duration                                       string `xml:"Repetition>Duration"`
	Days                                           string `xml:"ScheduleByDay>DaysInterval"`
}

// readTask makes comparable values of a task, by what they decide on.
func readTask(data []byte) (map[string]string, error) {
	text := decodeText(data)
	decoder := xml.NewDecoder(strings.NewReader(text))
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded already
	var task xmlTask
	if err := decoder.Decode(&task); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTask, err)
	}
	s := task.Settings
	values := map[string]string{
		"enabled":   or(s.Enabled, "true") + or(s.AllowStartOnDemand, "true"),
		"instances": or(s.MultipleInstancesPolicy, "IgnoreNew"),
		"available": or(s.StartWhenAvailable, "false") + or(s.RunOnlyIfIdle, "false") + or(s.RunOnlyIfNetworkAvailable, "false"),
		"batteries": or(s.DisallowStartIfOnBatteries, "true") + or(s.StopIfGoingOnBatteries, "true"),
		"limit":     span(or(s.ExecutionTimeLimit, "PT72H")),
		"security":  access(task.Security),
	}
	for _, p := range task.Principals {
		values["account"] += account(p.UserID) + "/" + account(p.GroupID) + ";"
		values["rights"] += or(filled(p.RunLevel), "LeastPrivilege") + ";"
	}
	for _, a := range task.Actions.All {
		values["actions"] += fmt.Sprintf("%s %q %q %q;", a.XMLName.Local, a.Command, a.Arguments, a.WorkingDirectory)
	}
	var triggers []string
	for _, one := range task.Triggers.All {
		triggers = append(triggers, fmt.Sprintf("%s %s %s %s %s %s %s %s %s %s", one.XMLName.Local, or(one.Enabled, "true"), one.StartBoundary, one.EndBoundary,
			span(one.RandomDelay), span(one.Delay), one.UserID, span(one.Interval), span(one.Duration), one.Days))
	}
	slices.Sort(triggers)
	values["triggers"] = strings.Join(triggers, ";")
	return values, nil
}

func or(value *string, otherwise string) string {
	if value == nil {
		return otherwise
	}
	return strings.TrimSpace(*value)
}

func filled(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// decodeText reads UTF-16 with a mark, which Windows writes, and UTF-8, which
// Wine writes.
func decodeText(data []byte) string {
	if rest, ok := bytes.CutPrefix(data, []byte{0xFF, 0xFE}); ok {
		words := make([]uint16, len(rest)/2)
		for i := range words {
			words[i] = binary.LittleEndian.Uint16(rest[2*i:])
		}
		return string(utf16.Decode(words))
	}
	return string(bytes.TrimPrefix(data, []byte("\ufeff")))
}

// span makes PT60M and PT1H the same.
func span(text string) string {
	parts := regexp.MustCompile(`^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$`).FindStringSubmatch(text)
	if parts == nil {
		return text
	}
	var sum time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, err := strconv.Atoi(parts[i+1])
		if err == nil { // an empty part is none
			sum += time.Duration(n) * unit
		}
	}
	return sum.String()
}

// account is an account's number, also for the names that Windows has for it in
// English.
func account(text string) string {
	switch strings.ToUpper(text) {
	case "SYSTEM", `NT AUTHORITY\SYSTEM`, "SY":
		return "S-1-5-18"
	case "BA", `BUILTIN\ADMINISTRATORS`:
		return "S-1-5-32-544"
	case "BU", "USERS", `BUILTIN\USERS`:
		return "S-1-5-32-545"
	}
	return text
}
