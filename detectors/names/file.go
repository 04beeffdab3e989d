package names

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/klauspost/compress/zstd"
)

// Manifest describes a model.
type Manifest struct {
	Format    int               `json:"format"`
	Templates string            `json:"templates"` // TemplateHash of the code that trained it
	Seed      uint64            `json:"seed"`
	Epochs    int               `json:"epochs"`
	Data      map[string]string `json:"data"` // SHA-256 of each file that it was trained from
	Sentences int               `json:"sentences"`
	Tokens    int               `json:"tokens"`
	Words     int               `json:"words"`      // vocabulary
	Listed    map[string]int    `json:"listed"`     // sizes of the lists of words
	Choices   []Choice          `json:"thresholds"` // with the figures on development data
}

// Choice is a threshold and what it was chosen by.
type Choice struct {
	Class         string  `json:"class"`
	Preset        int     `json:"preset"`
	Setting       string  `json:"setting"`
	Bias          int     `json:"bias"`
	Recall        float64 `json:"recall"`         // spans that are covered whole
	RecallLow     float64 `json:"recall_low"`     // one-sided 95 % bound over calls
	OverRedaction float64 `json:"over_redaction"` // share of the other tokens
}

// Format is the version of the file.
const Format = 1

// plainBit marks plain words beside their signature, which has thirteen bits.
const plainBit = 1 << 15

const magic = "TACETNM\n"

// Known is a word of the vocabulary.
type Known struct {
	Hash   uint32
	Sig    Sig
	Here   [Classes]int16                // the sum of its identity row, its letters and its signature
	Around [Identities - 1][Classes]int8 // its other identity rows
	Plain  bool                          // it is never part of a name, unless a name was asked for
}

// Summed is a word outside the vocabulary whose rows are summed up beforehand, because it is frequent enough.
type Summed struct {
	Hash uint32
	Sig  Sig
	Here [Classes]int16
}

// Listed is a word of the lists.
type Listed struct {
	Hash uint32
	Sig  Sig
}

// Parameters are what a model consists of.
type Parameters struct {
	Manifest Manifest
	Words    []Known  // ascending by Hash
	Summed   []Summed // ascending by Hash
	Unknown  [coarses + 1][Identities][Classes]int8
	Lists    []Listed                    // ascending by Hash
	Rows     []int8                      // RowCount rows of Classes weights
	Trans    [Classes + 1][Classes]int16 // from, to; the last row is the start
	Biases   [Presets][Settings][Classes]int16
	Curve    [Classes][2]float32
}

