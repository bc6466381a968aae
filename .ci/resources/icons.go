package main

import (
	"image"
	"image/color"
	"math"

	"github.com/tc-hib/winres"
)

// The colours carry white signs with a contrast of 4.5 or more, and each mood has
// a sign of its own for who does not tell colours apart.
var (
	blue  = color.NRGBA{0x0b, 0x5c, 0xad, 0xff}
	green = color.NRGBA{0x10, 0x7c, 0x10, 0xff}
	amber = color.NRGBA{0xb0, 0x58, 0x00, 0xff}
	red   = color.NRGBA{0xc4, 0x2b, 0x1c, 0xff}
	white = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// setIcons draws each icon anew at each size, so that none is ever scaled from 100
// to 250 % in steps of 25. Explorer shows the icon whose name comes first.
func setIcons(set *winres.ResourceSet, icons []icon) error {
	for _, i := range icons {
		var images []image.Image
		for _, size := range i.sizes {
			images = append(images, paint(size, i.layers))
		}
		made, err := winres.NewIconFromImages(images)
		if err != nil {
			return err
		}
		if err := set.SetIcon(winres.Name(i.name), made); err != nil {
			return err
		}
	}
	return nil
}

type icon struct {
	name   string
	sizes  []int
	layers []layer
}

// programIcon is the one in Explorer; the arrows go round in it.
func programIcon(colour color.NRGBA) icon {
	return icon{"APP", []int{16, 20, 24, 28, 32, 40, 48, 56, 64, 72, 80, 256}, []layer{{tile, colour}, {turning, white}}}
}

// signs are the ones in koshin's window, by mood.
func signs() []icon {
	sizes := []int{32, 40, 48, 56, 64, 72, 80}
	return []icon{
		{"WORKING", sizes, []layer{{disc, blue}, {turning, white}}},
		{"FINE", sizes, []layer{{disc, green}, {tick, white}}},
		{"NOTICE", sizes, []layer{{disc, amber}, {exclamation, white}}},
		{"TROUBLE", sizes, []layer{{disc, red}, {cross, white}}},
		{"QUESTION", sizes, []layer{{disc, blue}, {question, white}}},
	}
}

// shape says whether a point of the square from 0 to 1 is in it; y goes down.
type shape func(x, y float64) bool

type layer struct {
	in    shape
	color color.NRGBA
}

// paint asks 64 points of each pixel.
func paint(size int, layers []layer) image.Image {
	const fine = 8
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			var r, g, b, a int
			for sub := range fine * fine {
				px := (float64(x) + (float64(sub%fine)+0.5)/fine) / float64(size)
				py := (float64(y) + (float64(sub/fine)+0.5)/fine) / float64(size)
				for n := len(layers) - 1; n >= 0; n-- {
					if layers[n].in(px, py) {
						c := layers[n].color
						r, g, b, a = r+int(c.R), g+int(c.G), b+int(c.B), a+1
						break
					}
				}
			}
			if a > 0 {
				img.SetNRGBA(x, y, color.NRGBA{uint8(r / a), uint8(g / a), uint8(b / a), uint8(a * 255 / (fine * fine))})
			}
		}
	}
	return img
}

func disc(x, y float64) bool { return dot(0.5, 0.5, 0.48)(x, y) }

func tile(x, y float64) bool {
	const r, edge = 0.18, 0.03
	dx, dy := math.Max(math.Abs(x-0.5)-(0.5-edge-r), 0), math.Max(math.Abs(y-0.5)-(0.5-edge-r), 0)
	return dx*dx+dy*dy <= r*r
}

func tick(x, y float64) bool {
	return stroke(0.28, 0.52, 0.44, 0.68, 0.05)(x, y) || stroke(0.44, 0.68, 0.73, 0.35, 0.05)(x, y)
}

func cross(x, y float64) bool {
	return stroke(0.33, 0.33, 0.67, 0.67, 0.05)(x, y) || stroke(0.33, 0.67, 0.67, 0.33, 0.05)(x, y)
}

func exclamation(x, y float64) bool {
	return stroke(0.5, 0.26, 0.5, 0.54, 0.055)(x, y) || dot(0.5, 0.72, 0.065)(x, y)
}

func question(x, y float64) bool {
	return arc(0.5, 0.38, 0.14, 0.05, -180, 90)(x, y) || stroke(0.5, 0.52, 0.5, 0.57, 0.05)(x, y) || dot(0.5, 0.72, 0.065)(x, y)
}

// turning is two arrows that follow each other round.
func turning(x, y float64) bool {
	half := func(x, y float64) bool {
		return arc(0.5, 0.5, 0.24, 0.045, 190, 305)(x, y) ||
			triangle(0.62, 0.19, 0.80, 0.32, 0.58, 0.41)(x, y)
	}
	return half(x, y) || half(1-x, 1-y)
}

func dot(cx, cy, r float64) shape {
	return func(x, y float64) bool { return math.Hypot(x-cx, y-cy) <= r }
}

// stroke is a line with round ends, r on either side.
func stroke(x1, y1, x2, y2, r float64) shape {
	dx, dy := x2-x1, y2-y1
	return func(x, y float64) bool {
		t := ((x-x1)*dx + (y-y1)*dy) / (dx*dx + dy*dy)
		t = math.Max(0, math.Min(1, t))
		return math.Hypot(x-x1-t*dx, y-y1-t*dy) <= r
	}
}

// arc is a part of a ring, in degrees clockwise from the right.
func arc(cx, cy, radius, r, from, to float64) shape {
	return func(x, y float64) bool {
		if math.Abs(math.Hypot(x-cx, y-cy)-radius) > r {
			return false
		}
		at := math.Atan2(y-cy, x-cx)*180/math.Pi - from
		return at-360*math.Floor(at/360) <= to-from
	}
}

func triangle(x1, y1, x2, y2, x3, y3 float64) shape {
	side := func(x, y, ax, ay, bx, by float64) bool { return (bx-ax)*(y-ay)-(by-ay)*(x-ax) >= 0 }
	return func(x, y float64) bool {
		a, b, c := side(x, y, x1, y1, x2, y2), side(x, y, x2, y2, x3, y3), side(x, y, x3, y3, x1, y1)
		return a == b && b == c
	}
}
