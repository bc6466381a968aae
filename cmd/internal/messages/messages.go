// Package messages is the catalogue: every sentence that koshin says to people,
// in Japanese and in English, polite, short and with a next action.
//
// Other packages name what happened, with a sentinel error or an updater.Note;
// this one has the words. They lie in ja.toml and en.toml, so that somebody who
// does not program can read and correct them. Tests find a sentence that is
// missing, one that nobody says, and one whose placeholders differ between the
// languages.
package messages

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

// Language is one of the two that koshin speaks.
type Language string

// The languages.
const (
	Japanese Language = "ja"
	English  Language = "en"
)

//go:embed ja.toml
var japanese []byte

//go:embed en.toml
var english []byte

// Catalogue is all sentences in both languages.
type Catalogue struct{ ja, en map[string]string }

// Load reads the catalogue that is built into the program.
func Load() (*Catalogue, error) {
	c := new(Catalogue)
	if err := toml.Unmarshal(japanese, &c.ja); err != nil {
		return nil, fmt.Errorf("catalogue ja: %w", err)
	}
	if err := toml.Unmarshal(english, &c.en); err != nil {
		return nil, fmt.Errorf("catalogue en: %w", err)
	}
	return c, nil
}

// Say is one sentence; args are alternating names and values for its
// {placeholders}. A sentence that is missing comes out as its key, so that
// something is said in any case.
func (c *Catalogue) Say(language Language, key string, args ...any) string {
	values := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = fmt.Sprint(args[i+1])
	}
	return c.fill(language, key, values)
}

// Note is a sentence that the updater wants said. A reason that has a sentence
// of its own is said with it.
func (c *Catalogue) Note(language Language, n updater.Note) string {
	args := maps.Clone(n.Args)
	if args == nil {
		args = map[string]string{}
	}
	for name, day := range n.Days {
		args[name] = Day(language, day)
	}
	for name, moment := range n.Moments {
		args[name] = Moment(language, moment)
	}
	if reason, ok := args["reason"]; ok {
		args["reason"] = c.Reason(language, reason)
	}
	return c.fill(language, string(n.Key), args)
}

// Reason is the sentence for the reason of a verdict or a hold; a reason that
// somebody wrote is itself.
func (c *Catalogue) Reason(language Language, reason string) string {
	key := "reason-" + reason
	if text := c.fill(language, key, nil); text != key {
		return strings.TrimRight(text, "。.")
	}
	return reason
}

// Both is the same in both languages, as JSON documents carry it.
func (c *Catalogue) Both(n updater.Note) manifest.Text {
	return manifest.Text{JA: c.Note(Japanese, n), EN: c.Note(English, n)}
}

func (c *Catalogue) fill(language Language, key string, values map[string]string) string {
	sentences := c.en
	if language == Japanese {
		sentences = c.ja
	}
	text, ok := sentences[key]
	if !ok {
		return key
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
