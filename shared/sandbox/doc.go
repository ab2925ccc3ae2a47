// Package sandbox reads documents in child processes, so that a document that hangs, exhausts memory or crashes its reader
// costs that document and nothing else.
//
// The children are the calling program itself, started again with a hidden argument: every program (and test binary) that
// uses a [Pool] calls [Child] first thing in main. A child gets a document's bytes over a pipe and answers with the
// encoded layout or a typed fault; it inherits no environment and no open files. A document that fails as a whole is tried by the
// other engine and then page by page, and what can be read of it is kept. The package knows nothing of stores, events or stages.
//
// PDFium, which some documents need, is compiled for the machine once for each pool, into a temporary folder that the children read
// and only a process without documents writes.
//
// On Linux the children's memory is bounded by RLIMIT_DATA and watched from outside with their processor time, and they die with their
// parent by PR_SET_PDEATHSIG. Before a child sees a document it shuts itself in: root becomes nobody, Landlock leaves of the files
// PDFium's folder and what tesseract is made of, to read only, and seccomp refuses connections and what else leads out. What a
// system refuses is logged once and done without. Elsewhere memory is bounded only by the Go runtime's soft limit, which a hostile file
// can exceed for a while, nothing is shut, and a child notices within a second that its parent is gone; that is logged too.
package sandbox
