package tinymodel

// How strongly one token asks for another, as a logit; 0 is not at all.
const (
	sure   = 30
	likely = 15
)

// unsaid stands for all tokens that the model does not say.
const unsaid = -1

// succession says which token follows which: the logits by the token before,
// or unsaid, and the token after.
type succession map[int]map[int]float32

func (s succession) follow(before, after int, logit float32) {
	if s[before] == nil {
		s[before] = map[int]float32{}
	}
	s[before][after] = logit
}

func (s succession) followUnsaid(after int, logit float32) { s.follow(unsaid, after, logit) }
