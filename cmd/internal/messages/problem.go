package messages

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/foreign"
	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/manifest/pack"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/audit"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/download"
	"github.com/koshin-updater/koshin/updater/eventlog"
	"github.com/koshin-updater/koshin/updater/policy"
	"github.com/koshin-updater/koshin/updater/readiness"
	"github.com/koshin-updater/koshin/updater/request"
	"github.com/koshin-updater/koshin/updater/schedule"
	"github.com/koshin-updater/koshin/updater/session"
	"github.com/koshin-updater/koshin/updater/startmenu"
	"github.com/koshin-updater/koshin/updater/transport"
)

// Problem is an error as people and scripts are told of it.
type Problem struct {
	Code    string // stable, such as "trust-expired"
	Exit    exitcode.Code
	Message string
	Remedy  string
	Detail  string // the error itself, in English, for whoever helps
}

// Explain finds the words for an error.
func (c *Catalogue) Explain(language Language, err error) Problem {
	p := Problem{Code: "unexpected", Exit: exitcode.Failed, Detail: err.Error()}
	for _, k := range kinds() {
		if k.fits(err) {
			p.Code, p.Exit = k.code, k.exit
			break
		}
	}
	values := arguments(err)
	if values["programs"] == "" {
		values["programs"] = c.fill(language, "unknown-program", nil)
	}
	p.Message = c.fill(language, "problem."+p.Code, values)
	p.Remedy = c.fill(language, "remedy."+p.Code, values)
	return p
}

// ByCode finds the words for an error that another koshin explained. A sentence
// that speaks of more than the code says, such as the name of a file, is empty:
// the other one's has it.
func (c *Catalogue) ByCode(language Language, code string) Problem {
	p := Problem{Code: code, Exit: ExitOf(code)}
	whole := func(key string) string {
		text := c.fill(language, key, nil)
		if text == key || strings.Contains(text, "{") {
			return ""
		}
		return text
	}
	p.Message, p.Remedy = whole("problem."+code), whole("remedy."+code)
	return p
}

// Named is the sentence for a code that another PC wrote down. Where there is none,
// or only that PC could complete it, it says where to look.
func (c *Catalogue) Named(language Language, code string) string {
	key := "problem." + code
	if text := c.fill(language, key, nil); text != key && !strings.Contains(text, "{") {
		return text
	}
	return c.fill(language, "ready-elsewhere", nil)
}

// ExitOf is the exit code of a problem that has this code.
func ExitOf(code string) exitcode.Code {
	for _, k := range kinds() {
		if k.code == code {
			return k.exit
		}
	}
	return exitcode.Failed
}

// arguments are the values that some errors bring along.
func arguments(err error) map[string]string {
	values := map[string]string{"field": "", "path": "", "place": "", "dir": "", "folder": "", "files": "", "file": "", "programs": "", "line": "", "setting": winsettings.Tick().String()}
	if field, ok := errors.AsType[*manifest.FieldError](err); ok {
		values["field"] = field.Path
	}
	if path, ok := errors.AsType[*pack.PathError](err); ok {
		values["path"] = path.Path
	}
	if folder, ok := errors.AsType[*protect.Error](err); ok {
		values["path"] = folder.Path
	}
	if folder, ok := errors.AsType[*updater.FolderError](err); ok {
		values["dir"], values["folder"] = folder.Dir, folder.Found.Elsewhere
		values["files"] = updater.Shorten(folder.Found.Missing)
	}
	if fault, ok := errors.AsType[*config.Error](err); ok {
		values["place"] = fault.Error()
	}
	if fault, ok := errors.AsType[policy.Fault](err); ok {
		values["path"] = fault.Path
	}
	if setting := mend.SettingOf(err); setting != "" {
		values["setting"] = setting
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		values["file"] = file.Path
	}
	if line, ok := errors.AsType[*audit.LineError](err); ok {
		values["line"] = strconv.FormatInt(line.Line, 10)
	}
	if use, ok := errors.AsType[*installer.InUseError](err); ok {
		values["file"], values["programs"] = use.Path, installer.Names(use.Holders)
	}
	return values
}

