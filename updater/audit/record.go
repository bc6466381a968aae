package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
)

// Record is one line.
type Record struct {
	Seq     int64           `json:"seq"` // from 1
	Time    time.Time       `json:"time"`
	Verb    string          `json:"verb"` // update, rollback, recover, confirm, enroll, fix, undo
	Product string          `json:"product,omitempty"`
	From    string          `json:"from,omitempty"`
	To      string          `json:"to,omitempty"`
	Outcome string          `json:"outcome"`
	Detail  json.RawMessage `json:"detail,omitempty"` // evidence, such as the proofs of connectivity
	Before  string          `json:"before"`           // SHA-256 of the line before, in hexadecimal; of the first, empty
}

// maxLine bounds one line, so that a trail can be read in bounded memory. The
// proofs of 16 hosts take about 20 KiB; see [maxDetail] for what may not.
const maxLine = 1 << 20

// parse reads a line as strictly as it can be without refusing what a later
// koshin adds: one JSON object, in UTF-8, no control characters, no name twice.
func parse(line []byte) (Record, error) {
	var r Record
	if err := jsonv2.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if r.Seq < 1 {
		return r, fmt.Errorf("%w: it has no number", ErrUnreadable)
	}
	return r, nil
}

// format is the line of a record, without its newline.
func format(r Record, clean func(string) string) ([]byte, error) {
	r.Detail = bounded(r.Detail, clean)
	line, err := json.Marshal(r)
	if err == nil && len(line) > maxLine {
		err = errors.New("a record without its evidence is too long")
	}
	return line, err
}

func digest(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
