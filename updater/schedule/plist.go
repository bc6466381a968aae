package schedule

import (
	"fmt"
	"strings"
)

// plistName is the label of a task among launchd's daemons; its file is named
// after it.
func (t Task) plistName() string { return "jp.koshin." + t.Name }

// plist is the task as a launchd daemon, which runs as root when it is loaded,
// and that is at every start. The daily one also runs at its hours; launchd
// makes up for hours that a Mac slept through, its start for those when it was
// off.
func (t Task) plist() string {
	var args, hours strings.Builder
	for _, arg := range append([]string{t.Program}, t.args()...) {
		args.WriteString("\t\t<string>" + escapeXML(arg) + "</string>\n")
	}
	if t.When == Daily {
		hours.WriteString("\t<key>ProcessType</key>\n\t<string>Background</string>\n\t<key>StartCalendarInterval</key>\n\t<array>\n")
		for _, hour := range Hours() {
			fmt.Fprintf(&hours, "\t\t<dict>\n\t\t\t<key>Hour</key>\n\t\t\t<integer>%d</integer>\n\t\t\t<key>Minute</key>\n\t\t\t<integer>0</integer>\n\t\t</dict>\n", hour)
		}
		hours.WriteString("\t</array>\n")
	}
	return strings.NewReplacer("{label}", t.plistName(), "{arguments}", args.String(), "{hours}", hours.String()).Replace(plistTemplate)
}

const plistTemplate = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>{label}</string>
	<key>ProgramArguments</key>
	<array>
{arguments}	</array>
	<key>RunAtLoad</key>
	<true/>
{hours}</dict>
</plist>
`
