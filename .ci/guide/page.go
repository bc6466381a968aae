package main

import (
	"fmt"
	"strings"
)

// section is a part of the page under one heading, with what is to be typed.
type section struct {
	title string
	boxes []box
}

// box is commands, and lines that they print, in this order.
type box struct {
	line     int
	commands string
	prints   []string
}

// parse takes the boxes marked sh out of a page; a box marked text is what the
// commands before it print.
func parse(text string) (sections []section, err error) {
	var open *strings.Builder
	var kind string
	var began int
	for n, line := range strings.Split(text, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open, kind, began = new(strings.Builder), fence, n+1
		case isFence:
			if len(sections) == 0 {
				return nil, fmt.Errorf("line %d: a box above the first heading", began)
			}
			if err := sections[len(sections)-1].add(kind, began, open.String()); err != nil {
				return nil, err
			}
			open = nil
		case open != nil:
			open.WriteString(line + "\n")
		case strings.HasPrefix(line, "## "):
			sections = append(sections, section{title: line[3:]})
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: the box has no end", began)
	}
	return sections, nil
}

func (s *section) add(kind string, line int, content string) error {
	switch kind {
	case "sh":
		s.boxes = append(s.boxes, box{line: line, commands: content})
	case "text":
		if len(s.boxes) == 0 {
			return fmt.Errorf("line %d: nothing printed this", line)
		}
		s.boxes[len(s.boxes)-1].prints = strings.Split(strings.TrimSpace(content), "\n")
	default:
		return fmt.Errorf("line %d: a box marked %q is neither typed (sh) nor printed (text)", line, kind)
	}
	return nil
}

// missing is the first line that was to be printed and was not, in this order.
func (b box) missing(printed string) string {
	rest := strings.Split(printed, "\n")
	for _, want := range b.prints {
		found := false
		for n, line := range rest {
			if strings.Contains(line, strings.TrimSpace(want)) {
				rest, found = rest[n+1:], true
				break
			}
		}
		if !found {
			return want
		}
	}
	return ""
}
