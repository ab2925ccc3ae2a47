package testkit

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// defaultRabbitMQ is where a local server is expected.
const defaultRabbitMQ = "amqp://guest:guest@127.0.0.1:5672/" //nolint:gosec // the default account of a local RabbitMQ

// Vhost returns the AMQP URL of a vhost that belongs to this test alone and is deleted when the test ends. The server is
// that of MILLRACE_TEST_AMQP_URL, default a local one; MILLRACE_TEST_RABBITMQCTL names its rabbitmqctl. Where rabbitmqctl cannot be used on it (another machine, no right
// to), the URL is the server's own vhost: use [Prefix] as well and tests do not meet there either. Without a server the
// test is skipped, or fails where CI=true.
func Vhost(t testing.TB) string {
	t.Helper()
	server := os.Getenv("MILLRACE_TEST_AMQP_URL")
	if server == "" {
		server = defaultRabbitMQ
	}
	if err := canConnect(server); err != nil {
		Unavailable(t, fmt.Sprintf("no RabbitMQ (MILLRACE_TEST_AMQP_URL says where): %v", err))
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("MILLRACE_TEST_AMQP_URL is not a URL")
	}
	name := "test-" + strings.ToLower(rand.Text()[:16])
	if makeVhost(name, u.User.Username()) != nil {
		_ = Control("delete_vhost", name) // which may be there all the same
		return server
	}
	t.Cleanup(func() {
		if err := Control("delete_vhost", name); err != nil {
			t.Errorf("delete the test's vhost: %v", err)
		}
	})
	own := *u
	own.Path = "/" + name
	// rabbitmqctl may have spoken to another server than the one of the URL: only a connection shows.
	if canConnect(own.String()) != nil {
		return server
	}
	return own.String()
}

// makeVhost makes a vhost that the user may do everything in. Both in one go: each start of rabbitmqctl takes half a second of a CPU.
func makeVhost(name, user string) error {
	return Control("eval", fmt.Sprintf(`ok = rabbit_vhost:add(<<%q>>, <<"test">>),
		ok = rabbit_auth_backend_internal:set_permissions(<<%q>>, <<%q>>, <<".*">>, <<".*">>, <<".*">>, <<"test">>).`, name, user, name))
}

// Prefix returns a prefix for the names of exchanges and queues that no other test has.
func Prefix(testing.TB) string { return "t" + strings.ToLower(rand.Text()[:10]) + "." }

func canConnect(server string) error {
	conn, err := amqp.DialConfig(server, amqp.Config{Dial: amqp.DefaultDial(5 * time.Second)})
	if err != nil {
		return err
	}
	return conn.Close()
}

// Control runs rabbitmqctl on the server of [Vhost].
func Control(arguments ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	program := cmp.Or(os.Getenv("MILLRACE_TEST_RABBITMQCTL"), "rabbitmqctl")
	output, err := exec.CommandContext(ctx, program, arguments...).CombinedOutput() //nolint:gosec // arguments come from tests
	if err != nil {
		return fmt.Errorf("rabbitmqctl %s: %w: %s", arguments[0], err, output)
	}
	return nil
}
