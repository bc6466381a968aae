// The brokenkoshin program is a koshin that says its version and can do nothing
// else: a build that passes its rehearsal and is found at fault in its place.
package main

import (
	"fmt"
	"os"
)

var version = "dev"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Println("koshin", version)
		return
	}
	fmt.Fprintln(os.Stderr, "koshin: something is missing here")
	os.Exit(3)
}
