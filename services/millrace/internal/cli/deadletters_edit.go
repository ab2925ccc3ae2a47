package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

func (a *app) lettersEditCommand() *cobra.Command {
	var file string
	var yes bool
	cmd := &cobra.Command{
		Use:   "edit ID",
		Short: "Change the payload of an open dead letter",
		Long: `Opens the payload in $VISUAL or $EDITOR, checks what was made of it against the event's schema, shows the difference and
asks. A payload that does not fit opens the editor again, with what is wrong; leaving the editor without a change gives up.
The payload with which the letter died is kept. Nothing is sent: replay does that.`,
		Example: `  millrace dead-letters edit 3fa9c1
  millrace dead-letters show 3fa9c1 --json | jq '.payload | .pages = 0' | millrace dead-letters edit 3fa9c1 --file - --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			codec, err := event.NewCodec()
			if err != nil {
				return err
			}
			return a.withLetters(cmd.Context(), func(store *deadletter.Store) error {
				e := &letterEdit{app: a, store: store, codec: codec, file: file, yes: yes}
				return e.run(cmd.Context(), args[0])
			})
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "take the payload from this file instead of an editor; - for standard input")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	a.jsonFlag(cmd, `one JSON object: {"dead_letter_id","changed","difference"}`)
	return cmd
}

// letterEdit is one edit of one letter.
type letterEdit struct {
	*app
	store *deadletter.Store
	codec *event.Codec
	file  string
	yes   bool
}

func (e *letterEdit) run(ctx context.Context, prefix string) error {
	id, err := e.store.Find(ctx, prefix)
	if err != nil {
		return notFound(err)
	}
	d, err := e.store.Get(ctx, id)
	if err != nil {
		return err
	}
	if d.State != deadletter.StateOpen {
		return fmt.Errorf("only open dead letters can be edited; this one is %s", d.State)
	}
	before := pretty(d.Body)
	var body []byte
	switch e.file {
	case "":
		body, err = e.inEditor(ctx, d, before)
	default:
		body, err = e.fromFile(d)
	}
	if err != nil {
		return err
	}
	difference := udiff.Unified("before", "after", before, pretty(body))
	if difference == "" {
		e.note("nothing was changed")
		return e.report(id, "")
	}
	if !e.json {
		if _, err := io.WriteString(e.Out, difference); err != nil {
			return fmt.Errorf("print the difference: %w", err)
		}
	}
	if err := e.confirm(e.yes, "Keep this change?"); err != nil {
		return err
	}
	if err := e.store.Edit(ctx, id, d.Body, body, difference, who()); err != nil {
		return err
	}
	e.note("changed; send it with millrace dead-letters replay %s", short(id))
	return e.report(id, difference)
}

func (e *letterEdit) report(id, difference string) error {
	if !e.json {
		return nil
	}
	return e.printJSON(struct {
		ID         string `json:"dead_letter_id"`
		Changed    bool   `json:"changed"`
		Difference string `json:"difference"`
	}{id, difference != "", difference})
}

func (e *letterEdit) fromFile(d deadletter.Detail) ([]byte, error) {
	var text []byte
	var err error
	if e.file == "-" {
		text, err = io.ReadAll(io.LimitReader(e.In, event.MaxSize+1))
	} else {
		text, err = os.ReadFile(e.file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the new payload: %w", err)
	}
	return e.check(d.Topic, text)
}

// check returns the payload on one line if it fits its topic.
func (e *letterEdit) check(topic string, text []byte) ([]byte, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return nil, fmt.Errorf("the payload is not JSON: %w", err)
	}
	if compact.Len() > event.MaxSize {
		return nil, fmt.Errorf("the payload has %d bytes; a message may have %d", compact.Len(), event.MaxSize)
	}
	err := e.codec.Validate(topic, compact.Bytes())
	if fault.KindOf(err) == "unknown_topic" {
		e.note("no schema of %s is known here, so the payload is only known to be JSON", topic)
		err = nil
	}
	return compact.Bytes(), err
}

// comment begins the lines in the editor that are not part of the payload.
const comment = "#"

// inEditor lets the user change the payload until it fits.
func (e *letterEdit) inEditor(ctx context.Context, d deadletter.Detail, before string) ([]byte, error) {
	f, err := os.CreateTemp("", "millrace-"+short(d.ID)+"-*.json")
	if err != nil {
		return nil, fmt.Errorf("make a file to edit: %w", err)
	}
	path := f.Name()
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("make a file to edit: %w", err)
	}
	shown, why := before, "Payload of the dead letter "+d.ID+". Leave it as it is to change nothing."
	for {
		text := commented(why) + shown
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("write the file to edit: %w", err)
		}
		if err := e.openEditor(ctx, path); err != nil {
			return nil, errors.Join(err, os.Remove(path))
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read what was edited: %w", err)
		}
		edited := uncommented(string(content))
		body, err := e.check(d.Topic, []byte(edited))
		switch {
		case err == nil && edited != before:
			return body, os.Remove(path)
		case edited == before:
			return d.Body, os.Remove(path)
		case edited == shown, strings.TrimSpace(edited) == "":
			return nil, fmt.Errorf("given up; your text is in %s: %w", path, err)
		}
		shown, why = edited, "It does not fit: "+err.Error()+"\nLeave it as it is to give up."
	}
}

func commented(text string) string {
	return comment + " " + strings.ReplaceAll(text, "\n", "\n"+comment+" ") + "\n"
}

// uncommented returns the text without the comments at its beginning.
func uncommented(text string) string {
	for strings.HasPrefix(text, comment) {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

// openEditor waits until the user has left the editor.
func (e *letterEdit) openEditor(ctx context.Context, path string) error {
	editor := e.settings.Visual
	if editor == "" {
		editor = e.settings.Editor
	}
	if editor == "" {
		return usage("no editor is known: set VISUAL or EDITOR, or give the payload with --file")
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", editor+` "$1"`, "sh", path) // the setting may hold flags
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = e.In, e.Out, e.Err, e.Environ
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("edit with %s: %w", editor, err)
	}
	return nil
}
