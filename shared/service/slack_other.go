//go:build !linux

package service

// easeTimers is for Linux, see there.
func easeTimers() {}
