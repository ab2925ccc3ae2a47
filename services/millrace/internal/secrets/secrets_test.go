package secrets

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func ensure(t *testing.T, dir string) map[string]string {
	t.Helper()
	cfg := Config{Dir: dir, RabbitMQHost: "rabbitmq:5672", PostgresHost: "postgres:5432", Owner: -1}
	if err := Ensure(cfg); err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			content, readErr := os.ReadFile(path)
			files[strings.TrimPrefix(path, dir+"/")] = string(content)
			return readErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSecretsAreMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	first, second := ensure(t, dir), ensure(t, dir)
	if len(first) != len(second) || len(first) < 12 {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name, content := range first {
		if second[name] != content {
			t.Errorf("%s changed at the second start", name)
		}
	}
	if other := ensure(t, t.TempDir()); other["sink/amqp_url"] == first["sink/amqp_url"] {
		t.Error("two installations have the same password")
	}
}

func TestNoServiceIsGivenAnotherOnesSecret(t *testing.T) {
	files := ensure(t, t.TempDir())
	seen := make(map[string]string)
	for name, content := range files {
		folder := filepath.Dir(name)
		if folder == "setup" || folder == "postgres" || folder == "rabbitmq" {
			continue // set-up creates the roles, so it knows their passwords
		}
		for _, secret := range regexp.MustCompile(`[0-9a-f]{48}`).FindAllString(content, -1) {
			if other := seen[secret]; other != "" {
				t.Errorf("%s and %s share a secret", name, other)
			}
			seen[secret] = name
		}
	}
	if strings.Contains(files["rabbitmq/definitions.json"], strings.Split(files["sink/amqp_url"], ":")[2][:48]) {
		t.Error("the broker's definitions hold a password in the clear")
	}
}

func TestBrokerUsersMayDoNoMoreThanTheyMust(t *testing.T) {
	files := ensure(t, t.TempDir())
	var d brokerDefinitions
	if err := json.Unmarshal([]byte(files["rabbitmq/definitions.json"]), &d); err != nil {
		t.Fatal(err)
	}
	permissions := make(map[string]brokerPermission)
	for _, p := range d.Permissions {
		permissions[p.User] = p
	}
	tests := []struct {
		user, verb, name string
		want             bool
	}{
		{"parser", "read", "parser.document.received.v1", true},
		{"parser", "read", "sink.document.received.v1", false},
		{"parser", "write", "document.parsed.v1", true},
		{"parser", "write", "document.extracted.v1", false},
		{"parser", "write", "dead_letter.v1", true},
		{"parser", "configure", "parser.document.received.v1", false},
		{"generator", "write", "document.received.v1", true},
		{"generator", "write", "amq.default", false},
		{"generator", "read", "parser.document.received.v1", false},
		{"sink", "read", "sink.dead_letter.v1", true},
		{"sink", "write", "document.parsed.v1", false},
		{"parser", "write", "dead_letter.replayed.v1", true},
		{"parser", "write", "shadow.v1", true},
		{"deadletters", "read", "deadletters.dead_letter.replayed.v1", true},
		{"deadletters", "read", "sink.dead_letter.v1", false},
		{"deadletters", "write", "document.received.v1", false},
		{"operator", "write", "amq.default", true},
		{"operator", "write", "document.received.v1", true},
		{"operator", "write", "document.corrected.v1", true},
		{"sink", "read", "sink.document.corrected.v1", true},
		{"sink", "write", "document.corrected.v1", false},
		{"generator", "write", "document.corrected.v1", false},
		{"tools", "write", "document.corrected.v1", false},
		{"operator", "read", "document.received.v1.history", true},
		{"operator", "read", "deadletters.dead_letter.v1", false},
		{"operator", "configure", "anything", false},
		{"tools", "read", "sink.dead_letter.v1", false},
		{"tools", "write", "amq.default", false},
		{"setup", "configure", "anything", true},
	}
	for _, tt := range tests {
		p := permissions[tt.user]
		pattern := map[string]string{"read": p.Read, "write": p.Write, "configure": p.Configure}[tt.verb]
		if got := regexp.MustCompile(pattern).MatchString(tt.name); got != tt.want {
			t.Errorf("%s may %s %s: %v, want %v", tt.user, tt.verb, tt.name, got, tt.want)
		}
	}
}
