package classify

import (
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	_ "embed" // the default model
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
)

// A model file is the line magic, the length of the header and the header as JSON, the weights compressed by DEFLATE, and
// the SHA-256 of all that. The weights are the features' hashes in ascending order as differences (varints), then one
// plane of quantised weights for each label.
const (
	magic    = "millrace-classifier 1\n"
	maxModel = 256 << 20 // bytes of weights that Load accepts
)

// ErrModelFile is the cause of every error about a model file's content.
var ErrModelFile = errors.New("not a usable classifier model")

// The recipe of the built-in model; see cmd/train.
//go:generate go run ./cmd/train --out default.model

//go:embed default.model
var defaultModel []byte

type header struct {
	Name        string    `json:"name"`
	Version     string    `json:"version"`
	Labels      []string  `json:"labels"` // sorted; "unknown" is the background
	Features    int       `json:"features"`
	Tokens      string    `json:"tokens"` // version of the feature extraction; a model fits only its own
	Unseen      float64   `json:"unseen"`
	Temperature float64   `json:"temperature"`
	Threshold   float64   `json:"threshold"`
	Floor       float64   `json:"floor"`
	Scale       float64   `json:"scale"` // the largest weight
	Bias        []float64 `json:"bias"`
	Documents   int       `json:"documents"`
	HeldECE     float64   `json:"held_ece"`
	HeldF1      float64   `json:"held_macro_f1"`

	HeldUnseen map[string]float64 `json:"held_unseen"`
	Names      map[string]Names   `json:"names,omitempty"`
}

// featureSet changes whenever the same document would give other features.
const featureSet = "words-chars-layout/1"

// Default returns the model that is built in.
func Default() (*Model, error) {
	m, err := Read(defaultModel)
	if err != nil {
		return nil, fmt.Errorf("the built-in classifier model: %w", err)
	}
	return m, nil
}

// Load reads a model file. Errors about its content are [ErrModelFile].
func Load(path string) (*Model, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load classifier model: %w", err)
	}
	m, err := Read(b)
	if err != nil {
		return nil, fmt.Errorf("load classifier model %s: %w", path, err)
	}
	return m, nil
}

// Read reads a model from the bytes that [Model.Bytes] returned.
func Read(b []byte) (*Model, error) {
	if !bytes.HasPrefix(b, []byte(magic)) {
		return nil, fmt.Errorf("%w: it does not begin with %q", ErrModelFile, magic)
	}
	if len(b) < len(magic)+4+sha256.Size {
		return nil, fmt.Errorf("%w: it is cut off after %d bytes", ErrModelFile, len(b))
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, fmt.Errorf("%w: the checksum does not match: the file is damaged or cut off; copy it again or train anew", ErrModelFile)
	}
	rest := body[len(magic):]
	n := binary.BigEndian.Uint32(rest)
	if uint64(n) > uint64(len(rest)-4) {
		return nil, fmt.Errorf("%w: its header is longer than the file", ErrModelFile)
	}
	m := &Model{id: hex.EncodeToString(sum[:4])}
	if err := json.Unmarshal(rest[4:4+n], &m.head); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrModelFile, err)
	}
	if err := m.head.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModelFile, err)
	}
	if err := m.readWeights(rest[4+n:]); err != nil {
		return nil, fmt.Errorf("%w: weights: %w", ErrModelFile, err)
	}
	var err error
	if m.naming, err = compileNames(m.head.Names); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModelFile, err)
	}
	m.prepare()
	return m, nil
}

func (h header) validate() error {
	positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
	switch {
	case h.Tokens != featureSet:
		return fmt.Errorf("it was trained on the features %q, this program reads %q: train it anew", h.Tokens, featureSet)
	case len(h.Labels) < 2 || !slices.IsSorted(h.Labels) || (len(h.Labels) == 2 && slices.Contains(h.Labels, Unknown)):
		return fmt.Errorf("its labels are %v: at least two types, sorted, are needed", h.Labels)
	case len(h.Bias) != len(h.Labels) || h.Features < 0 || h.Features > maxModel/len(h.Labels):
		return fmt.Errorf("%d labels, %d biases and %d features do not fit together", len(h.Labels), len(h.Bias), h.Features)
	case !positive(h.Temperature) || !positive(h.Scale) || h.Threshold < 0 || h.Threshold >= 1 || h.Unseen < 0 || h.Unseen > 1:
		return errors.New("temperature, scale, threshold or unseen is out of range")
	}
	return nil
}

