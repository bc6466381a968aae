package winstack

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test binary be the program that asks as the operator.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "--probe" {
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
