package memory

import "github.com/bothost/bothost/sdk/message"

// EffectKind names a kind of work that a host can do for a strategy.
type EffectKind string

// The kinds of effects.
const (
	KindGenerate  EffectKind = "generate"
	KindEmbed     EffectKind = "embed"
	KindSearch    EffectKind = "search"
	KindIndex     EffectKind = "index"
	KindReadTurns EffectKind = "read_turns"
)

// EffectUser is implemented by strategies that answer with Effects: a host that
// lacks one of them refuses the configuration when it is registered.
type EffectUser interface {
	Effects() []EffectKind
}

// Effect is work that the host does on behalf of a recall, within the tenant,
// its budget and its deadline.
type Effect struct {
	// ID is unique within the answer; the result carries it.
	ID string
	// Work is Generate, Embed, Search, Index or ReadTurns.
	Work Work
}

// Work is what an effect asks for.
type Work interface{ isWork() }

// Generate asks the tenant's model.
type Generate struct {
	Messages  []message.Message
	MaxTokens int
}

// Embed turns texts into vectors.
type Embed struct{ Texts []string }

// Search looks in the tenant's index.
type Search struct {
	Query string
	Limit int
}

// Index adds to the tenant's index.
type Index struct{ Entries []IndexEntry }

// IndexEntry is one text with its vector.
type IndexEntry struct {
	ID     string
	Text   string
	Vector []float32
}

// ReadTurns reads older turns of the conversation, both ends included.
type ReadTurns struct{ From, To uint64 }

func (Generate) isWork()  {}
func (Embed) isWork()     {}
func (Search) isWork()    {}
func (Index) isWork()     {}
func (ReadTurns) isWork() {}

// EffectResult is what came of an effect.
type EffectResult struct {
	ID string
	// Result is Generated, Embedded, Found, Indexed or TurnsRead; nil if Error
	// is set.
	Result Result
	// Error says why the effect could not be performed.
	Error string
}

// Result is the outcome of one kind of Work.
type Result interface{ isResult() }

// Generated answers Generate.
type Generated struct{ Message message.Message }

// Embedded answers Embed, in the order of its texts.
type Embedded struct{ Vectors [][]float32 }

// Found answers Search, best first.
type Found struct{ Hits []Hit }

// Hit is one entry found.
type Hit struct {
	ID    string
	Text  string
	Score float32
}

// Indexed answers Index.
type Indexed struct{}

// TurnsRead answers ReadTurns.
type TurnsRead struct{ Messages []message.Message }

func (Generated) isResult() {}
func (Embedded) isResult()  {}
func (Found) isResult()     {}
func (Indexed) isResult()   {}
func (TurnsRead) isResult() {}
