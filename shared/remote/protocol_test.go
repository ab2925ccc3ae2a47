package remote

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// heard keeps the last request and gives a fixed answer.
type heard struct {
	path, key string
	body      map[string]any
}

func (h *heard) answers(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.path, h.key, h.body = r.URL.Path, r.Header.Get("Authorization"), nil
		_ = json.NewDecoder(r.Body).Decode(&h.body)
		saysJSON(body)(w, r)
	}
}

func (h *heard) has(t *testing.T, parts ...string) {
	t.Helper()
	text, err := json.Marshal(h.body)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		if !strings.Contains(string(text), part) {
			t.Errorf("the request has no %s: %s", part, text)
		}
	}
}

func TestKServeTensors(t *testing.T) {
	var h heard
	a := newAPI(t, h.answers(`{"model_name":"doctype","model_version":"7","outputs":[
		{"name":"confidence","shape":[1],"datatype":"FP32","data":[0.75]},{"name":"label","shape":[1,1],"datatype":"BYTES","data":[["receipt"]]}]}`))
	c := classifier(t, settings(KServe, a.URL+"/served"))
	got := c.Classify(t.Context(), one("d"))[0]
	if got.Err != nil || got.Class.Label != "receipt" || got.Class.Confidence != 0.75 || got.Model != "kserve:doctype/7" {
		t.Errorf("got %+v", got)
	}
	if h.path != "/served/v2/models/doctype/infer" {
		t.Errorf("asked at %s", h.path)
	}
	h.has(t, `"name":"text"`, `"shape":[1]`, `"datatype":"BYTES"`, `AB-1042`, `"labels":"invoice,receipt,unknown"`)
	if err := c.Ready(t.Context()); err != nil || h.path != "/served/v2/models/doctype/ready" {
		t.Errorf("ready asks %s: %v", h.path, err)
	}
	s := settings(KServe, a.URL)
	s.Model = "doctype/2"
	classifier(t, s).Classify(t.Context(), one("d"))
	if h.path != "/v2/models/doctype/versions/2/infer" {
		t.Errorf("asked at %s", h.path)
	}

	a.set(h.answers(`{"outputs":[{"name":"fields","shape":[1],"datatype":"BYTES","data":["[{\"name\":\"grand_total\",\"value\":\"108.00\"}]"]}]}`))
	fields := extractor(t, settings(KServe, a.URL)).Extract(t.Context(), []Wanted{{one("d")[0], "invoice", wantedFields()}})[0]
	if fields.Err != nil || len(fields.Fields) != 1 || fields.Fields[0].Value != "108.00" || fields.Fields[0].Page != 1 {
		t.Errorf("got %+v", fields)
	}
	h.has(t, `"name":"class"`, `"name":"fields"`, `invoice_number`)
	for _, nonsense := range []string{
		`{"outputs":[]}`, `{}`, `{"outputs":[{"name":"fields","data":null}]}`, `{"outputs":[{"name":"fields","data":["no JSON"]}]}`,
		`{"outputs":[{"name":"fields","data":[["[]","[]"]]}]}`, `{"outputs":[{"name":"fields","data":[7]}]}`, `{"outputs":[{"name":"fields","data":[]}]}`,
	} {
		a.set(h.answers(nonsense))
		err := extractor(t, settings(KServe, a.URL)).Extract(t.Context(), []Wanted{{one("d")[0], "invoice", wantedFields()}})[0].Err
		if fault.KindOf(err) != KindAnswer {
			t.Errorf("%s: got %v", nonsense, err)
		}
	}
}

