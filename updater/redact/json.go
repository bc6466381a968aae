package redact

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON rewrites the texts of a JSON value, and leaves names, numbers and the
// order alone.
func JSON(value []byte, rewrite func(string) string) ([]byte, error) {
	var out bytes.Buffer
	decoder := jsontext.NewDecoder(bytes.NewReader(value), jsontext.AllowInvalidUTF8(true))
	encoder := jsontext.NewEncoder(&out, jsontext.AllowInvalidUTF8(true), jsontext.EscapeForHTML(true))
	for {
		kind, length := decoder.StackIndex(decoder.StackDepth())
		isName := kind == jsontext.KindBeginObject && length%2 == 0
		token, err := decoder.ReadToken()
		if errors.Is(err, io.EOF) {
			return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
		}
		if err != nil {
			return nil, err
		}
		if token.Kind() == jsontext.KindString && !isName {
			token = jsontext.String(rewrite(token.String()))
		}
		if err := encoder.WriteToken(token); err != nil {
			return nil, err
		}
	}
}
