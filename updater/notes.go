package updater

import "fmt"

// Key names a sentence in the catalogue that the programs keep. This package
// decides what is said; it never holds the words.
type Key string

// Note is a sentence to be said to people, with its values.
type Note struct {
	Key  Key
	Args map[string]string // replaces {name} in the sentence
}

// note makes a Note from alternating names and values.
func note(key Key, args ...any) Note {
	n := Note{Key: key, Args: make(map[string]string, len(args)/2)}
	for i := 0; i+1 < len(args); i += 2 {
		n.Args[fmt.Sprint(args[i])] = fmt.Sprint(args[i+1])
	}
	return n
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
	GateMinOS      Key = "gate-min-os"
	GateMinOSAsk   Key = "gate-min-os-unknown"
	GateDisk       Key = "gate-disk"
	GateRunning    Key = "gate-running"
	GateRunningOwe Key = "gate-running-restart"
	GateRunningAsk Key = "gate-running-unknown"
	GateWindow     Key = "gate-window"
	GateHeld       Key = "gate-held"
	GateHeldByHand Key = "gate-held-by-hand"
	GateRollout    Key = "gate-rollout"
	GateOpen       Key = "gate-open"
	GateIgnored    Key = "gate-ignored-below-floor"
	GateOutage     Key = "gate-window-yields"
)
