// Package prove shows on one machine that nothing is lost and nothing is doubled: it runs a whole Millrace on servers of its
// own, feeds it documents, duplicates and poison at a steady rate, inflicts faults on it meanwhile, and then compares what is
// stored with what it knows to have put in.
//
// It knows the services from outside only: their programs, settings, signals, queues and tables. It kills nothing that it
// has not started. What went in is kept in the harness's memory and never read back from what is being judged.
package prove
