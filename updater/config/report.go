package config

import (
	"runtime"
	"strings"
)

// Report is where this PC says how it is doing, for an administrator who looks
// after many:
//
//	[report]
//	folder = '\\server\share\koshin'
//
// The folder is looked at by nobody before a run has ended; that it cannot be
// reached is no fault of the configuration.
type Report struct {
	Folder string `toml:"folder"`
}

// ReportFolder is that folder, or "" where nothing is to be reported.
func (c *Config) ReportFolder() string {
	if c.Report == nil {
		return ""
	}
	return c.Report.Folder
}

func (c *Config) completeReport(fault func(string, string, ...any) error) error {
	if c.Report == nil {
		return nil
	}
	folder := c.Report.Folder
	switch {
	case folder == "":
		return fault("report.folder", "is missing; leave the whole section out to report nothing")
	case strings.Contains(folder, "://"):
		return fault("report.folder", "%q is an address; name a folder or a share, such as \\\\server\\share", folder)
	case strings.HasPrefix(folder, `\\`) && runtime.GOOS != "windows":
		return fault("report.folder", "%q is a path of Windows; mount the share and name the folder", folder)
	}
	c.Report.Folder = c.absolute(folder)
	return nil
}
