package schedule

import "strings"

// plistName is the label of a task among launchd's daemons; its file is named
// after it.
func (t Task) plistName() string { return "jp.koshin." + t.Name }

// plist is the task as a launchd daemon, which runs as root when it is loaded,
// and that is at every start.
func (t Task) plist() string {
	var args strings.Builder
	for _, arg := range append([]string{t.Program}, t.Args...) {
		args.WriteString("\t\t<string>" + escapeXML(arg) + "</string>\n")
	}
	return strings.NewReplacer("{label}", t.plistName(), "{arguments}", args.String()).Replace(plistTemplate)
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
</dict>
</plist>
`
