package datadir_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
)

func create(t *testing.T) datadir.Dir {
	t.Helper()
	d, err := datadir.Create(filepath.Join(t.TempDir(), "var"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSettingsAreRememberedForTheirOwnerOnly(t *testing.T) {
	d := create(t)
	if _, ok, err := d.Settings(); ok || err != nil {
		t.Fatalf("a new folder has settings: %v, %v", ok, err)
	}
	want := datadir.Settings{
		AMQPURL: "amqp://u:secret@h/", AMQPOrigin: datadir.Private, PostgresURL: "postgres://x/y",
		PostgresOrigin: datadir.Found, BlobURL: d.BlobURL(), Prefix: "p.", Inbox: "/in",
	}
	if err := d.SaveSettings(want); err != nil {
		t.Fatal(err)
	}
	got, ok, err := d.Settings()
	if !ok || err != nil {
		t.Fatalf("settings = %v, %v", ok, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings differ (-want +got):\n%s", diff)
	}
	info, err := os.Stat(d.Sub("millrace.json"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the settings hold credentials and have mode %v", info.Mode().Perm())
	}
}

func TestDamagedSettingsSayWhatToDo(t *testing.T) {
	d := create(t)
	if err := os.WriteFile(d.Sub("millrace.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := d.Settings()
	if err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("error = %v", err)
	}
}

func TestTwoInstancesCannotShareAFolder(t *testing.T) {
	d := create(t)
	lock, err := d.Lock()
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Lock()
	if !errors.Is(err, datadir.ErrLocked) || !strings.Contains(err.Error(), "--data") {
		t.Errorf("second lock: %v", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := d.Lock()
	if err != nil {
		t.Fatalf("lock after unlock: %v", err)
	}
	_ = again.Unlock()
}

func TestRunningIsBelievedOnlyWhileTheLockIsHeld(t *testing.T) {
	d := create(t)
	want := datadir.Running{PID: 7, Started: time.Unix(1, 0).UTC(), Services: []datadir.Service{{Name: "sink", Listen: "127.0.0.1:1"}}}
	lock, err := d.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SaveRunning(want); err != nil {
		t.Fatal(err)
	}
	got, ok, err := d.Running()
	if !ok || err != nil || !cmp.Equal(want, got) {
		t.Errorf("running = %+v, %v, %v", got, ok, err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := d.Running(); ok {
		t.Error("services of an instance that ended are reported as running")
	}
}

func TestIDIsKept(t *testing.T) {
	d := create(t)
	first, err := d.ID()
	if err != nil || len(first) != 6 {
		t.Fatalf("id = %q, %v", first, err)
	}
	second, err := d.ID()
	if err != nil || second != first {
		t.Errorf("second id = %q, %v; want %q", second, err, first)
	}
}