// Encode writes the parameters as a file. The same parameters give the same bytes.
func (p *Parameters) Encode() ([]byte, error) {
	man, err := json.MarshalIndent(&p.Manifest, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode model: %w", err)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("encode model: %w", err)
	}
	out := append([]byte(magic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[len(magic):], uint32(len(man)))
	out = append(out, man...)
	return enc.EncodeAll(p.payload(), out), enc.Close()
}

// Build makes a model of parameters, as reading the file that Encode writes would.
func Build(p *Parameters) (*Model, error) {
	m := &Model{man: p.Manifest}
	r := &reader{b: p.payload()}
	m.read(r)
	if r.short || len(r.b) > 0 {
		return nil, errModel
	}
	m.finish()
	return m, nil
}

// WithBias gives a copy of the model with another threshold: what is added to a class against all others.
func (m *Model) WithBias(preset Preset, setting int, class Class, bias int) *Model {
	other := *m
	other.biases[preset][setting][class] = int32(bias)
	return &other
}

func (p *Parameters) payload() []byte {
	var b bytes.Buffer
	putHashes(&b, len(p.Words), func(i int) uint32 { return p.Words[i].Hash })
	putColumn(&b, len(p.Words), func(i int) uint16 {
		if p.Words[i].Plain {
			return uint16(p.Words[i].Sig) | plainBit
		}
		return uint16(p.Words[i].Sig)
	})
	for k := 0; k < Classes; k++ {
		putColumn(&b, len(p.Words), func(i int) uint16 { return uint16(p.Words[i].Here[k]) })
	}
	for r := 0; r < Identities-1; r++ {
		for k := 0; k < Classes; k++ {
			for i := range p.Words {
				b.WriteByte(byte(p.Words[i].Around[r][k]))
			}
		}
	}
	for _, rows := range p.Unknown {
		for _, row := range rows {
			for _, w := range row {
				b.WriteByte(byte(w))
			}
		}
	}
	putHashes(&b, len(p.Summed), func(i int) uint32 { return p.Summed[i].Hash })
	putColumn(&b, len(p.Summed), func(i int) uint16 { return uint16(p.Summed[i].Sig) })
	for k := 0; k < Classes; k++ {
		putColumn(&b, len(p.Summed), func(i int) uint16 { return uint16(p.Summed[i].Here[k]) })
	}
	putHashes(&b, len(p.Lists), func(i int) uint32 { return p.Lists[i].Hash })
	putColumn(&b, len(p.Lists), func(i int) uint16 { return uint16(p.Lists[i].Sig) })
	for k := 0; k < Classes; k++ {
		for i := k; i < len(p.Rows); i += Classes {
			b.WriteByte(byte(p.Rows[i]))
		}
	}
	for i := range p.Trans {
		for _, w := range p.Trans[i] {
			b.Write(binary.LittleEndian.AppendUint16(nil, uint16(w)))
		}
	}
	for i := range p.Biases {
		for j := range p.Biases[i] {
			for _, w := range p.Biases[i][j] {
				b.Write(binary.LittleEndian.AppendUint16(nil, uint16(w)))
			}
		}
	}
	for _, curve := range p.Curve {
		for _, c := range curve {
			b.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(c)))
		}
	}
	return b.Bytes()
}

// putHashes writes ascending hashes by their differences.
func putHashes(b *bytes.Buffer, n int, hash func(int) uint32) {
	b.Write(binary.AppendUvarint(nil, uint64(n)))
	last := uint32(0)
	var high, low []byte // in planes, which compresses better
	for i := 0; i < n; i++ {
		d := hash(i) - last
		last = hash(i)
		low = append(low, byte(d))
		high = binary.AppendUvarint(high, uint64(d>>8))
	}
	b.Write(binary.AppendUvarint(nil, uint64(len(high))))
	b.Write(high)
	b.Write(low)
}

func putColumn(b *bytes.Buffer, n int, value func(int) uint16) {
	for i := 0; i < n; i++ {
		b.WriteByte(byte(value(i)))
	}
	for i := 0; i < n; i++ {
		b.WriteByte(byte(value(i) >> 8))
	}
}

var errModel = errors.New("read model of names: broken file")

// reader takes parts off a payload. After the end it gives zeroes and notes that it was short.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.short = true
		return nil
	}
	part := r.b[:n]
	r.b = r.b[n:]
	return part
}

func (r *reader) uvarint() int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > math.MaxInt32 {
		r.short = true
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

func (r *reader) hashes() []uint32 {
	n := r.uvarint()
	high := reader{b: r.take(r.uvarint())}
	low := r.take(n)
	if r.short {
		return nil
	}
	list := make([]uint32, n)
	last := uint32(0)
	for i := range list {
		last += uint32(high.uvarint())<<8 | uint32(low[i])
		list[i] = last
	}
	r.short = r.short || high.short
	return list
}

func (r *reader) column(n int) []uint16 {
	low, high := r.take(n), r.take(n)
	if r.short {
		return nil
	}
	list := make([]uint16, n)
	for i := range list {
		list[i] = uint16(low[i]) | uint16(high[i])<<8
	}
	return list
}

// ReadManifest reads the manifest of a model's file.
func ReadManifest(file []byte) (man Manifest, payload []byte, err error) {
	head := len(magic) + 4
	if len(file) < head || string(file[:len(magic)]) != magic {
		return man, nil, errModel
	}
	n := int(binary.LittleEndian.Uint32(file[len(magic):]))
	if n > len(file)-head {
		return man, nil, errModel
	}
	if err := json.Unmarshal(file[head:head+n], &man); err != nil {
		return man, nil, fmt.Errorf("%w: %w", errModel, err)
	}
	return man, file[head+n:], nil
}

// Read makes a model of what Encode wrote.
func Read(file []byte) (*Model, error) {
	man, payload, err := ReadManifest(file)
	if err != nil {
		return nil, err
	}
	if man.Format != Format || man.Templates != TemplateHash() {
		return nil, fmt.Errorf("read model of names: it has format %d and features %s, this program %d and %s: train it again",
			man.Format, man.Templates, Format, TemplateHash())
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, fmt.Errorf("read model of names: %w", err)
	}
	defer dec.Close()
	plain, err := dec.DecodeAll(payload, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errModel, err)
	}
	m := &Model{man: man}
	r := &reader{b: plain}
	m.read(r)
	if r.short || len(r.b) > 0 {
		return nil, errModel
	}
	m.finish()
	return m, nil
}