func (m *Model) readWeights(b []byte) error {
	k := len(m.head.Labels)
	in := bytes.NewBuffer(nil)
	limit := int64(m.head.Features)*int64(k+binary.MaxVarintLen32) + 1
	if _, err := io.Copy(in, io.LimitReader(flate.NewReader(bytes.NewReader(b)), limit)); err != nil {
		return fmt.Errorf("decompress: %w", err)
	}
	keys := make([]uint32, m.head.Features)
	last := uint64(0)
	for i := range keys {
		d, err := binary.ReadUvarint(in)
		if err != nil {
			return fmt.Errorf("feature %d: %w", i, err)
		}
		last += d
		if last > math.MaxUint32 {
			return fmt.Errorf("feature %d is out of range", i)
		}
		keys[i] = uint32(last)
	}
	if in.Len() != len(keys)*k {
		return fmt.Errorf("%d bytes of weights where %d belong", in.Len(), len(keys)*k)
	}
	m.index = newIndex(keys, k)
	m.index.setWeights(in.Bytes())
	return nil
}

// prepare computes what is not in the file.
func (m *Model) prepare() {
	m.bias = m.head.Bias
	m.name = m.head.Name + "/" + m.head.Version + "+" + m.id
	for i := range m.damped {
		m.damped[i] = dampen(int32(max(i, 1)))
	}
	for i := range m.scale {
		m.scale[i] = dequantise(int8(uint8(i)), m.head.Scale)
	}
}

// quantise keeps the square root of a weight in 8 bits, so that small weights stay apart.
func quantise(w, scale float64) int8 {
	q := math.Round(math.Sqrt(math.Abs(w)/scale) * 127)
	return int8(math.Copysign(math.Min(q, 127), w))
}

func dequantise(q int8, scale float64) float64 {
	x := float64(q) / 127
	return math.Copysign(x*x*scale, x)
}

// pack keeps the features that tell the labels apart best and quantises their weights.
func pack(f *fitted, labels []string, cfg TrainConfig, held Held, documents int) (*Model, error) {
	k := len(labels)
	type row struct {
		hash   uint32
		w      []float64
		spread float64
	}
	rows := make([]row, 0, len(f.index))
	scale := 1e-9
	for h, i := range f.index {
		w := f.weights[int(i)*k : (int(i)+1)*k]
		rows = append(rows, row{h, w, slices.Max(w) - slices.Min(w)})
		scale = math.Max(scale, math.Max(slices.Max(w), -slices.Min(w)))
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.spread, a.spread), cmp.Compare(a.hash, b.hash)) })
	rows = rows[:min(len(rows), cfg.MaxFeature)]
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.hash, b.hash) })
	m := &Model{head: header{
		Name: cfg.Name, Version: cfg.Version, Labels: labels, Features: len(rows), Tokens: featureSet, Unseen: cfg.Unseen,
		Temperature: held.Temperature, Threshold: held.Threshold, Floor: held.Floor, Scale: scale, Bias: f.bias,
		Documents: documents, HeldECE: held.ECE, HeldF1: held.Score.MacroF1, HeldUnseen: held.Unseen,
		Names: cfg.Names,
	}}
	keys, planes := make([]uint32, len(rows)), make([]byte, 0, len(rows)*k)
	for i, r := range rows {
		keys[i] = r.hash
	}
	m.index = newIndex(keys, k)
	for c := range k {
		for _, r := range rows {
			planes = append(planes, byte(quantise(r.w[c], scale)))
		}
	}
	m.index.setWeights(planes)
	b, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	return Read(b)
}

// Bytes returns the model file. The same model always gives the same bytes.
func (m *Model) Bytes() ([]byte, error) {
	head, err := json.Marshal(m.head)
	if err != nil {
		return nil, fmt.Errorf("write classifier model: %w", err)
	}
	out := bytes.NewBufferString(magic)
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(head))))
	out.Write(head)
	zw, err := flate.NewWriter(out, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("write classifier model: %w", err)
	}
	var raw []byte
	last := uint32(0)
	for row := range m.index.known {
		k := m.index.hash(row)
		raw = binary.AppendUvarint(raw, uint64(k-last))
		last = k
	}
	for c := range m.head.Labels {
		for row := range m.index.known {
			raw = append(raw, m.index.quantum(row, c))
		}
	}
	if _, err := zw.Write(raw); err != nil {
		return nil, fmt.Errorf("write classifier model: %w", err)
	}
	if err := zw.Close(); err != nil {
		return nil, fmt.Errorf("write classifier model: %w", err)
	}
	sum := sha256.Sum256(out.Bytes())
	out.Write(sum[:])
	return out.Bytes(), nil
}
