//go:build race

package sandbox

// overhead is how much more memory a child needs than it uses: the race detector shadows it.
const overhead = 12
