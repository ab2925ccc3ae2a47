package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/migrations"
)

type versionInfo struct {
	Revision string `json:"revision"`
	Schema   int64  `json:"schema"`
}

func (a *app) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print what this program was built from, and the schema version it needs",
		RunE: func(*cobra.Command, []string) error {
			schema, err := migrations.Latest()
			if err != nil {
				return err
			}
			info := versionInfo{Revision: a.Revision, Schema: schema}
			if a.json {
				return a.printJSON(info)
			}
			_, err = fmt.Fprintf(a.Out, "millrace %s (schema %d)\n", info.Revision, info.Schema)
			return err
		},
	}
	a.jsonFlag(cmd, `one JSON object: {"revision","schema"}`)
	return cmd
}

// Revision returns the commit that this program was built from, or what is known instead.
func Revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if revision == "" {
		return info.Main.Version
	}
	return revision + dirty
}
