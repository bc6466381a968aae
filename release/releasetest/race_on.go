//go:build race

package releasetest

const raceDetector = true
