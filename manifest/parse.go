package manifest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxSize is the longest manifest in bytes. A build with five packages takes
// about 2 KiB, so this is room for some 500 builds, and a PC reads it at once.
const MaxSize = 1 << 20

// Parse reads a manifest strictly: unknown fields, duplicate keys, invalid
// UTF-8, bad versions and values outside their limits are refused with a
// [FieldError] that names the field; a longer one than [MaxSize] with
// [ErrTooLarge].
func Parse(data []byte) (*Manifest, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: manifest: %w", ErrInvalid, ErrTooLarge)
	}
	m := new(Manifest)
	if err := json.Unmarshal(data, m, json.RejectUnknownMembers(true)); err != nil {
		return nil, fieldError(err)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

// Encode writes the manifest in the one form that is signed: two-space
// indentation, fields in the order of the type, a newline at the end.
func (m *Manifest) Encode() ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(m, jsontext.WithIndent("  "), json.Deterministic(true))
	if err != nil {
		return nil, fieldError(err)
	}
	data = append(data, '\n')
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: manifest of %d bytes: %w", ErrInvalid, len(data), ErrTooLarge)
	}
	return data, nil
}

// fieldError turns the decoder's position into the field's path.
func fieldError(err error) error {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		reason := semantic.Err
		if reason == nil {
			reason = fmt.Errorf("a JSON %v does not fit here", semantic.JSONKind)
		}
		return &FieldError{Path: fieldPath(semantic.JSONPointer), Reason: reason}
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return &FieldError{Path: fieldPath(syntactic.JSONPointer), Reason: syntactic.Err}
	}
	return fmt.Errorf("%w: %w", ErrInvalid, err)
}

// fieldPath writes the pointer /builds/0/size as builds[0].size.
func fieldPath(pointer jsontext.Pointer) string {
	var path strings.Builder
	for token := range pointer.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			fmt.Fprintf(&path, "[%s]", token)
		case path.Len() == 0:
			path.WriteString(token)
		default:
			path.WriteString("." + token)
		}
	}
	if path.Len() == 0 {
		return "(document)"
	}
	return path.String()
}
