package service

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const slackChild = "MILLRACE_TEST_SLACK_CHILD"

// Every thread has the slack, the runtime's own among them; the process keeps its id, arguments and environment.
func TestTimersAreEasedInEveryThread(t *testing.T) {
	if os.Getenv(slackChild) != "" {
		easeTimers()
		fmt.Println("process", os.Getpid(), os.Args[1:])
		threads, _ := filepath.Glob("/proc/self/task/*")
		for _, thread := range threads {
			slack, err := os.ReadFile(filepath.Join("/proc", filepath.Base(thread), "timerslack_ns"))
			fmt.Println("slack", strings.TrimSpace(string(slack)), err)
		}
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), slackChild+"=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	eased := 0
	for line := range strings.Lines(string(out)) {
		slack, ok := strings.CutPrefix(line, "slack ")
		if !ok {
			continue
		}
		if want := fmt.Sprintf("%d <nil>\n", timerSlack.Nanoseconds()); slack != want {
			t.Errorf("a thread's slack is %s, want %s", slack, want)
		}
		eased++
	}
	if want := fmt.Sprintf("process %d [-test.run=^%s$ -test.v]\n", child.ProcessState.Pid(), t.Name()); eased < 2 || !strings.Contains(string(out), want) {
		t.Errorf("%d threads, and not %s in\n%s", eased, want, out)
	}
}
