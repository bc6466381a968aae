package main

import (
	"errors"
	"image"
	"image/draw"
	"os"

	"golang.org/x/image/bmp"
)

// writePicture draws what stands beside the words of the installer's first and
// last page: koshin's sign on its colour, in the one size that NSIS takes as it is.
func writePicture(file string) error {
	const width, height, sign = 164, 314, 112
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(blue), image.Point{}, draw.Src)
	at := image.Rect(0, 0, sign, sign).Add(image.Pt((width-sign)/2, 36))
	draw.Draw(picture, at, paint(sign, []layer{{everywhere, blue}, {turning, white}}), image.Point{}, draw.Over)
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(bmp.Encode(f, picture), f.Close())
}

func everywhere(float64, float64) bool { return true }
