module github.com/millrace/millrace/services/millrace

go 1.26

require github.com/millrace/millrace/shared v0.0.0

replace github.com/millrace/millrace/shared => ../../shared

require github.com/millrace/millrace/migrations v0.0.0

replace github.com/millrace/millrace/migrations => ../../migrations
