package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/training"
	"github.com/millrace/millrace/shared/modelstore"
	"github.com/millrace/millrace/shared/remote"
)

// modelsFolder is where an instance keeps its classifier models, inside the data folder.
const modelsFolder = "models"

// models returns the store of classifier models: in the given folder, else where the classifier looks for its own by
// MILLRACE_CLASSIFIER_MODEL, else in the data folder.
func (a *app) models(dir string) (modelstore.Store, error) {
	if dir == "" {
		set, file := a.classifierModel()
		if file {
			return modelstore.Store{}, fmt.Errorf("MILLRACE_CLASSIFIER_MODEL names a file, which has no versions: set it to a folder, or name one with --models")
		}
		dir = set
	}
	if dir == "" {
		data, err := datadir.At(a.settings.DataDir)
		if err != nil {
			return modelstore.Store{}, err
		}
		dir = data.Sub(modelsFolder)
	}
	return modelstore.At(dir), nil
}

// classifierModel returns what MILLRACE_CLASSIFIER_MODEL sets for the built-in classifier, and whether it is a file rather than a folder.
func (a *app) classifierModel() (path string, file bool) {
	if a.settings.ClassifierBackend != remote.Builtin {
		return "", false // it names a remote model
	}
	info, err := os.Stat(a.settings.ClassifierModel)
	return a.settings.ClassifierModel, err == nil && !info.IsDir()
}

// installedModel returns the model that the classifier of this instance uses: the built-in one where no other was put to use.
func (a *app) installedModel() (*classify.Model, error) {
	if path, file := a.classifierModel(); file {
		return classify.Load(path)
	}
	store, err := a.models("")
	if err != nil {
		return nil, err
	}
	return modelInUse(store)
}

// modelInUse returns the model of a store that is in use.
func modelInUse(store modelstore.Store) (*classify.Model, error) {
	name, err := store.Current()
	if err != nil {
		return nil, err
	}
	m, err := store.Load(name)
	if err != nil {
		return nil, fmt.Errorf("load the classifier's model: %w; put another to use: millrace models use built-in", err)
	}
	return m, nil
}

func modelsFlag(cmd *cobra.Command, into *string) {
	cmd.PersistentFlags().StringVar(into, "models", "", "folder of models (MILLRACE_CLASSIFIER_MODEL; default models in the data folder)")
}

func (a *app) modelsCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "models",
		Short: "List the classifier's models; put one to use, or the one before it",
		Long: `Lists the models that millrace train has made, the latest first. The classifier takes over the one that is put to use within
seconds, without a restart; documents that it has classified before keep their results until they are classified again
(millrace reprocess). Models are kept until their files are deleted.`,
		Example: `  millrace models
  millrace models use trained-0a1b2c3d
  millrace models use built-in          the one that comes with Millrace
  millrace models rollback              the one that was in use before`,
		RunE: func(*cobra.Command, []string) error { return a.listModels(dir) },
	}
	use := &cobra.Command{
		Use:   "use NAME",
		Short: "Put a model to use",
		Example: `  millrace models use trained-0a1b2c3d
  millrace models use built-in`,
		Args: asUsage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := a.models(dir)
			if err != nil {
				return err
			}
			if err := store.Use(args[0]); err != nil {
				if errors.Is(err, modelstore.ErrNotFound) {
					return fmt.Errorf("%w; list them with millrace models", err)
				}
				return err
			}
			return a.printInUse(args[0])
		},
	}
	rollback := &cobra.Command{
		Use:     "rollback",
		Short:   "Put the model to use that was in use before",
		Example: `  millrace models rollback        a second time goes forward again`,
		Args:    asUsage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			store, err := a.models(dir)
			if err != nil {
				return err
			}
			name, err := store.Rollback()
			if err != nil {
				return err
			}
			return a.printInUse(name)
		},
	}
	modelsFlag(cmd, &dir)
	a.jsonFlag(cmd, "one JSON object per model and line")
	a.jsonFlag(use, `{"in_use"}`)
	a.jsonFlag(rollback, `{"in_use"}`)
	cmd.AddCommand(use, rollback)
	return cmd
}

func (a *app) printInUse(name string) error {
	if a.json {
		return a.printJSON(map[string]string{"in_use": name})
	}
	_, err := fmt.Fprintf(a.Out, "%s is in use\n", name)
	return err
}

// listedModel is a model in the form that is printed. What its report does not say is null.
type listedModel struct {
	Name     string          `json:"name"`
	SavedAt  *time.Time      `json:"saved_at"` // null for the built-in one
	Size     int64           `json:"size"`
	InUse    bool            `json:"in_use"`
	Previous bool            `json:"previous"`
	Report   json.RawMessage `json:"report"`
}

func (a *app) listModels(dir string) error {
	store, err := a.models(dir)
	if err != nil {
		return err
	}
	versions, err := store.List()
	if err != nil {
		return err
	}
	current, err := store.Current()
	if err != nil {
		return err
	}
	var list []listedModel
	for _, v := range versions {
		m := listedModel{Name: v.Name, SavedAt: &v.SavedAt, Size: v.Size, InUse: v.InUse, Previous: v.Previous}
		if json.Valid(v.Report) {
			m.Report = v.Report
		}
		list = append(list, m)
	}
	list = append(list, listedModel{Name: modelstore.BuiltIn, InUse: current == modelstore.BuiltIn})
	if !a.json {
		return writeModels(a.Out, list, terminalWidth(a.Out), time.Local)
	}
	for _, m := range list {
		if err := a.printJSON(m); err != nil {
			return err
		}
	}
	return nil
}

func writeModels(w io.Writer, list []listedModel, width int, zone *time.Location) error {
	t := table.New(table.Column{Title: ""}, table.Column{Title: "MODEL"}, table.Column{Title: "TRAINED"}, table.Column{Title: "DOCUMENTS", Right: true},
		table.Column{Title: "MACRO-F1", Right: true}, table.Column{Title: "TYPES", Right: true}, table.Column{Title: "NEW TYPES", Flex: true})
	for _, m := range list {
		mark := ""
		switch {
		case m.InUse:
			mark = "in use"
		case m.Previous:
			mark = "before"
		}
		var r training.Report
		if m.Report == nil || json.Unmarshal(m.Report, &r) != nil {
			t.Add(mark, m.Name, at(m.SavedAt, zone))
			continue
		}
		t.Add(mark, m.Name, at(m.SavedAt, zone), fmt.Sprint(r.Documents), fmt.Sprintf("%.3f", r.HeldBack.MacroF1), fmt.Sprint(len(r.Labels)),
			strings.Join(r.NewLabels, ", "))
	}
	return t.Write(w, width)
}

func at(t *time.Time, zone *time.Location) string {
	if t == nil {
		return ""
	}
	return t.In(zone).Format("2006-01-02 15:04")
}
