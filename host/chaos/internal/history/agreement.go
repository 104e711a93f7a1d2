package history

import "fmt"

// checkAgreement: all readers read the same.
func (c *checker) checkAgreement() {
	first := make(map[Place]*Transcript)
	for i := range c.history.Transcripts {
		transcript := &c.history.Transcripts[i]
		other, ok := first[transcript.Place]
		if !ok {
			first[transcript.Place] = transcript
			continue
		}
		c.compare(other, transcript)
	}
}

func (c *checker) compare(a, b *Transcript) {
	for i := range max(len(a.Messages), len(b.Messages)) {
		left, right := messageAt(a, i), messageAt(b, i)
		if left == right {
			continue
		}
		c.report(Disagree, a.Place, left.Turn,
			fmt.Sprintf("message %d as %s read it: %s", i+1, a.Reader, left.describe()),
			fmt.Sprintf("as %s read it: %s", b.Reader, right.describe()))
		return
	}
}

func messageAt(t *Transcript, i int) Stored {
	if i < len(t.Messages) {
		return t.Messages[i]
	}
	return Stored{}
}

func (m Stored) describe() string {
	if m == (Stored{}) {
		return "none"
	}
	return fmt.Sprintf("turn %d, %s, %s, %s", m.Turn, m.Role, m.Status, quote(m.Text))
}
