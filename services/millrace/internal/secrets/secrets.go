// Package secrets makes the passwords of a containerised installation on its first start and keeps them.
//
// Every service has a folder of its own, to be mounted into that service alone, with only what that service may know: its
// own broker user, and a database role where it needs one. RabbitMQ reads its users and their permissions from a
// definitions file that holds salted hashes. The package knows nothing of Docker.
package secrets

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
)

// Config says where the secrets go and how the servers are reached.
type Config struct {
	Dir          string // holds one folder per service
	RabbitMQHost string // host:port
	PostgresHost string // host:port
	Owner        int    // user id that the services' own files belong to; negative leaves them to the caller
}

// user is a broker user and its permissions: regular expressions over the names of queues and exchanges.
type user struct {
	folder    string // also the user's name
	configure string
	write     string
	read      string
	role      string // database role, if any
}

const database = "millrace"

// users lists who may do what. A stage reads its own group's queues and writes its own topic (the parser announces attachments, too) and those that every stage may
// have to tell of (dead letters, replayed ones, trial runs) and, by the default exchange, its retry queues. The operator sends
// dead letters and history to the groups' queues, and publishes what runs again and what people correct; only set-up may make or
// change anything.
func users() []user {
	const nothing = "^$"
	writes := func(topics ...string) string {
		return oneOf(append(topics, "amq.default", event.TopicDeadLetter, event.TopicReplayed, event.TopicShadow)...)
	}
	reads := func(group string) string { return "^" + group + "\\." }
	return []user{
		{folder: "setup", configure: ".*", write: ".*", read: ".*", role: "millrace"},
		{folder: "generator", configure: nothing, write: oneOf(event.TopicReceived), read: nothing},
		{folder: "parser", configure: nothing, write: writes(event.TopicParsed, event.TopicReceived), read: reads("parser")},
		{folder: "classifier", configure: nothing, write: writes(event.TopicClassified), read: reads("classifier")},
		{folder: "extractor", configure: nothing, write: writes(event.TopicExtracted), read: reads("extractor")},
		{folder: "sink", configure: nothing, write: writes(), read: reads("sink"), role: "millrace_sink"},
		{folder: "deadletters", configure: nothing, write: writes(), read: reads("deadletters"), role: "millrace_deadletters"},
		{folder: "operator", configure: nothing, write: oneOf(append(pipeline.Topics(), "amq.default")...), read: "\\.history$", role: "millrace_operator"},
		{folder: "tools", configure: nothing, write: nothing, read: nothing, role: "millrace_reader"},
	}
}

// oneOf returns an expression that matches these names and no others.
func oneOf(names ...string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	return "^(" + strings.Join(quoted, "|") + ")$"
}

// Ensure makes what is missing and leaves alone what is there, so it may run at every start.
func Ensure(cfg Config) error {
	definitions := brokerDefinitions{VHosts: []vhost{{Name: "/"}}}
	roles := make(map[string]string)
	for _, u := range users() {
		password, err := ensurePassword(cfg, u.folder, "amqp_url", func(password string) string {
			return amqpURL(u.folder, password, cfg.RabbitMQHost)
		})
		if err != nil {
			return err
		}
		definitions.add(u, password)
		if u.role == "" {
			continue
		}
		roles[u.role], err = ensurePassword(cfg, u.folder, "postgres_url", func(password string) string {
			return postgresURL(u.role, password, cfg.PostgresHost)
		})
		if err != nil {
			return err
		}
	}
	if err := write(cfg, "postgres", "password", roles["millrace"], 0o444); err != nil {
		return err
	}
	for _, role := range []string{"millrace_sink", "millrace_deadletters", "millrace_operator", "millrace_reader"} {
		if err := write(cfg, "setup", role+"_password", roles[role], 0o400); err != nil {
			return err
		}
	}
	if _, err := ensurePassword(cfg, "generator", "upload_token", func(password string) string { return password }); err != nil {
		return err
	}
	content, err := json.MarshalIndent(definitions, "", "  ")
	if err != nil {
		return fmt.Errorf("write the broker's definitions: %w", err)
	}
	return write(cfg, "rabbitmq", "definitions.json", string(content), 0o444)
}

