package broker_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/testkit"
)

// A service's user that may read and write but not configure works where the topology is there, and says so where not.
func TestAUserWithoutTheConfigurePermission(t *testing.T) {
	t.Parallel()
	f := open(t, withHistory)
	u, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	vhost := strings.TrimPrefix(u.Path, "/")
	if vhost == "" {
		t.Skip("rabbitmqctl cannot be used here, so there is no user to make")
	}
	user := "user-" + vhost
	ctl := func(arguments ...string) {
		t.Helper()
		if err := testkit.Control(arguments...); err != nil {
			t.Fatal(err)
		}
	}
	ctl("add_user", user, vhost)
	t.Cleanup(func() { ctl("delete_user", user) })
	ctl("set_permissions", "-p", vhost, user, "^$", ".*", ".*")
	b := f.another(func(c *broker.Config) {
		own := *u
		own.User = url.UserPassword(user, vhost)
		c.URL, c.History = own.String(), keep()
	})
	g := broker.Group{Name: "g", Topic: topic}
	if err := b.Declare(context.Background(), []broker.Group{g}, nil); fault.KindOf(err) != "topology_missing" || !strings.Contains(err.Error(), "configure permission") {
		t.Fatalf("nothing is there: %v", err)
	}
	f.declare(g)
	if err := b.Declare(context.Background(), []broker.Group{g}, nil); err != nil {
		t.Fatalf("everything is there: %v", err)
	}
	s, err := b.Subscriber(broker.SubscriberConfig{Group: g})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Publisher().Publish(topic, message.NewMessage("m", nil)); err != nil {
		t.Fatal(err)
	}
	receive(t, messages).Ack()
	if last, ok, err := b.HistoryEnd(t.Context(), topic); last != 0 || !ok || err != nil {
		t.Errorf("the end of the history: %d, %v, %v", last, ok, err)
	}
	if err := b.Publisher().Publish("new.v1", message.NewMessage("m", nil)); fault.KindOf(err) != "topology_missing" {
		t.Errorf("a topic that nobody declared: %v", err)
	}
}
