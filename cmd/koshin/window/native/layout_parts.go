package native

import (
	"fmt"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
)

// pane is the sign, the headline, the products and the details.
func (l layouter) pane(v window.View, width int) column {
	var c column
	edge, sign := l.px(margin), l.px(iconSize)
	left := edge + sign + l.px(wideGap)
	inner := width - left - edge

	head := l.line("headline", headline, v.Headline, left, edge, inner)
	if head.at.h < sign { // one line stands beside the middle of its sign
		head.at.y += (sign - head.at.h) / 2
	}
	c.add(part{key: "icon", kind: icon, text: string(v.Mood), at: rect{edge, edge, sign, sign}}, head)
	for i, p := range v.Products {
		c.h += l.px(wideGap)
		if i > 0 {
			c.add(part{key: fmt.Sprint("rule", i), kind: rule, at: rect{left, c.h, inner, max(l.px(1), 1)}})
			c.h += l.px(wideGap)
		}
		l.product(&c, fmt.Sprint("product", i), p, left, inner)
	}
	for i, words := range v.Details {
		c.h += l.px(wideGap)
		if i > 0 {
			c.h += l.px(gap) - l.px(wideGap)
		}
		c.add(l.line(fmt.Sprint("detail", i), regular, words, left, c.h, inner))
	}
	c.h += edge
	return c
}

func (l layouter) product(c *column, key string, p window.Product, x, width int) {
	c.add(l.line(key, strong, p.Name, x, c.h, width))
	labels := 0
	for _, line := range p.Lines {
		labels = max(labels, l.measure(regular, line.Label, 0).w)
	}
	labels = min(labels, width*9/20) // a long one is broken: the value needs room too
	values := labels + l.px(wideGap)
	for i, line := range p.Lines {
		c.h += l.px(gap) / 2
		name := fmt.Sprint(key, "line", i)
		c.add(
			l.line(name+"label", regular, line.Label, x, c.h, labels),
			l.line(name+"value", regular, line.Value, x+values, c.h, width-values))
	}
	if p.Next != "" {
		c.h += l.px(gap)
		c.add(l.line(key+"next", regular, p.Next, x, c.h, width))
	}
}

// progress is what is being done, and the bar. The time left stands at the right
// where there is room for it.
func (l layouter) progress(p *window.Progress, width int) column {
	var c column
	if p == nil {
		return c
	}
	x := l.px(margin)
	inner := width - 2*x
	words := l.measure(regular, p.Text, 0)
	left := l.measure(regular, p.Left, 0)
	if words.w+left.w+l.px(wideGap) <= inner {
		c.add(l.line("progress", regular, p.Text, x, 0, inner-left.w-l.px(gap)))
		if p.Left != "" {
			c.add(l.line("left", regular, p.Left, x+inner-left.w, 0, left.w))
		}
	} else {
		c.add(l.line("progress", regular, p.Text, x, 0, inner))
		if p.Left != "" {
			c.add(l.line("left", regular, p.Left, x, c.h, inner))
		}
	}
	c.h += l.px(gap) / 2
	c.add(part{key: "bar", kind: bar, at: rect{x, c.h, inner, l.px(barHeight)}})
	c.h += x
	return c
}

// buttons stand in rows at the right, in their order.
func (l layouter) buttons(all []window.Button, width int) column {
	var c column
	edge := l.px(margin) * 3 / 5
	if len(all) == 0 {
		return c
	}
	y := edge
	for len(all) > 0 {
		row, rest := l.row(all, width-2*l.px(margin))
		x := width - l.px(margin)
		for i := len(row) - 1; i >= 0; i-- {
			x -= row[i].at.w
			row[i].at.x, row[i].at.y = x, y
			x -= l.px(gap)
		}
		c.add(row...)
		y = c.h + l.px(gap)
		all = rest
	}
	c.h += edge
	return c
}

// row is as many buttons as stand side by side, and the others.
func (l layouter) row(all []window.Button, width int) (row []part, rest []window.Button) {
	used := 0
	for i, b := range all {
		label := l.measure(regular, shown(b.Label), 0)
		at := rect{
			w: min(max(l.px(buttonWidth), label.w+2*l.px(buttonInside)), width),
			h: max(l.px(buttonHeight), label.h+l.px(gap)),
		}
		if i > 0 && used+l.px(gap)+at.w > width {
			return row, all[i:]
		}
		if i > 0 {
			used += l.px(gap)
		}
		used += at.w
		row = append(row, part{key: "button-" + string(b.Action), kind: button, text: b.Label, at: at})
	}
	return row, nil
}
