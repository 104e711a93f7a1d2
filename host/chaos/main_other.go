//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "chaos: what to kill is found in /proc, which only Linux has")
	os.Exit(1)
}
