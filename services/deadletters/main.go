// Command deadletters keeps in Postgres the messages that consumer groups gave up on, until a person has dealt with them.
package main

import (
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/service"
)

func main() {
	service.Main(service.About{Name: pipeline.DeadLetters, Version: "1", Summary: "keeps the messages that were given up on"}, run)
}
