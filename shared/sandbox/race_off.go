//go:build !race

package sandbox

// overhead is how much more memory a child needs than it uses.
const overhead = 1
