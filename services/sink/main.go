// Command sink stores the events of all stages in Postgres. It is the only writer of results.
package main

import "github.com/millrace/millrace/shared/service"

func main() {
	service.Main(service.About{Name: name, Version: "1", Summary: "stores the events of all stages in Postgres"}, run)
}
