package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// keys are what the contract promises about each document: "a.b[].c" is a key
// c in every element of the list b in the object a. What is null, or an empty
// list, has nothing inside it.
func keys() map[string][]string {
	confirmed := []string{
		"verdict", "hosts[].url", "hosts[].ip", "hosts[].proxy", "hosts[].old_tls_refused",
		"hosts[].stacks[].stack", "hosts[].stacks[].ok", "hosts[].stacks[].tls", "hosts[].stacks[].suite",
		"hosts[].stacks[].chain_sha256", "hosts[].stacks[].status", "hosts[].stacks[].error",
	}
	check := []string{
		"products[].product", "products[].installed", "products[].floor", "products[].latest", "products[].tls_ready", "products[].action",
		"products[].download.kind", "products[].download.bytes", "products[].gates[].name", "products[].gates[].verdict", "products[].gates[].reason",
	}
	report := []string{
		"products[].product", "products[].from", "products[].to", "products[].outcome",
		"products[].download.kind", "products[].download.bytes", "products[].download.resumed_from",
		"products[].error.code", "products[].error.message", "products[].error.remedy",
	}
	for _, key := range confirmed {
		report = append(report, "products[].confirm."+key)
	}
	return map[string][]string{
		"check": check, "explain": check, "update": report, "rollback": report, "recover": report, "confirm": confirmed,
		"schedule": {"tasks[].name", "tasks[].state", "last_run.time", "last_run.code"},
		"error":    {"error.code", "error.message", "error.remedy"},
	}
}

// checkDocument: document VERB [error] [PATH=VALUE…] checks that stdout is
// exactly one JSON document of this verb with all the keys that the contract
// promises, or the error that came before any product, and that it holds these
// values: strings bare, everything else as JSON.
func checkDocument(ts script, neg bool, args []string) {
	usage(ts, neg, args, "document VERB [error] [PATH=VALUE…]")
	verb, wants := args[0], args[1:]
	promised := keys()[verb]
	if len(wants) > 0 && wants[0] == "error" {
		promised, wants = keys()["error"], wants[1:]
	}
	doc, err := oneDocument(ts.ReadFile("stdout"))
	ts.Check(err)
	if doc["schema"] != "koshin/"+verb+"/1" {
		ts.Fatalf("schema %v, want koshin/%s/1", doc["schema"], verb)
	}
	for _, key := range promised {
		if err := hasKey(doc, key); err != nil {
			ts.Fatalf("%s: %v", key, err)
		}
	}
	for _, want := range wants {
		path, value, _ := strings.Cut(want, "=")
		got, err := valuesAt(doc, path)
		ts.Check(err)
		if got != value {
			ts.Fatalf("%s is %s, want %s", path, got, value)
		}
	}
}

func oneDocument(text string) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	var doc map[string]any
	if err := decoder.Decode(&doc); err != nil {
		return nil, err
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document on stdout")
	}
	return doc, nil
}

// hasKey walks all elements of the lists on its way.
func hasKey(value any, path string) error {
	name, rest, deeper := strings.Cut(path, ".")
	name, isList := strings.CutSuffix(name, "[]")
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("no object around %q", name)
	}
	inner, ok := object[name]
	if !ok {
		return fmt.Errorf("missing among %q", slices.Sorted(maps.Keys(object)))
	}
	if isList && inner != nil {
		list, ok := inner.([]any)
		if !ok {
			return fmt.Errorf("%q is not a list", name)
		}
		for _, element := range list {
			if err := hasKey(element, rest); err != nil {
				return err
			}
		}
		return nil
	}
	if !deeper || inner == nil {
		return nil
	}
	return hasKey(inner, rest)
}

// valuesAt is the value at a path; more than one, in lists, with spaces between.
func valuesAt(value any, path string) (string, error) {
	if err := hasKey(value, path); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	all := []any{value}
	for name := range strings.SplitSeq(path, ".") {
		name, isList := strings.CutSuffix(name, "[]")
		var next []any
		for _, v := range all {
			object, _ := v.(map[string]any)
			if list, ok := object[name].([]any); ok && isList {
				next = append(next, list...)
				continue
			}
			next = append(next, object[name])
		}
		all = next
	}
	var words []string
	for _, v := range all {
		text, ok := v.(string)
		if !ok {
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(v); err != nil {
				return "", err
			}
			text = strings.TrimSpace(out.String())
		}
		words = append(words, text)
	}
	return strings.Join(words, " "), nil
}
