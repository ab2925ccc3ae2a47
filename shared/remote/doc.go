// Package remote asks models that run elsewhere what type a document is and which fields it has: over HTTP with JSON of our
// own, by the KServe v2 protocol, or through an OpenAI-compatible chat API. docs/remote-models.md describes what is sent.
//
// It is an HTTP client, so it says what a failure means for the message (package fault): an API that is away is
// DependencyDown, a refusal is Permanent, an answer that makes no sense is Transient with the answer in the error. Values
// that a model returns are looked for in the document, for their place, and are doubted where they do not stand there.
//
// Nothing is sent anywhere but to the URL in [Settings]. The package knows nothing of stages, storage or how a layout came
// to be.
package remote
