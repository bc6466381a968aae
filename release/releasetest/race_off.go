//go:build !race

package releasetest

const raceDetector = false
