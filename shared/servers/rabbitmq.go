package servers

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNoRabbitMQ says that no RabbitMQ server is installed; its text says what to do.
var ErrNoRabbitMQ = errors.New("RabbitMQ is not installed: on Debian or Ubuntu run `apt-get install rabbitmq-server`, on macOS `brew install rabbitmq`, or use Docker")

// RabbitMQConfig says where a private RabbitMQ lives. Only Dir is required.
type RabbitMQConfig struct {
	// Dir is the server's own folder: data, log, configuration and credentials. It is made when missing; when it has been
	// used before, the server starts on what it holds.
	Dir string
	// StartTimeout bounds the start, from the process to the first AMQP handshake. Default 2 minutes; of a cluster, 4.
	StartTimeout time.Duration
	// StopTimeout bounds an orderly stop; after it the server is killed. Default 1 minute.
	StopTimeout time.Duration
	// MemoryLimit is the number of bytes above which publishes are blocked; 0 means RabbitMQ's default, a fraction of the
	// machine's memory.
	MemoryLimit int64
}

// RabbitMQ is a running private server. It listens on 127.0.0.1 only. Its methods are not for concurrent use, URL and Done
// excepted.
type RabbitMQ struct {
	cfg    RabbitMQConfig
	name   string   // of the node
	peers  []string // names of all nodes of its cluster; none for a server by itself
	home   string   // folder of the Erlang cookie
	server string   // path of the rabbitmq-server script
	epmd   string   // path of Erlang's port mapper
	lock   *os.File
	state  rabbitState

	node   *process
	mapper *process // nil in a cluster, which has one for all its nodes
}

// StartRabbitMQ starts a server in cfg.Dir and returns when it answers. Where nothing is installed the error wraps
// [ErrNoRabbitMQ]; when the server does not come up the error holds the end of its log. A server that a killed process
// left behind in the same folder is stopped first; one whose owner is alive is an error.
func StartRabbitMQ(ctx context.Context, cfg RabbitMQConfig) (*RabbitMQ, error) {
	cfg, err := cfg.withDefaults(2 * time.Minute)
	if err != nil {
		return nil, fmt.Errorf("start RabbitMQ: %w", err)
	}
	r := &RabbitMQ{cfg: cfg, name: "millrace@localhost", home: filepath.Join(cfg.Dir, "home")}
	if r.server, r.epmd, err = findRabbitMQ(); err != nil {
		return nil, fmt.Errorf("start RabbitMQ: %w", err)
	}
	if err = r.prepare(); err == nil {
		err = r.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start RabbitMQ in %s: %w", cfg.Dir, err), r.Stop())
	}
	return r, nil
}

// withDefaults fills in what is not said and makes the folder's path absolute.
func (c RabbitMQConfig) withDefaults(startTimeout time.Duration) (RabbitMQConfig, error) {
	c.StartTimeout = cmp.Or(c.StartTimeout, startTimeout)
	c.StopTimeout = cmp.Or(c.StopTimeout, time.Minute)
	dir, err := filepath.Abs(c.Dir)
	if c.Dir == "" || err != nil {
		return c, fmt.Errorf("%q is not a folder", c.Dir)
	}
	c.Dir = dir
	return c, nil
}

// URL returns the server's AMQP URL, credentials included. It stays the same over Restart.
func (r *RabbitMQ) URL() string {
	return fmt.Sprintf("amqp://%s:%s@127.0.0.1:%d/", r.state.User, r.state.Password, r.state.Port)
}

// LogFile returns the path of the server's log.
func (r *RabbitMQ) LogFile() string { return filepath.Join(r.cfg.Dir, "log", "rabbitmq.log") }

// Done is closed when the server process has ended, for whatever reason. Restart replaces it.
func (r *RabbitMQ) Done() <-chan struct{} { return r.node.done }

// Restart stops the server in an orderly way and starts it again on the same ports and data; after a Kill it just starts.
func (r *RabbitMQ) Restart(ctx context.Context) error {
	r.node.stop(r.cfg.StopTimeout)
	if err := r.start(ctx); err != nil {
		return fmt.Errorf("restart RabbitMQ in %s: %w", r.cfg.Dir, err)
	}
	return nil
}

// Halt stops the server in an orderly way, or kills it after StopTimeout, and keeps the folder: Restart starts it again.
func (r *RabbitMQ) Halt() { r.node.stop(r.cfg.StopTimeout) }

// Kill ends the server at once with SIGKILL, as a crash would, and returns when it is gone. Its data stays.
func (r *RabbitMQ) Kill() { r.node.kill() }

// Stop stops the server in an orderly way, or kills it after StopTimeout, and frees the folder. It may be called more than
// once.
func (r *RabbitMQ) Stop() error {
	r.node.stop(r.cfg.StopTimeout)
	r.mapper.kill()
	if r.lock == nil {
		return nil
	}
	err := r.lock.Close()
	r.lock = nil
	if err != nil {
		return fmt.Errorf("stop RabbitMQ in %s: %w", r.cfg.Dir, err)
	}
	return nil
}

