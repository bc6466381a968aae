package schedule

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// kept is the daily task as a Windows keeps it: in its own order, without what is
// the default, with what it adds.
const kept = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Date>2021-04-01T08:00:00</Date>
    <Author>PC\admin</Author>
    <SecurityDescriptor>D:AI(A;;0x1200a9;;;S-1-5-32-545)(A;;FA;;;SY)(A;;GA;;;BA)</SecurityDescriptor>
    <URI>\Koshin\koshin-update</URI>
  </RegistrationInfo>
  <Principals>
    <Principal id="Author">
      <RunLevel>HighestAvailable</RunLevel>
      <UserId>S-1-5-18</UserId>
    </Principal>
  </Principals>
  <Settings>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT150M</ExecutionTimeLimit>
    <StartWhenAvailable>true</StartWhenAvailable>
    <IdleSettings><StopOnIdleEnd>true</StopOnIdleEnd></IdleSettings>
  </Settings>
  <Triggers>
    <CalendarTrigger>
      <Repetition><Interval>PT4H</Interval><Duration>PT24H</Duration></Repetition>
      <StartBoundary>2021-04-01T09:00:00</StartBoundary>
      <RandomDelay>PT10M</RandomDelay>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
    <LogonTrigger />
  </Triggers>
  <Actions Context="Author">
    <Exec>
      <Command>C:\koshin\koshin.exe</Command>
      <Arguments>update --yes --scheduled --within 30m0s</Arguments>
    </Exec>
  </Actions>
</Task>`

func TestCompare(t *testing.T) {
	t.Parallel()
	task := Update(`C:\koshin\koshin.exe`)
	for _, all := range append(windowsTasks(), task) {
		if differs := all.compare(all.taskXML()); differs != nil {
			t.Errorf("%s differs from itself: %q", all.Name, differs)
		}
	}
	if differs := task.compare([]byte(kept)); differs != nil {
		t.Errorf("what Windows keeps differs: %q", differs)
	}
	for _, row := range []struct{ from, to, differs string }{
		{`C:\koshin\koshin.exe`, `C:\Users\Public\koshin.exe`, "actions"},
		{"--scheduled", "--scheduled --from C:\\Users\\Public", "actions"},
		{"</Exec>", "</Exec><Exec><Command>cmd.exe</Command></Exec>", "actions"},
		{"</Exec>", "</Exec><ComHandler><ClassId>{0}</ClassId></ComHandler>", "actions"},
		{"S-1-5-18</UserId>", "S-1-5-21-1-2-3-1001</UserId>", "account"},
		{"<RunLevel>HighestAvailable</RunLevel>", "", "rights"},
		{"<LogonTrigger />", "", "triggers"},
		{"<LogonTrigger />", "<LogonTrigger><Enabled>false</Enabled></LogonTrigger>", "triggers"},
		{"T09:00:00", "T03:00:00", "triggers"},
		{"PT10M", "PT0S", "triggers"},
		{"<Interval>PT4H", "<Interval>PT1M", "triggers"},
		{"<Settings>", "<Settings><Enabled>false</Enabled>", "enabled"},
		{"<Settings>", "<Settings><AllowStartOnDemand>false</AllowStartOnDemand>", "enabled"},
		{"<Settings>", "<Settings><MultipleInstancesPolicy>Parallel</MultipleInstancesPolicy>", "instances"},
		{"<StartWhenAvailable>true</StartWhenAvailable>", "", "available"},
		{"<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>", "", "batteries"},
		{"PT150M", "PT0S", "limit"},
		{"(A;;0x1200a9;;;S-1-5-32-545)", "(A;;FA;;;BU)", "security"},
		{"(A;;0x1200a9;;;S-1-5-32-545)", "", "security"},
		{"(A;;0x1200a9;;;S-1-5-32-545)", "(A;;FRFX;;;BU)(A;;WD;;;IU)", "security"},
		{"</Task>", "", "definition"},
	} {
		if !strings.Contains(kept, row.from) {
			t.Fatal(row.from)
		}
		if differs := task.compare([]byte(strings.Replace(kept, row.from, row.to, 1))); !slices.Equal(differs, []string{row.differs}) {
			t.Errorf("%q instead of %q: %q", row.to, row.from, differs)
		}
	}
}

// Users may read and start the daily task, and nothing else; nobody but them,
// SYSTEM and administrators may do anything.
func TestWhoMayStart(t *testing.T) {
	t.Parallel()
	const change = 0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x10000 | 0x40000 | 0x80000 // write data, append, attributes, delete, its protection, its owner
	if !strings.HasPrefix(startable, "D:P(") {
		t.Error("what the folder allows counts too")
	}
	for _, entry := range strings.Fields(access(startable)) {
		f := strings.Split(entry, ";")
		mask, err := strconv.ParseUint(f[2], 0, 32)
		if err != nil || f[0] != "A" {
			t.Fatal(entry, err)
		}
		switch f[5] {
		case "S-1-5-18", "S-1-5-32-544":
			if mask != 0x1f01ff {
				t.Error(entry)
			}
		case "S-1-5-32-545":
			if mask&change != 0 || mask&0x20 == 0 || mask&0x1 == 0 {
				t.Error(entry)
			}
		default:
			t.Error(entry)
		}
	}
	for _, task := range windowsTasks() {
		text := decodeText(task.taskXML())
		if strings.Contains(text, "SecurityDescriptor") != (task.When == Daily) || strings.Contains(text, "$(") {
			t.Errorf("%s: %s", task.Name, text)
		}
		if strings.Contains(text, "LeastPrivilege") != (task.When == AtLogon) || strings.Contains(text, "S-1-5-32-545") != (task.When == AtLogon) {
			t.Errorf("%s runs as somebody else: %s", task.Name, text)
		}
	}
}

func FuzzReadTask(f *testing.F) {
	f.Add([]byte(kept))
	f.Add(windowsTask().taskXML())
	f.Fuzz(func(t *testing.T, data []byte) {
		task := Update(`C:\koshin\koshin.exe`)
		if len(task.compare(data)) == 0 && !strings.Contains(decodeText(data), "--scheduled") {
			t.Error("the same task without its arguments")
		}
	})
}