type kind struct {
	is   error
	code string
	exit exitcode.Code
}

// both is an error that is one thing and another.
type both [2]error

func (b both) Error() string { return errors.Join(b[0], b[1]).Error() }

func (k kind) fits(err error) bool {
	if b, ok := errors.AsType[both](k.is); ok {
		return errors.Is(err, b[0]) && errors.Is(err, b[1])
	}
	return errors.Is(err, k.is)
}

// kinds lists what errors can be, the narrow before the wide, evidence of
// attack before everything that may accompany it.
func kinds() []kind {
	return []kind{
		{context.Canceled, "interrupted", exitcode.Interrupted},

		{trust.ErrSignature, "trust-signature", exitcode.Refused},
		{trust.ErrExpired, "trust-expired", exitcode.Refused},
		{trust.ErrRollback, "trust-rollback", exitcode.Refused},
		{trust.ErrMismatch, "trust-mismatch", exitcode.Refused},
		{trust.ErrManifest, "trust-manifest", exitcode.Refused},
		{trust.ErrWrongRelease, "trust-wrong-release", exitcode.Refused},
		{trust.ErrMalformed, "trust-malformed", exitcode.Refused},
		{trust.ErrRefused, "trust-malformed", exitcode.Refused},
		{download.ErrMismatch, "download-mismatch", exitcode.Refused},
		{installer.ErrPackage, "download-mismatch", exitcode.Refused},
		{pack.ErrPathParent, "package-path-parent", exitcode.Refused},
		{pack.ErrPathAbsolute, "package-path-absolute", exitcode.Refused},
		{pack.ErrPathDrive, "package-path-drive", exitcode.Refused},
		{pack.ErrPathStream, "package-path-stream", exitcode.Refused},
		{pack.ErrPathDevice, "package-path-device", exitcode.Refused},
		{pack.ErrPathClash, "package-path-clash", exitcode.Refused},
		{pack.ErrPathEmpty, "package-path", exitcode.Refused},
		{pack.ErrPathLong, "package-path", exitcode.Refused},
		{pack.ErrPathUTF8, "package-path", exitcode.Refused},
		{pack.ErrPathSlash, "package-path", exitcode.Refused},
		{pack.ErrPathControl, "package-path", exitcode.Refused},
		{pack.ErrPathSpecial, "package-path", exitcode.Refused},
		{pack.ErrPathTrailing, "package-path", exitcode.Refused},
		{pack.ErrPathReserved, "package-path", exitcode.Refused},
		{pack.ErrPathParents, "package-path", exitcode.Refused},
		{pack.ErrPath, "package-path", exitcode.Refused},
		{pack.ErrLink, "package-link", exitcode.Refused},
		{pack.ErrHardLink, "package-hard-link", exitcode.Refused},
		{pack.ErrSpecial, "package-special", exitcode.Refused},
		{pack.ErrEntries, "package-entries", exitcode.Refused},
		{pack.ErrSize, "package-size", exitcode.Refused},
		{pack.ErrRatio, "package-ratio", exitcode.Refused},
		{pack.ErrSchema, "package-schema", exitcode.Refused},
		{pack.ErrTree, "package-tree", exitcode.Refused},
		{pack.ErrContent, "package-tree", exitcode.Refused},
		{manifest.ErrSigner, "trust-manifest", exitcode.Refused},
		{authenticode.ErrTimeStamp, "signature-stamp", exitcode.Refused},
		{authenticode.ErrUnsigned, "signature-none", exitcode.Refused},
		{authenticode.ErrPublisher, "signature-publisher", exitcode.Refused},
		{authenticode.ErrUntrusted, "signature-untrusted", exitcode.Refused},
		{authenticode.ErrTampered, "signature-tampered", exitcode.Refused},
		{authenticode.ErrWeak, "signature-weak", exitcode.Refused},
		{authenticode.ErrMalformed, "signature-malformed", exitcode.Refused},
		{pack.ErrChanged, "folder-changed", exitcode.Failed},
		{pack.ErrIndex, "package-damaged", exitcode.Refused},
		{pack.ErrDamaged, "package-damaged", exitcode.Refused},
		{pack.ErrTrailing, "package-damaged", exitcode.Refused},

		{config.ErrNotFound, "config-missing", exitcode.Usage},
		{config.ErrUnprotected, "config-unprotected", exitcode.Usage},
		{config.ErrItself, "config-itself", exitcode.Usage},
		{githubpath.ErrPlace, "source-github", exitcode.Usage},
		{config.ErrInvalid, "config-invalid", exitcode.Usage},
		{policy.ErrUnread, "policy-unread", exitcode.Usage},
		{policy.ErrType, "policy-type", exitcode.Usage},
		{policy.ErrPart, "policy-part", exitcode.Usage},
		{policy.ErrName, "policy-name", exitcode.Usage},
		{policy.ErrValue, "policy-value", exitcode.Usage},
		{installer.ErrUnsafeProgram, "program-unprotected", exitcode.Usage},
		{process.ErrUnsafe, "program-unprotected", exitcode.Usage},
		{protect.ErrWritable, "own-folder-writable", exitcode.Usage},
		{protect.ErrOwner, "own-folder-owner", exitcode.Usage},
		{protect.ErrNotPlain, "own-folder-not-plain", exitcode.Usage},
		{updater.ErrUnreadable, "state-unreadable", exitcode.NotAdmin},
		{protect.ErrReadOnly, "own-folder-read-only", exitcode.NotAdmin},
		{trust.ErrAnchor, "anchor", exitcode.Usage},
		{transport.ErrCAFile, "ca-file", exitcode.Usage},
		{transport.ErrProxySetting, "proxy-setting", exitcode.Usage},
		{updater.ErrUnknownProduct, "product-not-configured", exitcode.Usage},
		{trust.ErrUnknownProduct, "product-not-offered", exitcode.Failed},
		{trust.ErrIncomplete, "repository-incomplete", exitcode.Failed},

		{busy.ErrLength, "lease-length", exitcode.Usage},
		{busy.ErrRefused, "lease-refused", exitcode.Failed},
		{updater.ErrBusy, "busy-koshin", exitcode.Busy},
		{updater.ErrUnderWay, "under-way", exitcode.Busy},
		{both{installer.ErrInUse, installer.ErrNotRestored}, "busy-not-restored", exitcode.Busy},
		{both{installer.ErrInUse, updater.ErrNotRecorded}, "busy-not-recorded", exitcode.Busy},
		{installer.ErrInUse, "busy-file", exitcode.Busy},
		{foreign.ErrOther, "busy-installer", exitcode.Busy},

		{download.ErrDiskFull, "disk-full", exitcode.Failed},
		{installer.ErrDiskFull, "disk-full", exitcode.Failed},
		{installer.ErrNotRestored, "not-restored", exitcode.Failed},
		{installer.ErrJournalHeld, "own-update-open", exitcode.Deferred},
		{updater.ErrDevelopment, "development-build", exitcode.Usage},
		{updater.ErrRescueCopy, "rescue-copy", exitcode.Usage},
		{updater.ErrPreviousAtFault, "previous-at-fault", exitcode.Failed},
		{updater.ErrAskFirst, "folder-unknown", exitcode.Failed},
		{installer.ErrUnknownFolder, "folder-unknown", exitcode.Failed},
		{updater.ErrNoBuild, "no-build", exitcode.Failed},
		{updater.ErrDamaged, "folder-damaged", exitcode.Failed},
		{updater.ErrMoved, "folder-moved", exitcode.Failed},
		{installer.ErrFolderMissing, "folder-missing", exitcode.Failed},
		{installer.ErrNotFolder, "folder-not-plain", exitcode.Failed},
		{installer.ErrStays, "build-stays", exitcode.Failed},
		{installer.ErrNoWayBack, "no-way-back", exitcode.Failed},
		{installer.ErrKindChanged, "kind-changed", exitcode.Failed},
		{installer.ErrNotInstalled, "installer-other-version", exitcode.Failed},
		{foreign.ErrCancelled, "installer-cancelled", exitcode.Failed},
		{foreign.ErrTimeout, "installer-timeout", exitcode.Failed},
		{foreign.ErrStart, "installer-start", exitcode.Failed},
		{foreign.ErrFailed, "installer-failed", exitcode.Failed},
		{installer.ErrNoPrevious, "no-previous", exitcode.Failed},
		{installer.ErrDataInTheWay, "data-in-the-way", exitcode.Failed},
		{installer.ErrFolderChanged, "folder-changed", exitcode.Failed},
		{installer.ErrOtherVolume, "other-volume", exitcode.Failed},
		{installer.ErrStaged, "state-damaged", exitcode.Failed},
		{installer.ErrDiffers, "restored-differs", exitcode.Failed},
		{installer.ErrBackup, "backup-failed", exitcode.Failed},
		{installer.ErrJournal, "journal-damaged", exitcode.Failed},
		{installer.ErrJournalSchema, "state-newer", exitcode.Failed},
		{installer.ErrRecord, "record-damaged", exitcode.Failed},
		{updater.ErrOwed, "restart-damaged", exitcode.Failed},
		{installer.ErrInterrupted, "interrupted-before", exitcode.Failed},
		{installer.ErrNoVersion, "version-unreadable", exitcode.Failed},
		{installer.ErrNoMatch, "folder-unknown", exitcode.Failed},
		{installer.ErrNoPromise, "unexpected", exitcode.Failed},
		{download.ErrNoPromise, "unexpected", exitcode.Failed},
		{updater.ErrNeverChecked, "never-checked", exitcode.Failed},
		{mend.ErrPolicy, "setting-policy", exitcode.Failed},
		{mend.ErrSSL2, "setting-ssl2", exitcode.Usage},
		{mend.ErrValue, "setting-unexpected", exitcode.Failed},
		{mend.ErrDefault, "setting-no-default", exitcode.Failed},
		{mend.ErrChanged, "setting-changed", exitcode.Failed},
		{mend.ErrNotKept, "setting-not-kept", exitcode.Failed},
		{mend.ErrUndoRecord, "setting-undo-record", exitcode.Failed},
		{mend.ErrWrongUser, "wrong-user", exitcode.Failed},
		{mend.ErrNotPerson, "not-a-person", exitcode.Failed},
		{mend.ErrSessionUnknown, "session-unknown", exitcode.Failed},
		{mend.ErrErrand, "unexpected", exitcode.Failed},
		{session.ErrNobody, "session-nobody", exitcode.Failed},
		{session.ErrNotSystem, "session-failed", exitcode.Failed},
		{session.ErrFailed, "session-failed", exitcode.Failed},
		{session.ErrTrial, "session-failed", exitcode.Failed},
		{session.ErrTooLong, "session-failed", exitcode.Failed},
		{winsettings.ErrUnseen, "setting-unexpected", exitcode.Failed},
		{winsettings.ErrTooLong, "setting-unexpected", exitcode.Failed},
		{request.ErrImpostor, "request-impostor", exitcode.Refused},
		{request.ErrMessage, "request-message", exitcode.Failed},
		{request.ErrRefused, "request-refused", exitcode.Failed},
		{request.ErrGone, "request-gone", exitcode.Failed},
		{request.ErrNoAnswer, "request-no-answer", exitcode.Failed},
		{request.ErrNobody, "request-no-answer", exitcode.Failed},
		{schedule.ErrTask, "schedule-refused", exitcode.Failed},
		{startmenu.ErrEntry, "schedule-refused", exitcode.Failed},
		{eventlog.ErrSource, "schedule-refused", exitcode.Failed},
		{readiness.ErrAway, "reports-away", exitcode.Failed},
		{readiness.ErrFolder, "reports-folder", exitcode.Usage},
		{audit.ErrNotExport, "audit-not-export", exitcode.Usage},
		{audit.ErrNewer, "audit-newer", exitcode.Usage},
		{audit.ErrDamaged, "audit-damaged", exitcode.Failed},
		{audit.ErrRewritten, "audit-rewritten", exitcode.Failed},
		{audit.ErrNoTrail, "audit-no-trail", exitcode.Failed},
		{audit.ErrNoHead, "audit-no-head", exitcode.Failed},
		{audit.ErrUnreadable, "audit-unreadable", exitcode.Failed},
		{audit.ErrChain, "audit-chain", exitcode.Failed},
		{audit.ErrEnd, "audit-end", exitcode.Failed},
		{audit.ErrBroken, "audit-broken", exitcode.Failed},

		{confirm.ErrBroken, "build-broken", exitcode.Failed},
		{confirm.ErrWrongVersion, "build-wrong-version", exitcode.Failed},
		{confirm.ErrCannotConnect, "client-cannot-connect", exitcode.Failed},
		{confirm.ErrClock, "clock", exitcode.Failed},
		{confirm.ErrRevoked, "tls-revoked", exitcode.Failed},
		{confirm.ErrCaptivePortal, "captive-portal", exitcode.Failed},
		{confirm.ErrWeakSuite, "tls-weak-suite", exitcode.Failed},
		{confirm.ErrClientCertificate, "tls-client-certificate", exitcode.Failed},
		{confirm.ErrUnavailable, "stack-unavailable", exitcode.Failed},

		{transport.ErrTLSVersion, "tls-version", exitcode.Failed},
		{transport.ErrUnknownAuthority, "tls-unknown-authority", exitcode.Failed},
		{transport.ErrWrongName, "tls-wrong-name", exitcode.Failed},
		{transport.ErrCertificateTime, "tls-certificate-time", exitcode.Failed},
		{transport.ErrCertificate, "tls-certificate", exitcode.Failed},
		{transport.ErrHandshake, "tls-handshake", exitcode.Failed},
		{transport.ErrInsecureURL, "source-insecure", exitcode.Failed},
		{transport.ErrRedirects, "source-redirects", exitcode.Failed},
		{transport.ErrProxyAuth, "proxy-auth", exitcode.Failed},
		{transport.ErrProxy, "proxy", exitcode.Failed},
		{transport.ErrStatus, "http-status", exitcode.Failed},
		{transport.ErrTimeout, "timeout", exitcode.Failed},
		{download.ErrStalled, "timeout", exitcode.Failed},
		{download.ErrAbsent, "repository-incomplete", exitcode.Failed},
		{download.ErrIncomplete, "download-incomplete", exitcode.Failed},
		{transport.ErrUnreachable, "unreachable", exitcode.Failed},
		{transport.ErrSource, "source-invalid", exitcode.Usage},

		{manifest.ErrTooLarge, "too-large", exitcode.Failed},
		{manifest.ErrVersion, "version-invalid", exitcode.Usage},
		{manifest.ErrName, "name-invalid", exitcode.Usage},
		{manifest.ErrInvalid, "trust-manifest", exitcode.Refused},
		{updater.ErrNotRecorded, "not-recorded", exitcode.Failed},
		{errors.ErrUnsupported, "unsupported", exitcode.Failed},
		{fs.ErrPermission, "not-admin", exitcode.NotAdmin},
	}
}
