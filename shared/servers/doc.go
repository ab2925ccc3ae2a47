// Package servers runs a private RabbitMQ, a cluster of them, or a Postgres from the binaries that are installed on this
// machine: on loopback ports of its own, in a folder of its own, with credentials of its own.
//
// It is what `millrace up` falls back to where no server is given, and what tests use that stop, kill and restart one. The
// package knows nothing of what the servers are used for.
package servers
