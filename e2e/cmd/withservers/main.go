// Command withservers runs a command with a RabbitMQ and a PostgreSQL to test against: those that MILLRACE_TEST_AMQP_URL
// and MILLRACE_TEST_POSTGRES_URL name or that run locally, else private ones that it starts for the time of the command.
// Its exit code is the command's.
package main

import (
	"fmt"
	"os"

	"github.com/millrace/millrace/e2e/withservers"
)

func main() {
	code, err := withservers.Run(os.Args[1:], os.Environ())
	if err != nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
	}
	os.Exit(code)
}
