package config

import (
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
)

// linesOf are the lines on which the keys of a file stand, by their paths such as
// "source.proxy" and "product[0].channel". The decoder tells places only of what
// it refuses. A key that is set to nothing is left out: it says no more than one
// that is not there. data is a file that it has taken.
func linesOf(data []byte) map[string]int {
	l := &lines{at: map[string]int{}, tables: map[string]int{}}
	l.parser.Reset(data)
	table := ""
	for l.parser.NextExpression() {
		switch node := l.parser.Expression(); node.Kind {
		case unstable.Table:
			table = l.path("", node.Key())
		case unstable.ArrayTable:
			name := l.path("", node.Key())
			table = fmt.Sprintf("%s[%d]", name, l.tables[name])
			l.tables[name]++
		case unstable.KeyValue:
			l.note(table, node)
		}
	}
	return l.at
}

type lines struct {
	parser unstable.Parser
	at     map[string]int
	tables map[string]int // how many of an array of tables there were
}

// note remembers a key, and those of a table that is written on one line.
func (l *lines) note(table string, node *unstable.Node) {
	if value := node.Value(); value.Kind == unstable.String && len(value.Data) == 0 {
		return
	}
	key := l.path(table, node.Key())
	l.at[key] = l.parser.Shape(node.Raw).Start.Line
	l.inside(key, node.Value())
}

func (l *lines) inside(key string, value *unstable.Node) {
	if value.Kind != unstable.InlineTable && value.Kind != unstable.Array {
		return
	}
	children := value.Children()
	for i := 0; children.Next(); i++ {
		if child := children.Node(); value.Kind == unstable.InlineTable {
			l.note(key, child)
		} else {
			l.inside(fmt.Sprintf("%s[%d]", key, i), child)
		}
	}
}

func (l *lines) path(table string, key unstable.Iterator) string {
	for key.Next() {
		if table != "" {
			table += "."
		}
		table += string(key.Node().Data)
	}
	return table
}
