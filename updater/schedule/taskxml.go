package schedule

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// taskXML is the task as the Task Scheduler takes it: schema 1.2 of [MS-TSCH],
// which Windows 7 and later know, in UTF-16 with a mark, as schtasks demands.
func (t Task) taskXML() []byte {
	s := t.settings()
	text := strings.NewReplacer(
		"{description}", escapeXML(t.Description),
		"{security}", s.security,
		"{triggers}", s.triggers,
		"{principal}", s.principal,
		"{instances}", s.instances,
		"{available}", s.available,
		"{limit}", isoDuration(t.limit()),
		"{priority}", s.priority,
		"{program}", escapeXML(t.Program),
		"{arguments}", escapeXML(commandLine(t.args())),
	).Replace(taskTemplate)
	words := utf16.Encode([]rune("\ufeff" + strings.ReplaceAll(text, "\n", "\r\n")))
	out := make([]byte, 0, 2*len(words))
	for _, w := range words {
		out = binary.LittleEndian.AppendUint16(out, w)
	}
	return out
}

// settings are the parts in which the tasks differ.
type settings struct {
	security, triggers, principal, instances, available, priority string
}

// Accounts by their numbers: Windows calls them otherwise in each language.
const (
	asSystem = `<UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>`
	asUsers = `<GroupId>S-1-5-32-545</GroupId>
      <RunLevel>LeastPrivilege</RunLevel>`
)

// startable is who may do what with the daily task: SYSTEM and administrators
// everything, users look at it and start it. They can neither change nor stop it.
const startable = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFX;;;BU)"

func (t Task) settings() settings {
	switch t.When {
	case Daily:
		return settings{
			security:  "\n    <SecurityDescriptor>" + startable + "</SecurityDescriptor>",
			triggers:  logonTrigger + "\n    " + dailyTrigger(),
			principal: asSystem, instances: "IgnoreNew", priority: "7",
			available: "\n    <StartWhenAvailable>true</StartWhenAvailable>",
		}
	case AtLogon: // each user who signs in has a window of his own
		return settings{triggers: logonTrigger, principal: asUsers, instances: "Parallel", priority: "7"}
	case AtBoot:
	}
	return settings{triggers: bootTrigger, principal: asSystem, instances: "IgnoreNew", priority: "5"}
}

const (
	bootTrigger = `<BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>`
	logonTrigger = `<LogonTrigger>
      <Enabled>true</Enabled>
    </LogonTrigger>`
)

// dailyTrigger begins on the day from which the reception system accepts TLS 1.2
// only. Without a zone the hour is the PC's own.
func dailyTrigger() string {
	return fmt.Sprintf(`<CalendarTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2021-04-01T%02d:00:00</StartBoundary>
      <Repetition>
        <Interval>PT%dH</Interval>
        <Duration>P1D</Duration>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <RandomDelay>%s</RandomDelay>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>`, firstHour, everyHours, isoDuration(jitter))
}

// The limit ends a run that hangs; batteries are no reason to leave a client
// half updated.
const taskTemplate = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{description}</Description>{security}
  </RegistrationInfo>
  <Triggers>
    {triggers}
  </Triggers>
  <Principals>
    <Principal id="Author">
      {principal}
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>{instances}</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>{available}
    <ExecutionTimeLimit>{limit}</ExecutionTimeLimit>
    <Priority>{priority}</Priority>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
`

// isoDuration is a span of whole minutes as XML Schema writes it.
func isoDuration(d time.Duration) string {
	hours, minutes := int(d.Hours()), int(d.Minutes())%60
	out := "PT"
	if hours > 0 {
		out += fmt.Sprintf("%dH", hours)
	}
	if minutes > 0 || hours == 0 {
		out += fmt.Sprintf("%dM", minutes)
	}
	return out
}

func escapeXML(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // a buffer takes everything
	return out.String()
}
