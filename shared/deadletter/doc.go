// Package deadletter keeps the messages that consumer groups gave up on, and gives them back: it stores and groups them,
// reads them for people, edits and discards them, and replays them to the group that failed.
//
// What is told may come twice and in any order: a death or a settlement that was stored already changes nothing, and the
// same deaths and settlements lead to the same letter in whatever order they come. A letter is resolved as soon as one replay
// of it was handled.
//
// The package knows the tables of the dead letters and no others, and of stages only what their messages say. It is used by
// the service deadletters, which writes what the broker tells, and by the programs of those who repair. Errors are faults as
// package postgres gives them, unless a function says otherwise.
package deadletter
