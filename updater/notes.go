package updater

import (
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Key names a sentence in the catalogue that the programs keep. This package
// decides what is said; it never holds the words.
type Key string

// Note is a sentence to be said to people, with its values.
type Note struct {
	Key  Key
	Args map[string]string // replaces {name} in the sentence

	// Values that each language writes in its own way.
	Days    map[string]manifest.Date
	Moments map[string]time.Time
}

// note makes a Note from alternating names and values.
func note(key Key, args ...any) Note {
	n := Note{Key: key, Args: make(map[string]string, len(args)/2)}
	for i := 0; i+1 < len(args); i += 2 {
		name := fmt.Sprint(args[i])
		switch value := args[i+1].(type) {
		case time.Time:
			n.Moments = with(n.Moments, name, value)
		case manifest.Date:
			n.Days = with(n.Days, name, value)
		default:
			n.Args[name] = fmt.Sprint(value)
		}
	}
	return n
}

func with[T any](m map[string]T, name string, value T) map[string]T {
	if m == nil {
		m = map[string]T{}
	}
	m[name] = value
	return m
}

// The sentences. The catalogue's test finds one that has no words.
const (
	NoteRecover       Key = "phase-recover"
	NoteReverted      Key = "phase-reverted"
	NoteFinished      Key = "phase-finished"
	NoteDetect        Key = "phase-detect"
	NoteDamaged       Key = "found-damaged"
	NoteMoved         Key = "found-moved"
	NoteByHand        Key = "found-by-hand"
	NoteEdited        Key = "found-edited"
	NoteTrust         Key = "phase-trust"
	NoteGates         Key = "phase-gates"
	NoteBaseline      Key = "phase-baseline"
	NoteDownload      Key = "phase-download"
	NoteVerify        Key = "phase-verify"
	NoteStage         Key = "phase-stage"
	NoteRehearse      Key = "phase-rehearse"
	NoteBackUp        Key = "phase-back-up"
	NoteSwap          Key = "phase-swap"
	NoteConfirm       Key = "phase-confirm"
	NoteConfirmSelf   Key = "phase-confirm-self"
	NoteSelfBroken    Key = "self-broken"
	NoteBootRights    Key = "boot-no-rights"
	NoteBootNot       Key = "boot-not-scheduled"
	NoteBootOwnConfig Key = "boot-own-config"
	NoteCommit        Key = "phase-commit"
	NoteRollBack      Key = "phase-roll-back"
	NoteRecord        Key = "phase-record"
	NoteNotRecorded   Key = "not-recorded"
	NoteTrailBroken   Key = "trail-broken"

	PlanReplace  Key = "plan-replace"
	PlanRetire   Key = "plan-retire"
	PlanPut      Key = "plan-put"
	PlanMkdir    Key = "plan-mkdir"
	PlanSeed     Key = "plan-seed"
	PlanKeep     Key = "plan-keep"
	PlanRun      Key = "plan-run"
	PlanDiscard  Key = "plan-discard"
	PlanData     Key = "plan-data"
	PlanSnapshot Key = "plan-snapshot"
	PlanUnlisted Key = "plan-unlisted"
	PlanAside    Key = "plan-aside"
	PlanChanged  Key = "plan-changed"
	PlanMissing  Key = "plan-missing"

	NoteOwed          Key = "left-for-restart"
	NoteOwedRights    Key = "restart-no-rights"
	NoteOwedNot       Key = "restart-not-scheduled"
	NoteOwedOwnConfig Key = "restart-own-config"
	NoteWaiting       Key = "waiting-for-file"
	NoteWaitingFor    Key = "waiting-for-program"

	GateDelegated  Key = "gate-delegated"
	GateWithdrawn  Key = "gate-withdrawn"
	GatePolicyOff  Key = "gate-policy-install"
	GatePolicyPin  Key = "gate-policy-target"
	GatePolicyLow  Key = "gate-policy-target-below-floor"
	GatePolicyNow  Key = "gate-policy-hours"
	GatePolicyPast Key = "gate-policy-hours-past-limit"
	GatePolicyNext Key = "gate-policy-hours-next"
	GatePolicyBad  Key = "gate-policy-fault"
	GateMinOS      Key = "gate-min-os"
	GateMinOSAsk   Key = "gate-min-os-unknown"
	GateDisk       Key = "gate-disk"
	GateRunning    Key = "gate-running"
	GateRunningOwe Key = "gate-running-restart"
	GateRunningAsk Key = "gate-running-unknown"
	GateBattery    Key = "gate-battery"
	GateBatteryOK  Key = "gate-battery-enough"
	GateBatteryAsk Key = "gate-battery-unknown"
	GateBusy       Key = "gate-busy"
	GateBusyAhead  Key = "gate-busy-ahead"
	GateBusyOften  Key = "gate-busy-renewed"
	GateBusyLimit  Key = "gate-busy-past-limit"
	GateBusyBad    Key = "gate-busy-refused"
	GateMetered    Key = "gate-metered"
	GateMeteredAsk Key = "gate-metered-unknown"
	GateWindow     Key = "gate-window"
	GateWindowEver Key = "gate-window-without-end"
	GateWindowNext Key = "gate-window-next"
	GateHeld       Key = "gate-held"
	GateHeldByHand Key = "gate-held-by-hand"
	GateRollout    Key = "gate-rollout"
	GateRolloutAsk Key = "gate-rollout-unknown"
	GateOpen       Key = "gate-open"
	GateIgnored    Key = "gate-ignored-below-floor"
	GateOutage     Key = "gate-window-yields"
)
