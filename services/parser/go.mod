module github.com/millrace/millrace/services/parser

go 1.26

require github.com/millrace/millrace/shared v0.0.0

replace github.com/millrace/millrace/shared => ../../shared
