// Command millrace is the command line: it runs an instance, hands it documents and looks at what it found.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/millrace/millrace/services/millrace/internal/cli"
	"github.com/millrace/millrace/shared/sandbox"
)

func main() {
	sandbox.Child() // inspect reads documents in child processes of this program
	os.Exit(run())
}

func run() int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "millrace: find this program:", err)
		return cli.ExitFailed
	}
	ctx, force, stop := cli.Signals(context.Background())
	defer stop()
	return cli.Execute(ctx, cli.Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Environ: os.Environ(), Self: self, Force: force, Revision: cli.Revision(),
	}, os.Args[1:])
}
