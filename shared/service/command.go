package service

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/caarlos0/env/v11"
)

// command handles the arguments that do not run the service: --help, --version and health. done is false when the
// service is to run.
func command(about About, args, environ []string, stdout, stderr io.Writer, cfg any) (code int, done bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case "-h", "--help", "help":
		help(about, stdout, cfg)
		return exitOK, true
	case "--version", "version":
		fmt.Fprintf(stdout, "%s %s (build %s)\n", about.Name, about.Version, buildVersion())
		return exitOK, true
	case "health":
		if err := askHealth(environ, stdout); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", about.Name, err)
			return exitFailed, true
		}
		return exitOK, true
	}
	fmt.Fprintf(stderr, "%s: unknown argument %q: settings come from the environment; run %s --help\n", about.Name, args[0], about.Name)
	return exitUsage, true
}

// help prints the settings.
func help(about About, w io.Writer, cfg any) {
	fmt.Fprintf(w, "%s: %s\n\nUsage:\n  %s            run until SIGTERM or Ctrl-C, then drain\n", about.Name, about.Summary, about.Name)
	fmt.Fprintf(w, "  %s health     ask the instance at MILLRACE_LISTEN whether it is ready\n  %s --version\n\n", about.Name, about.Name)
	fmt.Fprintf(w, "Settings (environment; KEY_FILE may name a file that holds the value of KEY):\n")
	params, err := env.GetFieldParams(cfg)
	if err != nil {
		fmt.Fprintf(w, "  (cannot be listed: %v)\n", err)
		return
	}
	descriptions := make(map[string]string)
	collectDescriptions(reflect.TypeOf(cfg).Elem(), "", descriptions)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range params {
		value := p.DefaultValue
		switch {
		case p.Required:
			value = "required"
		case value == "":
			value = "-"
		}
		fmt.Fprintf(tw, "  %s\t%s\t%s\n", p.Key, value, descriptions[p.Key])
	}
	_ = tw.Flush() // the terminal's errors are not ours to handle
}

// collectDescriptions gathers desc tags by variable name, through nested structs and their envPrefix.
func collectDescriptions(t reflect.Type, prefix string, into map[string]string) {
	for f := range t.Fields() {
		if f.Type.Kind() == reflect.Struct && f.Tag.Get("env") == "" {
			collectDescriptions(f.Type, prefix+f.Tag.Get("envPrefix"), into)
			continue
		}
		key, _, _ := strings.Cut(f.Tag.Get("env"), ",")
		into[prefix+key] = f.Tag.Get("desc")
	}
}

// askHealth asks the running instance's /readyz and prints its answer.
func askHealth(environ []string, w io.Writer) error {
	var cfg base
	if err := Load(&cfg, environ); err != nil {
		return err
	}
	host, err := dialable(cfg.Listen)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %w", host, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	if _, err := io.Copy(w, io.LimitReader(resp.Body, 64<<10)); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready (HTTP status %d)", resp.StatusCode)
	}
	return nil
}
