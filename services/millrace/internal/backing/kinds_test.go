package backing_test

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/millrace/millrace/services/millrace/internal/backing"
	"github.com/millrace/millrace/shared/testkit"
)

func TestProbesOfAClosedPortFailAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"RabbitMQ": backing.ProbeRabbitMQ(t.Context(), "amqp://guest:secret@"+address+"/"),
		"Postgres": backing.ProbePostgres(t.Context(), "postgres://u:secret@"+address+"/db?sslmode=disable"),
	} {
		if err == nil || errors.Is(err, backing.ErrRefused) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProbePostgresMakesTheDatabase(t *testing.T) {
	u, err := url.Parse(testkit.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := backing.ProbePostgres(t.Context(), u.String()); err != nil {
		t.Errorf("a database that is there: %v", err)
	}
	u.Path += "_probe"
	if err := backing.ProbePostgres(t.Context(), u.String()); err != nil {
		t.Errorf("a database that is not there: %v", err)
	}
	drop(t, u)
}

func TestProbeRabbitMQTellsARefusalFromSilence(t *testing.T) {
	good := testkit.Vhost(t)
	if err := backing.ProbeRabbitMQ(t.Context(), good); err != nil {
		t.Errorf("a broker that is there: %v", err)
	}
	u, err := url.Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("nobody", "wrong")
	if err := backing.ProbeRabbitMQ(t.Context(), u.String()); !errors.Is(err, backing.ErrRefused) {
		t.Errorf("a wrong password: %v", err)
	}
}
