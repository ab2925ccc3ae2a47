package servers

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// rabbitState is what has to be the same when the server starts again on the same folder.
type rabbitState struct {
	User             string `json:"user"`
	Password         string `json:"password"`
	Port             int    `json:"port"`
	DistributionPort int    `json:"distribution_port"`
	MapperPort       int    `json:"mapper_port"`
	NodePID          int    `json:"node_pid"`
	MapperPID        int    `json:"mapper_pid"`
	// Formed says of a cluster that its nodes have joined.
	Formed bool `json:"formed,omitempty"`
}

func (r *RabbitMQ) stateFile() string { return filepath.Join(r.cfg.Dir, "millrace-rabbitmq.json") }

// prepare opens the folder, chooses ports and writes the configuration.
func (r *RabbitMQ) prepare() error {
	if err := r.open(); err != nil {
		return err
	}
	if err := freePorts(&r.state.Port, &r.state.DistributionPort, &r.state.MapperPort); err != nil {
		return err
	}
	return r.configure()
}

// open makes and locks the folder, reads what an earlier server in it has kept, and ends what a killed owner left running.
func (r *RabbitMQ) open() (err error) {
	for _, sub := range []string{"", "data", "log", "home"} {
		if err := os.MkdirAll(filepath.Join(r.cfg.Dir, sub), 0o700); err != nil {
			return err
		}
	}
	if r.lock, err = lockFolder(r.cfg.Dir); err != nil {
		return err
	}
	used, err := r.state.read(r.stateFile())
	if err != nil {
		return err
	}
	if !used {
		r.state.User, r.state.Password = "millrace", rand.Text()
	}
	r.state.endOrphans(r.cfg.StopTimeout)
	return nil
}

// lockFolder takes a folder for this process. Closing the file lets go of it.
func lockFolder(dir string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process runs a server in this folder: %w", err), lock.Close())
	}
	return lock, nil
}

// read reads what a server has kept; used is false where there is nothing.
func (s *rabbitState) read(file string) (used bool, err error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(content, s); err != nil {
		return false, fmt.Errorf("read %s: %w", file, err)
	}
	return true, nil
}

// endOrphans ends what a killed owner left running; without patience, at once.
func (s *rabbitState) endOrphans(patience time.Duration) {
	endOrphan(s.NodePID, "rabbitmq-server", patience)
	endOrphan(s.MapperPID, "epmd", 0)
}

func (r *RabbitMQ) save() error {
	content, err := json.MarshalIndent(r.state, "", "  ") //nolint:gosec // its place is a file that only the owner may read
	if err != nil {
		return err
	}
	return os.WriteFile(r.stateFile(), content, 0o600)
}

// configure writes the state, the configuration and the list of plugins.
func (r *RabbitMQ) configure() error {
	if err := r.save(); err != nil {
		return err
	}
	lines := []string{
		"listeners.tcp.1 = 127.0.0.1:" + strconv.Itoa(r.state.Port),
		"default_user = " + r.state.User,
		"default_pass = " + r.state.Password,
		"default_permissions.configure = .*",
		"default_permissions.read = .*",
		"default_permissions.write = .*",
		"log.file.level = info",
		// The default of 50 MB is less than one segment of a busy queue.
		"disk_free_limit.absolute = 1GB",
	}
	if len(r.peers) > 0 {
		lines = append(lines, "cluster_formation.peer_discovery_backend = classic_config")
	}
	for i, peer := range r.peers {
		lines = append(lines, fmt.Sprintf("cluster_formation.classic_config.nodes.%d = %s", i+1, peer))
	}
	if r.cfg.MemoryLimit > 0 {
		lines = append(lines, "vm_memory_high_watermark.absolute = "+strconv.FormatInt(r.cfg.MemoryLimit, 10))
	}
	if err := os.WriteFile(filepath.Join(r.cfg.Dir, "rabbitmq.conf"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.cfg.Dir, "enabled_plugins"), []byte("[].\n"), 0o600)
}

// freePorts keeps the ports that are still free and replaces the others.
func freePorts(ports ...*int) error {
	for _, port := range ports {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
		if err != nil {
			l, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
		*port = l.Addr().(*net.TCPAddr).Port
		// Held until all are chosen, so that no two are the same.
		defer func() { _ = l.Close() }()
	}
	return nil
}

// EndLeftRabbitMQ kills the server or cluster that a killed owner left running in a folder, if any. The owner must be gone.
func EndLeftRabbitMQ(dir string) error {
	folders := []string{dir}
	for i := range clusterNodes {
		folders = append(folders, nodeFolder(dir, i))
	}
	for _, folder := range folders {
		r := &RabbitMQ{cfg: RabbitMQConfig{Dir: folder}}
		if _, err := r.state.read(r.stateFile()); err != nil {
			return fmt.Errorf("end the RabbitMQ that was left in %s: %w", folder, err)
		}
		r.state.endOrphans(0)
	}
	return nil
}

// endOrphan ends a process that was left running when its owner was killed: the group's leader must still be what it was
// started as.
func endOrphan(pid int, program string, patience time.Duration) {
	if pid <= 1 {
		return
	}
	command, err := exec.Command("ps", "-p", strconv.Itoa(pid), "-o", "command=").Output()
	if err != nil || !strings.Contains(string(command), program) {
		return
	}
	if patience > 0 {
		_ = syscall.Kill(pid, syscall.SIGTERM)
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if syscall.Kill(-pid, 0) != nil {
				return
			}
		}
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
}