// wordColumns are the words of a part of the file.
type wordColumns struct {
	hashes []uint32
	sigs   []uint16
	here   [Classes][]uint16
}

func (r *reader) words() (w wordColumns) {
	w.hashes = r.hashes()
	w.sigs = r.column(len(w.hashes))
	for k := range w.here {
		w.here[k] = r.column(len(w.hashes))
	}
	return w
}

// entry makes the entry of word i, without what it says of its neighbours.
func (w *wordColumns) entry(i int) (e entry) {
	lane := func(k int) uint32 { return uint32(int32(int16(w.here[k][i])) - int32(int16(w.here[0][i])) + sumZero) }
	e.even = lane(1) | lane(3)<<16
	e.odd = lane(2) | lane(4)<<16
	return e
}

// told is what the lexicon says of word i, without its entry.
func (w *wordColumns) told(i int) told {
	t := told(w.sigs[i] &^ plainBit)
	if w.sigs[i]&plainBit != 0 {
		t |= toldPlain
	}
	return t
}

func (m *Model) read(r *reader) {
	words := r.words()
	n := len(words.hashes)
	var around [Identities - 1][Classes][]byte
	for i := range around {
		for k := range around[i] {
			around[i][k] = r.take(n)
		}
	}
	var rows [coarses + 1][Identities]uint32
	for c := range rows {
		for i := range rows[c] {
			rows[c][i] = r.row(r.take(Classes))
		}
	}
	summed := r.words()
	listed := r.hashes()
	sigs := r.column(len(listed))
	planes := r.take(rowCount * Classes)
	m.readNumbers(r)
	if r.short || n+len(summed.hashes) >= entriesMax {
		r.short = true
		return
	}
	m.setRows(planes, r)
	for c := range m.unknown {
		m.unknown[c] = unknownEntry(uint8(c), rows[c])
	}
	edge := unknownEntry(uint8(KindEdge), rows[coarses])
	m.edge = word{entry: &edge, sig: edgeSig, coarse: edgeSig.coarse()}
	m.lexicon = newLexicon(len(listed) + n + len(summed.hashes))
	m.entries = make([]entry, 1, 1+n+len(summed.hashes))
	// The commonest words come first: their slots are the ones that are looked at first, and their entries lie side by side.
	for common := commonest; common >= 0; common-- {
		for i, h := range words.hashes {
			if t := words.told(i); t.sig().common() == common {
				e := words.entry(i)
				e.id = mix(uint64(h))
				var row [Classes]byte
				for j, to := range []*uint32{&e.before, &e.behind, &e.twoBefore, &e.twoBehind} {
					for k := range row {
						row[k] = around[j][k][i]
					}
					*to = r.row(row[:])
				}
				m.insert(h, t, &e)
			}
		}
		for i, h := range summed.hashes {
			if t := summed.told(i); t.sig().common() == common {
				e := summed.entry(i)
				u := &m.unknown[t.sig().coarse()]
				e.id, e.before, e.behind, e.twoBefore, e.twoBehind = u.id, u.before, u.behind, u.twoBefore, u.twoBehind
				m.insert(h, t, &e)
			}
		}
	}
	for i, h := range listed {
		switch s := m.find(h); {
		case s.hash != h:
			*s = slot{h, told(sigs[i])}
		case s.told.sig() == Sig(sigs[i]):
			s.told &^= toldUnlist
		default:
			r.short = true // vocabulary and lists must say the same of a word
		}
	}
	m.filterCommon()
}

