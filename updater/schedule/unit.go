package schedule

import "strings"

// unitName is the file of a task among systemd's units.
func (t Task) unitName() string { return t.Name + ".service" }

// unit is the task as a systemd unit. The exit codes that koshin itself counts
// as successes count for systemd too.
func (t Task) unit() string {
	words := []string{quoteUnit(t.Program)}
	for _, arg := range t.Args {
		words = append(words, quoteUnit(arg))
	}
	return strings.NewReplacer(
		"{description}", strings.ReplaceAll(t.Description, "%", "%%"),
		"{command}", strings.Join(words, " "),
	).Replace(unitTemplate)
}

const unitTemplate = `# Written by koshin.
[Unit]
Description={description}
After=local-fs.target

[Service]
Type=oneshot
ExecStart={command}
SuccessExitStatus=3 7 10
TimeoutStartSec=2h

[Install]
WantedBy=multi-user.target
`

// quoteUnit quotes one word of ExecStart: systemd replaces % and $, and reads
// escapes as C does.
func quoteUnit(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$").Replace(word) + `"`
}
