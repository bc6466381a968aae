// Package policy reads what a group policy says about koshin, at
//
//	HKLM\SOFTWARE\Policies\Koshin
//
// which only administrators can write in, and which the templates in docs/policy
// fill from the Group Policy editor. Elsewhere than on Windows there is no such
// place, and nothing is said.
//
// The names are those that administrators know from the policies of other
// updaters. They stand above koshin.toml:
//
//	AutoUpdateCheckPeriodMinutes    how often the daily run asks, 60 minutes to a week
//	UpdatesSuppressedStartHour      from this hour on nothing is installed (Japan),
//	UpdatesSuppressedStartMin       this minute of it (0 where it is not set),
//	UpdatesSuppressedDurationMin    for so many minutes, at most 16 hours of the day
//	ProxyMode, ProxyServer          direct, system, or fixed_servers with host:port
//	TargetChannel                   stable or pilot
//	InstallAllowed                  0: nothing is installed; it is only checked
//	ReportFolder                    where this PC says how it is doing
//
// Each of these keys holds one text a product, named like the product, and stands
// above the value for all:
//
//	InstallAllowedByProduct\ID      0 or 1
//	TargetChannelByProduct\ID       stable or pilot
//	TargetVersionByProduct\ID       nothing newer than this is installed
//
// # What a policy cannot do
//
// No value names a source, an anchor or a certificate, and none switches a check
// off: whoever writes here decides when and whether koshin installs what the
// publisher signed, never what koshin believes. What is damaged, of another type
// or name, or outside its bounds is a [Fault] with its path, and counts as not set: it
// never stops anything and opens nothing.
package policy
