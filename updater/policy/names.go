package policy

// Key is where the policy lies, below HKLM. All programs see it alike, those of
// 32 bits too.
const Key = `SOFTWARE\Policies\Koshin`

// Kind is what a value is written as.
type Kind int

// The kinds.
const (
	Number Kind = iota // REG_DWORD
	Text               // REG_SZ
)

// Name is one value that koshin reads, with its bounds.
type Name struct {
	Name     string
	Kind     Kind
	Each     bool     // a key below [Key] with one text a product
	Min, Max uint32   // of a number
	Choices  []string // of a text; nil: anything, and more is asked of it in reading
}

// The names, see the package's documentation.
const (
	checkPeriod   = "AutoUpdateCheckPeriodMinutes"
	startHour     = "UpdatesSuppressedStartHour"
	startMinute   = "UpdatesSuppressedStartMin"
	duration      = "UpdatesSuppressedDurationMin"
	proxyMode     = "ProxyMode"
	proxyServer   = "ProxyServer"
	targetChannel = "TargetChannel"
	installAll    = "InstallAllowed"
	reportFolder  = "ReportFolder"
	installEach   = "InstallAllowedByProduct"
	channelEach   = "TargetChannelByProduct"
	versionEach   = "TargetVersionByProduct"
)

// The proxy's modes, as other programs' policies call them.
const (
	direct = "direct"
	system = "system"
	fixed  = "fixed_servers"
)

// Names are all values that koshin reads, and no others: the templates name the
// same. A period of a week is the longest, for a client that will soon stop
// connecting is said so from sixty days before; and eight hours of each day stay
// free, or nothing would ever be installed.
func Names() []Name {
	modes, channels, yesNo := []string{direct, system, fixed}, []string{"stable", "pilot"}, []string{"0", "1"}
	return []Name{
		{Name: checkPeriod, Min: 60, Max: 7 * 24 * 60},
		{Name: startHour, Max: 23},
		{Name: startMinute, Max: 59},
		{Name: duration, Min: 1, Max: 16 * 60},
		{Name: proxyMode, Kind: Text, Choices: modes},
		{Name: proxyServer, Kind: Text},
		{Name: targetChannel, Kind: Text, Choices: channels},
		{Name: installAll, Max: 1},
		{Name: reportFolder, Kind: Text},
		{Name: installEach, Kind: Text, Each: true, Choices: yesNo},
		{Name: channelEach, Kind: Text, Each: true, Choices: channels},
		{Name: versionEach, Kind: Text, Each: true},
	}
}