// insert adds a word of the vocabulary, unless it is there.
func (m *Model) insert(h uint32, t told, e *entry) {
	if s := m.find(h); s.hash != h {
		*s = slot{h, t | toldUnlist | told(len(m.entries))<<toldEntry}
		m.entries = append(m.entries, *e)
	}
}

func (m *Model) readNumbers(r *reader) {
	number := func() int32 {
		if b := r.take(2); b != nil {
			return int32(int16(binary.LittleEndian.Uint16(b)))
		}
		return 0
	}
	for i := range m.trans {
		for k := range m.trans[i] {
			m.trans[i][k] = number()
		}
	}
	for p := range m.biases {
		for s := range m.biases[p] {
			for k := range m.biases[p][s] {
				m.biases[p][s][k] = number()
			}
		}
	}
	for c := range m.curve {
		for i := range m.curve[c] {
			if b := r.take(4); b != nil {
				m.curve[c][i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
			}
		}
	}
}

func (m *Model) setRows(planes []byte, r *reader) {
	m.rows = make([]uint32, rowCount)
	for k := 1; k < Classes; k++ {
		outside, plane := planes[:rowCount], planes[k*rowCount:][:rowCount]
		for i, w := range plane {
			m.rows[i] |= r.difference(w, outside[i]) << (8 * (k - 1))
		}
	}
}

// rowBias is a difference of zero as rows hold it.
const rowBias = 128

// row packs a row of weights.
func (r *reader) row(w []byte) (row uint32) {
	for k := 1; k < len(w); k++ {
		row |= r.difference(w[k], w[0]) << (8 * (k - 1))
	}
	return row
}

// difference is by how much a weight is more than that of Outside, as rows hold it. One that is too large makes the file a broken one.
func (r *reader) difference(w, outside byte) uint32 {
	d := int(int8(w)) - int(int8(outside)) + rowBias
	if d < 0 || d > math.MaxUint8 {
		r.short = true
	}
	return uint32(d) & math.MaxUint8
}

// unknownEntry makes the entry of all unknown words of a class.
func unknownEntry(coarse uint8, rows [Identities]uint32) entry {
	e := entry{id: unknownID(coarse), before: rows[1], behind: rows[2], twoBefore: rows[3], twoBehind: rows[4]}
	e.even, e.odd = (sumZero-rowBias)*laneOne, (sumZero-rowBias)*laneOne
	e.add(rows[0])
	return e
}

// finish works out what follows from the parameters.
func (m *Model) finish() {
	// How much better Outside must be at a token so that no path through another label can win there, whatever its
	// neighbours are.
	gap := int32(0)
	// A run of tokens that are not outside, each of them worse than outside by more than warm, loses to the same run
	// outside: what it wins by its inner transitions is less, and going in and out wins nothing.
	warm, enter := int32(0), int32(0)
	stay := m.trans[Outside][Outside]
	for k := 1; k < Classes; k++ {
		for from := 0; from <= Classes; from++ {
			for to := 0; to <= Classes; to++ {
				d := m.trans[from][k] - m.trans[from][Outside]
				if to < Classes {
					d += m.trans[k][to] - m.trans[Outside][to]
				}
				gap = max(gap, d)
			}
		}
		for from := 1; from < Classes; from++ {
			warm = max(warm, m.trans[from][k]-stay)
		}
		in := max(m.trans[Outside][k]-stay, m.trans[Classes][k]-m.trans[Classes][Outside])
		enter = max(enter, in, in+m.trans[k][Outside]-stay)
	}
	m.warm = warm + enter
	m.gap = gap
}

// WithCurve gives a copy of the model with another curve of confidences of a class: of the margin, constant and slope.
func (m *Model) WithCurve(class Class, curve [2]float32) *Model {
	other := *m
	other.curve[class] = curve
	return &other
}
