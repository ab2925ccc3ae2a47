// Package stagetest lets a service prove, in one test, that it keeps the delivery contract.
//
// [Conform] runs a stage's own function, with its own dependencies, in the real loop of package stage on a real RabbitMQ,
// and lets everything happen to it that can happen: inputs that come twice, fail, hang, panic and crash the process;
// connections that are cut; a broker that is restarted, killed, or takes no publishes; a shutdown in mid-message. It then looks
// from outside: what came out, how often and with which ids, what went to the dead letters, what is left in the queues. Each
// promise of the contract is a subtest, and one that is broken says what was promised and what was seen.
//
// The package knows nothing of what a stage does: only how to make inputs for it, and, for a stage that publishes nothing,
// how to count what it has done. docs/adding-a-model.md shows how to use it.
package stagetest