// ensurePassword returns the password in a folder's file, which is made when it is missing: a URL that holds it, or the
// password alone.
func ensurePassword(cfg Config, folder, name string, form func(password string) string) (string, error) {
	path := filepath.Join(cfg.Dir, folder, name)
	content, err := os.ReadFile(path)
	if err == nil {
		if u, err := url.Parse(strings.TrimSpace(string(content))); err == nil && u.User != nil {
			password, _ := u.User.Password()
			// Hosts may have changed since; the password stays.
			return password, write(cfg, folder, name, form(password), 0o400)
		}
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the secret %s: %w", path, err)
	}
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails: see crypto/rand
	password := hex.EncodeToString(random[:])
	return password, write(cfg, folder, name, form(password), 0o400)
}

// write replaces a file in one step.
func write(cfg Config, folder, name, content string, mode fs.FileMode) error {
	dir := filepath.Join(cfg.Dir, folder)
	path := filepath.Join(dir, name)
	err := func() error {
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the folder is a volume of one service; its files are what is closed
			return err
		}
		temp := path + ".new"
		if err := os.WriteFile(temp, []byte(content+"\n"), 0o600); err != nil {
			return err
		}
		if err := os.Chmod(temp, mode); err != nil {
			return err
		}
		if cfg.Owner >= 0 && mode == 0o400 {
			if err := os.Chown(temp, cfg.Owner, cfg.Owner); err != nil {
				return err
			}
		}
		return os.Rename(temp, path)
	}()
	if err != nil {
		return fmt.Errorf("write the secret %s: %w", path, err)
	}
	return nil
}

func amqpURL(name, password, host string) string {
	return (&url.URL{Scheme: "amqp", User: url.UserPassword(name, password), Host: host, Path: "/"}).String()
}

func postgresURL(role, password, host string) string {
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: host, Path: "/" + database}).String()
}

// brokerDefinitions is the part of RabbitMQ's definitions file that is used (https://www.rabbitmq.com/docs/definitions).
type brokerDefinitions struct {
	Users       []brokerUser       `json:"users"`
	VHosts      []vhost            `json:"vhosts"`
	Permissions []brokerPermission `json:"permissions"`
}

type vhost struct {
	Name string `json:"name"`
}

type brokerUser struct {
	Name             string   `json:"name"`
	PasswordHash     string   `json:"password_hash"`
	HashingAlgorithm string   `json:"hashing_algorithm"`
	Tags             []string `json:"tags"`
}

type brokerPermission struct {
	User      string `json:"user"`
	VHost     string `json:"vhost"`
	Configure string `json:"configure"`
	Write     string `json:"write"`
	Read      string `json:"read"`
}

func (d *brokerDefinitions) add(u user, password string) {
	d.Users = append(d.Users, brokerUser{
		Name: u.folder, PasswordHash: hashPassword(password), HashingAlgorithm: "rabbit_password_hashing_sha256", Tags: []string{},
	})
	d.Permissions = append(d.Permissions, brokerPermission{User: u.folder, VHost: "/", Configure: u.configure, Write: u.write, Read: u.read})
}

// hashPassword is RabbitMQ's salted SHA-256 (https://www.rabbitmq.com/docs/passwords): base64(salt + sha256(salt + password))
// with four bytes of salt. The salt is taken from the password's own hash, so that the same password gives the same
// file at every start; passwords here are random and as good as unique.
func hashPassword(password string) string {
	seed := sha256.Sum256([]byte("millrace salt " + password))
	salt := seed[:4]
	sum := sha256.Sum256(append(append([]byte(nil), salt...), password...))
	return base64.StdEncoding.EncodeToString(append(append([]byte(nil), salt...), sum[:]...))
}