// findRabbitMQ looks for the scripts themselves: the wrapper that Debian puts into the PATH insists on the system's own
// user and folders.
func findRabbitMQ() (server, epmd string, err error) {
	var candidates []string
	for _, pattern := range []string{
		"/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
		"/opt/rabbitmq/sbin/rabbitmq-server",
		"/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server",
		"/usr/local/opt/rabbitmq/sbin/rabbitmq-server",
	} {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		candidates = append(candidates, found...)
	}
	if path, err := exec.LookPath("rabbitmq-server"); err == nil {
		candidates = append(candidates, path)
	}
	for _, path := range candidates {
		script, err := filepath.EvalSymlinks(path)
		if err == nil && filepath.Base(script) == "rabbitmq-server" {
			server = script
		}
	}
	if server == "" {
		return "", "", ErrNoRabbitMQ
	}
	if epmd, err = exec.LookPath("epmd"); err == nil {
		return server, epmd, nil
	}
	for _, pattern := range []string{"/usr/lib/erlang/erts-*/bin/epmd", "/opt/erlang/lib/erlang/erts-*/bin/epmd", "/opt/homebrew/lib/erlang/erts-*/bin/epmd"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return server, found[0], nil
		}
	}
	return "", "", fmt.Errorf("epmd, which belongs to Erlang, is missing: %w", ErrNoRabbitMQ)
}

// start brings up the port mapper when it is not running, then the server, and waits for the latter to answer.
func (r *RabbitMQ) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.StartTimeout)
	defer cancel()
	output, err := os.Create(filepath.Join(r.cfg.Dir, "log", "output.log"))
	if err != nil {
		return err
	}
	defer func() { _ = output.Close() }() // the processes have their own copies
	if len(r.peers) == 0 && r.mapper.ended() {
		if r.mapper, err = launchMapper(r.epmd, r.state.MapperPort, output); err != nil {
			return err
		}
	}
	// A queue costs descriptors; the usual soft limit of 1,024 is soon reached, the hard one is often far above.
	node := exec.Command("/bin/sh", "-c", `ulimit -S -n "$(ulimit -H -n)" 2>/dev/null; exec "$0"`, r.server)
	node.Dir = r.cfg.Dir
	node.Env = r.environment()
	node.Stdout, node.Stderr = output, output
	if r.node, err = launch(node); err != nil {
		return err
	}
	r.state.MapperPID, r.state.NodePID = r.mapper.pid(), r.node.pid()
	if err := r.save(); err != nil {
		return err
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		if answers(ctx, r.state.Port) {
			return nil
		}
		select {
		case <-r.node.done:
			return fmt.Errorf("the server ended: %s", r.tail())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w: %s", ctx.Err(), r.tail())
		case <-ticker.C:
		}
	}
}

// launchMapper starts a port mapper for private servers: the usual one listens on every interface and outlives them.
func launchMapper(epmd string, port int, output *os.File) (*process, error) {
	cmd := exec.Command(epmd, "-port", strconv.Itoa(port), "-address", "127.0.0.1")
	cmd.Stdout, cmd.Stderr = output, output
	return launch(cmd)
}

// answers reports whether an AMQP 0-9-1 server speaks on the port: it opens with a method frame.
func answers(ctx context.Context, port int) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return false
	}
	if _, err := conn.Write([]byte("AMQP\x00\x00\x09\x01")); err != nil {
		return false
	}
	first := make([]byte, 1)
	_, err = io.ReadFull(conn, first)
	return err == nil && first[0] == 1
}

// environment is the server's whole environment: nothing of the system's RabbitMQ applies.
func (r *RabbitMQ) environment() []string {
	dir := func(elements ...string) string { return filepath.Join(append([]string{r.cfg.Dir}, elements...)...) }
	return []string{
		"PATH=" + os.Getenv("PATH") + ":/usr/sbin:/usr/bin:/sbin:/bin",
		"LANG=C.UTF-8",
		"HOME=" + r.home,
		"ERL_EPMD_PORT=" + strconv.Itoa(r.state.MapperPort),
		"ERL_EPMD_ADDRESS=127.0.0.1",
		"RABBITMQ_NODENAME=" + r.name,
		"RABBITMQ_DIST_PORT=" + strconv.Itoa(r.state.DistributionPort),
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
		"RABBITMQ_CONF_ENV_FILE=" + dir("none"),
		"RABBITMQ_CONFIG_FILE=" + dir("rabbitmq.conf"),
		"RABBITMQ_ADVANCED_CONFIG_FILE=" + dir("none"),
		"RABBITMQ_ENABLED_PLUGINS_FILE=" + dir("enabled_plugins"),
		"RABBITMQ_MNESIA_BASE=" + dir("data"),
		"RABBITMQ_LOG_BASE=" + dir("log"),
		"RABBITMQ_LOGS=" + r.LogFile(),
		"RABBITMQ_PID_FILE=" + dir("rabbitmq.pid"),
	}
}

// tail is the end of what the server said, for an error text.
func (r *RabbitMQ) tail() string {
	var said []string
	for _, path := range []string{filepath.Join(r.cfg.Dir, "log", "output.log"), r.LogFile()} {
		content, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		lines := strings.Split(string(bytes.TrimSpace(content)), "\n")
		said = append(said, lines[max(0, len(lines)-12):]...)
	}
	if len(said) == 0 {
		return "it said nothing"
	}
	return "it said:\n" + strings.Join(said, "\n") + "\n(all of it: " + r.LogFile() + ")"
}

// process is a child in a process group of its own, so that a signal reaches all it has started.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

func launch(cmd *exec.Cmd) (*process, error) {
	// A Ctrl-C in the terminal is for the owner, who stops the server in its turn.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(p.done)
	}()
	return p, nil
}

// pid returns the process's number, 0 for none.
func (p *process) pid() int {
	if p == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

func (p *process) ended() bool {
	if p == nil {
		return true
	}
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) signal(s syscall.Signal) {
	_ = syscall.Kill(-p.pid(), s) // it may have ended meanwhile
}

func (p *process) kill() {
	if p.ended() {
		return
	}
	p.signal(syscall.SIGKILL)
	<-p.done
}

func (p *process) stop(timeout time.Duration) {
	if p.ended() {
		return
	}
	// To the leader only: the script passes it on and waits for an orderly end.
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(timeout):
		p.kill()
	}
}