func chatAnswer(t *testing.T, content, finish string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"model": "doctype-2024", "choices": []any{map[string]any{
		"finish_reason": finish, "message": map[string]any{"role": "assistant", "content": content},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOpenAIChat(t *testing.T) {
	var h heard
	a := newAPI(t, h.answers(chatAnswer(t, `{"label":"invoice","confidence":0.8}`, "stop")))
	s := settings(OpenAI, a.URL+"/v1/")
	s.Key = "k3y"
	c := classifier(t, s)
	got := c.Classify(t.Context(), one("d"))[0]
	if got.Err != nil || got.Class.Label != "invoice" || got.Model != "openai:doctype-2024" {
		t.Errorf("got %+v", got)
	}
	if h.path != "/v1/chat/completions" || h.key != "Bearer k3y" {
		t.Errorf("asked at %s with %q", h.path, h.key)
	}
	h.has(t, `"type":"json_schema"`, `"strict":true`, `"enum":["invoice","receipt","unknown"]`, `[page 1]\nInvoice number`, `"additionalProperties":false`)
	if err := c.Ready(t.Context()); err != nil || h.path != "/v1/models" {
		t.Errorf("ready asks %s: %v", h.path, err)
	}
	for _, nonsense := range []string{
		chatAnswer(t, `{"label":"inv`, "length"), chatAnswer(t, "", "stop"), chatAnswer(t, "It is an invoice.", "stop"),
		`{"choices":[]}`, `{}`, `{"choices":[{"message":{"refusal":"I cannot"}}]}`, `{"choices":[{"message":{}}]}`,
	} {
		a.set(h.answers(nonsense))
		if err := c.Classify(t.Context(), one("d"))[0].Err; fault.KindOf(err) != KindAnswer || fault.ClassOf(err) != fault.ClassTransient {
			t.Errorf("%s: got %v", nonsense, err)
		}
	}
	a.set(h.answers(chatAnswer(t, `{"fields":[{"name":"invoice_number","value":"AB-1042","raw":"AB-1042","page":1,"confidence":1}]}`, "stop")))
	fields := extractor(t, s).Extract(t.Context(), []Wanted{{one("d")[0], "invoice", wantedFields()}})[0]
	if fields.Err != nil || len(fields.Fields) != 1 || fields.Fields[0].Source != "openai:doctype-2024#invoice_number" {
		t.Errorf("got %+v", fields)
	}
	h.has(t, `"enum":["invoice_number","issue_date"`, "of the type invoice", `\"repeated\":true`)
}

func TestWhatIsSentIsBounded(t *testing.T) {
	var h heard
	a := newAPI(t, h.answers(good))
	s := settings(HTTP, a.URL)
	s.MaxText, s.Words = 40, true
	doc := document([]string{strings.Repeat("é", 15), "two"}, []string{"never sent"})
	classifier(t, s).Classify(t.Context(), []Document{{"d", doc}})
	sent := h.body["documents"].([]any)[0].(map[string]any)
	text := sent["text"].(string)
	if len(text) > 40 || len(text) < 38 || !utf8.ValidString(text) || strings.Contains(text, "\uFFFD") || !strings.HasPrefix(text, "[page 1]\nééé") {
		t.Errorf("sent %q", text)
	}
	if words := sent["words"].([]any); len(words) != 2 || words[1].(map[string]any)["page"] != 1.0 {
		t.Errorf("sent words %v", words)
	}
	for cut := range 12 {
		if got := firstBytes("aé€😀b", cut); !strings.HasPrefix("aé€😀b", got) || len(got) > cut || cut-len(got) > 3 {
			t.Errorf("cut to %d bytes: %q", cut, got)
		}
	}
}

func TestADocumentWithoutWordsIsNotSent(t *testing.T) {
	a := newAPI(t, saysJSON(good))
	empty := []Document{{"d", &layout.Document{Pages: []layout.Page{{Number: 1}}}}}
	if got := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), empty)[0]; got.Err != nil || got.Class.Label != "unknown" || got.Model == "" {
		t.Errorf("got %+v", got)
	}
	if got := extractor(t, settings(HTTP, a.URL)).Extract(t.Context(), []Wanted{{empty[0], "invoice", wantedFields()}})[0]; got.Err != nil || len(got.Fields) != 0 {
		t.Errorf("got %+v", got)
	}
	if a.asked.Load() != 0 {
		t.Error("asked about nothing")
	}
}

func TestSettingsSayWhatIsWrong(t *testing.T) {
	for _, tc := range []struct {
		change func(*Settings)
		want   string // "" for nothing wrong
	}{
		{func(*Settings) {}, ""},
		{func(s *Settings) { *s = Settings{Backend: Builtin, Model: "a/file.model"} }, ""},
		{func(s *Settings) { s.Backend = Builtin }, "T_BACKEND"},
		{func(s *Settings) { s.Backend = "grpc" }, "T_BACKEND"},
		{func(s *Settings) { s.URL = "" }, "T_URL"},
		{func(s *Settings) { s.URL = "ftp://x/" }, "T_URL"},
		{func(s *Settings) { s.URL = "http://me:SECRET@x/" }, "T_URL"},
		{func(s *Settings) { s.Model = "" }, "T_MODEL"},
		{func(s *Settings) { s.Model = "a b" }, "T_MODEL"},
		{func(s *Settings) { s.Key = "SECRET\n" }, "T_KEY"},
		{func(s *Settings) { s.Timeout = 0 }, "T_TIMEOUT"},
		{func(s *Settings) { s.Backend, s.Batch = OpenAI, 8 }, "T_BATCH"},
		{func(s *Settings) { s.Backend, s.Words = KServe, true }, "T_WORDS"},
	} {
		s := settings(HTTP, "http://127.0.0.1:1/x")
		tc.change(&s)
		err := s.Check("T_")
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "SECRET")) {
			t.Errorf("%+v: got %v, want %q", s, err, tc.want)
		}
	}
}
