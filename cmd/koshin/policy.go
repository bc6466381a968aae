package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/policy"
)

// applyPolicy puts group policy above the configuration. What of it cannot be
// used is logged at every start, and shown by status --policy.
func (a *app) applyPolicy(c *config.Config) {
	values := policy.Read(a.machine.policy, append(c.ProductIDs(), manifest.SelfID))
	for _, fault := range values.Faults() {
		a.log.WarnContext(context.Background(), "value of the group policy is not used", "path", fault.Path, "error", fault.Err)
	}
	c.Apply(values)
}

// policyJSON is every setting in effect, and what of the policy does not count.
type policyJSON struct {
	Settings []settingJSON     `json:"settings"`
	Faults   []policyFaultJSON `json:"faults"`
}

type settingJSON struct {
	Name    string             `json:"name"`
	Product manifest.ProductID `json:"product,omitempty"`
	Value   *string            `json:"value"`
	Origin  config.Origin      `json:"origin"` // policy, file or default
	Place   string             `json:"place,omitempty"`
	Line    int                `json:"line,omitempty"`
}

type policyFaultJSON struct {
	Path  string     `json:"path"`
	Value string     `json:"value,omitempty"`
	Error *errorJSON `json:"error"`
}

func (s *session) policyJSON() *policyJSON {
	doc := &policyJSON{Settings: []settingJSON{}, Faults: []policyFaultJSON{}}
	for _, set := range s.config.Settings() {
		one := settingJSON{Name: set.Name, Product: set.Product, Origin: set.Origin, Place: set.Place, Line: set.Line}
		if set.Value != "" {
			one.Value = &set.Value
		}
		doc.Settings = append(doc.Settings, one)
	}
	for _, f := range s.config.Policy.Faults() {
		doc.Faults = append(doc.Faults, policyFaultJSON{f.Path, f.Value, s.errorJSON(f)})
	}
	return doc
}

// showPolicy is the same for people.
func (s *session) showPolicy() {
	ruled := false
	rows := [][]string{}
	for _, set := range s.config.Settings() {
		ruled = ruled || set.Origin == config.ByPolicy
		label := s.say("setting-" + strings.ReplaceAll(set.Name, ".", "-"))
		if set.Product != "" {
			label = s.say("policy-of", "setting", label, "product", set.Product)
		}
		from := s.say("policy-from-"+string(set.Origin), "place", set.Place, "line", strconv.Itoa(set.Line))
		rows = append(rows, []string{"  " + label, s.settingValue(set), from})
	}
	s.sayln("policy-heading")
	terminal.Table(s.Out, rows)
	faults := s.config.Policy.Faults()
	if !ruled && len(faults) == 0 {
		s.sayln("policy-nothing")
	}
	if len(faults) > 0 {
		s.sayln("policy-faults")
	}
	for _, f := range faults {
		p := s.words.Explain(s.language, f)
		fmt.Fprintln(s.Out, "  "+p.Message)
		if f.Value != "" {
			fmt.Fprintln(s.Out, "    "+s.say("policy-fault-value", "value", f.Value))
		}
		fmt.Fprintln(s.Out, "    "+p.Remedy)
	}
}

// settingValue is a value as people read it: yes and no in their language.
func (s *session) settingValue(set config.Setting) string {
	switch {
	case set.Value == "":
		return s.say("policy-none")
	case set.Name == config.InstallAllowed:
		return s.say("policy-" + set.Value)
	}
	return set.Value
}
