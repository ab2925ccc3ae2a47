package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/sandbox"
	"github.com/millrace/millrace/shared/testkit"
)

func TestMain(m *testing.M) {
	sandbox.Child()
	os.Exit(m.Run())
}

func TestWithoutDocumentsItSaysSoAndEndsWell(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"--data", filepath.Join(t.TempDir(), "absent")}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "skipped: ") {
		t.Errorf("it says %q", out.String())
	}
}

func TestTheReportTellsFiguresTargetsAndReasons(t *testing.T) {
	dir := t.TempDir()
	for path, text := range map[string]string{
		"fields/sroie/data/box/1.csv":  "10,10,200,10,200,20,10,20,OAK TRADING SDN BHD\n10,30,200,30,200,40,10,40,DATE: 03/04/2019\n10,50,200,50,200,60,10,60,TOTAL: RM 12.50\n",
		"fields/sroie/data/key/1.json": `{"company": "ELM TRADING SDN BHD", "date": "03/04/2019", "total": "12.50"}`,
		"_gold/dev/unused.json":        "[]",
	} {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"--data", dir, "--only", "sroie", "--class-given"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 documents, 0 not read; read as receipt 1", "date right 1.000, wanted at least 0.950: met", "company right 0.000, wanted at least 0.750: MISSED",
		`want "ELM TRADING SDN BHD" got "OAK TRADING SDN BHD"`, "it does not stand in the text in these words"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
}

// Real documents change with neither code nor templates, so a figure that falls is a break. The floors are the targets.
func TestRealDocumentsMeetTheTargets(t *testing.T) {
	data := testkit.Data(t)
	var out strings.Builder
	if err := run(t.Context(), []string{"--data", data, "--only", "facturx", "--worst", "5"}, &out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "MISSED") {
		t.Error(out.String())
	}
}
