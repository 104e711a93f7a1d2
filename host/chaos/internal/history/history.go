package history

import "time"

// History is one run, ended: nothing is added while it is checked.
type History struct {
	Tenants []Tenant
	// Requests are all messages that clients sent.
	Requests []Request
	// Deletions are all that were tried.
	Deletions []Deletion
	// Asks are all requests that reached the model, in the order of their
	// arrival.
	Asks []Ask
	// Transcripts are what each reader found at the end: one for each reader and
	// each conversation, also an empty one.
	Transcripts []Transcript
}

// Tenant is one of the run's.
type Tenant struct {
	Name string
	// MaxMessages is how many earlier messages the model may be shown.
	MaxMessages int
	// SystemPrompts are all that the tenant may have had during the run.
	SystemPrompts []string
}

// Place is a conversation.
type Place struct{ Tenant, Conversation string }

func (p Place) String() string { return p.Tenant + "/" + p.Conversation }

// Request is one message of a user, with one idempotency key, sent until it was
// answered or given up.
type Request struct {
	Place
	Key, Text string
	// MustSucceed: nothing was in its way any more.
	MustSucceed bool
	// Attempts are in the order in which they were sent; at least one.
	Attempts []Attempt
}

// Attempt is one HTTP request.
type Attempt struct {
	// Instance says which host got it.
	Instance int
	// Began and Ended are since the run's beginning.
	Began, Ended time.Duration
	Outcome      Outcome
	// Turn, Reply and Replayed are what was acknowledged.
	Turn     uint64
	Reply    string
	Replayed bool
	// Problem is what was said otherwise.
	Problem string
}

// Outcome is how an attempt ended.
type Outcome string

// The outcomes.
const (
	// Acknowledged: the caller was told that the turn is done.
	Acknowledged Outcome = "acknowledged"
	// Refused: the host said that it is not, and that it may be tried again.
	Refused Outcome = "refused"
	// Unknown: there was no answer, or half of one.
	Unknown Outcome = "unknown"
	// Unexpected: an answer that no fault explains.
	Unexpected Outcome = "unexpected"
)

// Deletion is one call that deletes a conversation.
type Deletion struct {
	Place
	Began, Ended time.Duration
	// Done: it was acknowledged.
	Done bool
}

// Ask is one request to the model.
type Ask struct {
	Began time.Duration
	// Prompt is all that the model was shown.
	Prompt []Message
	// Reply is all that it would say; Whole tells that it said it.
	Reply string
	Whole bool
}

// Message is one of a prompt.
type Message struct{ Role, Text string }

// The roles of messages.
const (
	System    = "system"
	User      = "user"
	Assistant = "assistant"
)

// Transcript is a conversation as one reader found it.
type Transcript struct {
	Place
	Reader   string
	Messages []Stored
}

// Stored is one message of a transcript, in order.
type Stored struct {
	Turn   uint64
	Role   string
	Text   string
	Status string
}

// The states of a turn.
const (
	Pending     = "pending"
	Complete    = "complete"
	Failed      = "failed"
	Interrupted = "interrupted"
	Cancelled   = "cancelled"
)

// acknowledged gives the attempts that were.
func (r *Request) acknowledged() []Attempt {
	var out []Attempt
	for _, attempt := range r.Attempts {
		if attempt.Outcome == Acknowledged {
			out = append(out, attempt)
		}
	}
	return out
}

// began is when it was sent first.
func (r *Request) began() time.Duration { return r.Attempts[0].Began }

// settled gives when the last attempt ended, unless one is left whose fate is
// not known: that one may still come to a host.
func (r *Request) settled() (time.Duration, bool) {
	var last time.Duration
	for _, attempt := range r.Attempts {
		if attempt.Outcome == Unknown {
			return 0, false
		}
		last = max(last, attempt.Ended)
	}
	return last, true
}
