// Package e2e tests the running system from outside.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// programs is the folder of the programs under test, built once for this test binary.
var programs string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "millrace-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	programs = dir
	build := exec.Command("go", "build", "-o", dir, "../services/generator", "../services/parser", "../services/classifier",
		"../services/extractor", "../services/sink", "../services/deadletters", "../services/millrace")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the programs:", err)
		return 1
	}
	return m.Run()
}
