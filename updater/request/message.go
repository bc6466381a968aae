package request

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/manifest"
)

// MaxLine bounds a line in both directions, with its end, in bytes. A request
// for sixteen products with names of the usual length takes 400.
const MaxLine = 1 << 10

// ErrMessage is a line that is no request, or no answer.
var ErrMessage = errors.New("not a message of koshin's")

const (
	requestSchema = "koshin/request/1"
	answerSchema  = "koshin/answer/1"
)

// ID tells requests apart: one that is said twice counts once.
type ID string

// NewID draws an ID.
func NewID() ID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, says crypto/rand
	return ID(hex.EncodeToString(b[:]))
}

// UnmarshalText takes 32 hexadecimal digits.
func (id *ID) UnmarshalText(text []byte) error {
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).Match(text) {
		return fmt.Errorf("%w: id", ErrMessage)
	}
	*id = ID(text)
	return nil
}

// Request is what an operator asks for: to look after these products now.
type Request struct {
	Schema   string               `json:"schema"`
	ID       ID                   `json:"id"`
	Products []manifest.ProductID `json:"products"` // none: all of them
}

// New is a request for these products, or for all of them.
func New(products ...manifest.ProductID) Request {
	return Request{Schema: requestSchema, ID: NewID(), Products: products}
}

// Refusal is why a request is not accepted.
type Refusal string

// The refusals.
const (
	BadRequest     Refusal = "bad-request"     // the line is no request
	UnknownProduct Refusal = "unknown-product" // not configured on this PC
	UnknownCaller  Refusal = "unknown-caller"  // not somebody who works at this PC
	TooMany        Refusal = "too-many"        // this run has accepted enough
	Ending         Refusal = "ending"          // this run is over; the next one can be asked
)

// Answer is what the run says to a request.
type Answer struct {
	Schema   string  `json:"schema"`
	Accepted bool    `json:"accepted"`
	Run      RunID   `json:"run,omitempty"`     // of an accepted one
	Refused  Refusal `json:"refused,omitempty"` // of any other
}

func accepted(run RunID) Answer { return Answer{Schema: answerSchema, Accepted: true, Run: run} }

func refused(why Refusal) Answer { return Answer{Schema: answerSchema, Refused: why} }

// ParseRequest reads a line without its end. Anything else than a request, with
// a member more or twice, is [ErrMessage].
func ParseRequest(line []byte) (Request, error) {
	var r Request
	if err := parse(line, &r); err != nil {
		return Request{}, err
	}
	if r.Schema != requestSchema || r.ID == "" {
		return Request{}, fmt.Errorf("%w: schema or id", ErrMessage)
	}
	return r, nil
}

// ParseAnswer reads a line without its end; anything else than an answer is
// [ErrMessage].
func ParseAnswer(line []byte) (Answer, error) {
	var a Answer
	if err := parse(line, &a); err != nil {
		return Answer{}, err
	}
	if a.Schema != answerSchema || a.Accepted != (a.Run != "") || a.Accepted == (a.Refused != "") {
		return Answer{}, fmt.Errorf("%w: schema, run or refusal", ErrMessage)
	}
	return a, nil
}

func parse(line []byte, into any) error {
	if len(line) >= MaxLine {
		return fmt.Errorf("%w: too long", ErrMessage)
	}
	if err := json.Unmarshal(line, into, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return nil
}

// format is the message as a line, with its end.
func format(message any) ([]byte, error) {
	line, err := json.Marshal(message)
	if err == nil && len(line) >= MaxLine {
		err = fmt.Errorf("%w: too long", ErrMessage)
	}
	return append(line, '\n'), err
}
