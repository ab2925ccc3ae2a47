package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/services/millrace/internal/prove"
)

// proof is what prove is asked for.
type proof struct {
	prove.Config
	minutes float64
	reports string
	keep    bool
}

func (a *app) proveCommand() *cobra.Command {
	var p proof
	cmd := &cobra.Command{
		Use:   "prove",
		Short: "Prove on this machine that no fault loses or doubles a document",
		Long: `Starts a private RabbitMQ and Postgres and all services in a folder of their own, and feeds them documents at a steady rate:
made-up ones, the same ones again, and poison whose end is known. Meanwhile it kills every service, restarts and kills both
servers, cuts, slows and stalls all connections and fills the blob store's disk. Then it compares what is stored with what it
put in, one by one, and prints a report; report.json and report.html, with the backlog of every stage over time, go to a folder.

With --cluster, RabbitMQ is three nodes that hold every queue together; one of them is killed too, and the others have to go on.

Nothing that it did not start is touched. It exits with 0 only when nothing was lost, nothing was doubled and every dead letter is
an expected one. Filling the disk needs the right to mount a small file system (root on Linux); without it that fault is left
out, and the report says so.`,
		Example: `  millrace prove --minutes 3
  millrace prove --minutes 10 --documents 10000 --report /tmp/proof
  millrace prove --minutes 3 --json | jq '{passed, lost: (.verdict.lost | length), doubled: (.verdict.doubled | length)}'
  millrace prove --minutes 3 --cluster  three RabbitMQ nodes, of which one at a time is killed too
  millrace prove --seed 7 --keep        the same documents and order of faults again; keep logs and data`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if p.minutes <= 0 || p.Documents < 0 || p.Rate < 0 {
				return usage("--minutes must be more than 0, --documents and --rate must not be negative")
			}
			return a.prove(cmd.Context(), p)
		},
	}
	f := cmd.Flags()
	f.Float64Var(&p.minutes, "minutes", 10, "how long faults are inflicted")
	f.Int64Var(&p.Documents, "documents", 0, "how many documents (default: as many as --rate gives in that time)")
	f.Float64Var(&p.Rate, "rate", 0, fmt.Sprintf("documents per second (default: --documents over --minutes, else %.1f)", prove.DefaultRate))
	f.Uint64Var(&p.Seed, "seed", 0, "selects the documents and the order of the faults (default: other ones every time)")
	f.StringVar(&p.BinDir, "bin-dir", "", "folder of the services' programs (default: that of millrace)")
	f.StringVar(&p.reports, "report", filepath.Join("var", "prove"), "folder for report.json and report.html")
	f.BoolVar(&p.Cluster, "cluster", false, "run RabbitMQ as a cluster of three nodes, and kill single ones too")
	f.BoolVar(&p.keep, "keep", false, "keep the folder with logs and data (it is kept anyway when the proof fails)")
	a.jsonFlag(cmd, "the report as one JSON object")
	return cmd
}

// prove runs a proof and prints its report.
func (a *app) prove(ctx context.Context, p proof) (err error) {
	c := newConsole(a.Err)
	p.Length = time.Duration(p.minutes * float64(time.Minute))
	p.Services, p.Environ, p.Self = stages(), a.Environ, a.Self
	p.Say, p.Show = c.say, c.bar.show
	if p.Seed == 0 {
		p.Seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	if p.BinDir == "" {
		p.BinDir = filepath.Dir(a.Self)
	}
	if err := p.Check(); err != nil {
		return err
	}
	given := a.flags.data != ""
	release, err := p.open(a.flags.data)
	if err != nil {
		return err
	}
	report, err := prove.Run(ctx, p.Config)
	c.bar.clear()
	keep := given || p.keep || err == nil && !report.Passed || err != nil && ctx.Err() == nil
	err = errors.Join(err, release(keep))
	if keep {
		c.say("logs and data are in %s", p.Dir.Path())
	}
	if err != nil {
		return err
	}
	if err := a.printProof(c, p, report); err != nil {
		return err
	}
	if !report.Passed {
		return &codedError{code: ExitFailed}
	}
	return nil
}

// open makes and locks the folder of the run: a new temporary one, or the given one, which must not have been used. The
// returned function lets go of it, and removes it unless it is to be kept.
func (p *proof) open(folder string) (release func(keep bool) error, err error) {
	if folder == "" {
		if err := prove.Sweep(os.TempDir()); err != nil {
			return nil, err
		}
		if folder, err = os.MkdirTemp("", prove.FolderPattern); err != nil {
			return nil, fmt.Errorf("make a folder for the proof: %w; choose another with --data", err)
		}
		// A private Postgres may run as another user and must pass through; what is secret in there is readable by its owner only.
		if err := os.Chmod(folder, 0o755); err != nil { //nolint:gosec // see above
			return nil, fmt.Errorf("make a folder for the proof: %w", err)
		}
	} else if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
		return nil, usage("the folder %s is not empty: give --data a new one, so that only this run's documents are counted", folder)
	}
	if p.Dir, err = datadir.Create(folder); err != nil {
		return nil, err
	}
	lock, err := p.Dir.Lock()
	if err != nil {
		return nil, err
	}
	return func(keep bool) error {
		err := lock.Unlock()
		if !keep {
			err = errors.Join(err, os.RemoveAll(p.Dir.Path()))
		}
		return err
	}, nil
}

// printProof writes the report to files and prints it.
func (a *app) printProof(c *console, p proof, report prove.Report) error {
	if err := report.Save(p.reports); err != nil {
		return err
	}
	c.say("report: %s", filepath.Join(p.reports, "report.html"))
	if a.json {
		return a.printJSON(report)
	}
	return report.WriteText(a.Out, terminalWidth(a.Out))
}
