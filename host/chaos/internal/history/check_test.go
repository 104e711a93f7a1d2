package history_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/bothost/bothost/host/chaos/internal/history"
)

var (
	first   = history.Place{Tenant: "a", Conversation: "1"}
	second  = history.Place{Tenant: "a", Conversation: "2"}
	foreign = history.Place{Tenant: "b", Conversation: "1"}
	deleted = history.Place{Tenant: "b", Conversation: "2"}
)

// lively is a history in which everything happens and nothing is wrong. first
// has the turns 1 to 9: 1, 2, 4, 6, 8 and 9 are complete, 3 has failed, 5 was
// interrupted, 7 cancelled with half a reply; 3 and 4 are of one request, whose
// index is 2, as are 5 and 6, 7 and 8.
func lively() *history.History {
	w := newWorld()
	w.turn(first, history.Complete)
	w.turn(first, history.Complete)
	for _, status := range []string{history.Failed, history.Interrupted, history.Cancelled} {
		w.again(w.turn(first, status), history.Complete)
	}
	w.replay(1)
	w.turn(first, history.Complete)
	for range 3 {
		w.turn(second, history.Complete)
		w.turn(foreign, history.Complete)
		w.turn(deleted, history.Complete)
	}
	w.remove(deleted)
	w.turn(deleted, history.Complete)
	w.turn(deleted, history.Complete)
	return w.end()
}

func TestRightHistory(t *testing.T) {
	t.Parallel()
	for _, violation := range history.Check(lively()) {
		t.Error(violation)
	}
}

// TestRightHistories: whatever happens, what is right is found right.
func TestRightHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		var answered []int
		places := []history.Place{first, second, foreign, deleted}
		statuses := []string{history.Complete, history.Complete, history.Failed, history.Interrupted, history.Cancelled}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			switch place := rapid.SampledFrom(places).Draw(t, "place"); {
			case place == deleted && rapid.IntRange(0, 3).Draw(t, "delete") == 0:
				w.remove(place)
			case len(answered) > 0 && rapid.IntRange(0, 4).Draw(t, "replay") == 0:
				w.replay(rapid.SampledFrom(answered).Draw(t, "which"))
			default:
				status := rapid.SampledFrom(statuses).Draw(t, "status")
				n := w.turn(place, status)
				if status != history.Complete {
					w.again(n, history.Complete)
				}
				if place != deleted {
					answered = append(answered, n)
				}
			}
		}
		if found := history.Check(w.end()); len(found) > 0 {
			t.Fatal(found)
		}
	})
}

// everywhere changes the messages of a conversation for all readers.
func everywhere(h *history.History, place history.Place, change func([]history.Stored) []history.Stored) {
	for i := range h.Transcripts {
		if h.Transcripts[i].Place == place {
			h.Transcripts[i].Messages = change(h.Transcripts[i].Messages)
		}
	}
}

// without removes a turn.
func without(turn uint64) func([]history.Stored) []history.Stored {
	return func(messages []history.Stored) []history.Stored {
		return slices.DeleteFunc(messages, func(m history.Stored) bool { return m.Turn == turn })
	}
}

// at gives the message of a turn, to change it.
func at(messages []history.Stored, turn uint64, role string) *history.Stored {
	for i := range messages {
		if messages[i].Turn == turn && messages[i].Role == role {
			return &messages[i]
		}
	}
	panic(fmt.Sprintf("turn %d has no message of role %s", turn, role))
}

// lastAsk is the newest prompt of a conversation.
func lastAsk(h *history.History, place history.Place) *history.Ask {
	for i := range slices.Backward(h.Asks) {
		if text := h.Asks[i].Prompt[len(h.Asks[i].Prompt)-1].Text; text == lastRequest(h, place).Text {
			return &h.Asks[i]
		}
	}
	panic("nothing was asked in " + place.String())
}

func lastRequest(h *history.History, place history.Place) *history.Request {
	for i := range slices.Backward(h.Requests) {
		if h.Requests[i].Place == place {
			return &h.Requests[i]
		}
	}
	panic("nothing was sent to " + place.String())
}

// wrong is one thing wrong, and the rule that it breaks.
type wrong struct {
	rule history.Rule
	harm func(h *history.History)
}

func wrongs() map[string]wrong {
	return map[string]wrong{
		"an acknowledged turn is lost at the end": {history.Lost, func(h *history.History) {
			everywhere(h, first, without(9))
		}},
		"an acknowledged turn is lost in the middle": {history.Lost, func(h *history.History) {
			everywhere(h, first, without(4))
		}},
		"all of a conversation is lost": {history.Lost, func(h *history.History) {
			everywhere(h, second, func([]history.Stored) []history.Stored { return nil })
		}},
		"an acknowledged turn is stored as failed": {history.Lost, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored {
				at(messages, 9, history.User).Status = history.Failed
				return messages[:len(messages)-1]
			})
		}},
		"a message has two complete turns": {history.Doubled, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored {
				for _, m := range messages[:2] {
					m.Turn = 10
					messages = append(messages, m)
				}
				return messages
			})
		}},
		"another reply is stored than was acknowledged": {history.Differs, func(h *history.History) {
			lastRequest(h, first).Attempts[0].Reply = "reply 99: something else"
		}},
		"a turn has another number than was acknowledged": {history.Differs, func(h *history.History) {
			lastRequest(h, first).Attempts[0].Turn = 12
		}},
		"two turns have changed places": {history.Order, func(h *history.History) {
			everywhere(h, second, func(messages []history.Stored) []history.Stored {
				messages = append(slices.Clone(messages[2:4]), append(slices.Clone(messages[:2]), messages[4:]...)...)
				for i := range messages[:4] {
					messages[i].Turn = uint64(1 + i/2)
				}
				return messages
			})
		}},
		"a turn number is missing": {history.Order, func(h *history.History) {
			everywhere(h, first, without(3))
		}},
		"a transcript is not in order": {history.Order, func(h *history.History) {
			everywhere(h, second, func(messages []history.Stored) []history.Stored {
				return append(slices.Clone(messages[2:]), messages[:2]...)
			})
		}},
		"a replay tells another turn": {history.Replay, func(h *history.History) {
			h.Requests[1].Attempts[1].Turn++
		}},
		"a replay tells another reply": {history.Replay, func(h *history.History) {
			h.Requests[1].Attempts[1].Reply += "!"
		}},
		"the model is asked again for what was answered": {history.AskedAgain, func(h *history.History) {
			ask := *lastAsk(h, first)
			ask.Prompt = slices.Clone(ask.Prompt)
			ask.Prompt[len(ask.Prompt)-1].Text = h.Requests[1].Text
			ask.Reply = "reply 99: to " + h.Requests[1].Text
			h.Asks = append(h.Asks, ask)
		}},
		"one instance has a turn less": {history.Disagree, func(h *history.History) {
			last := &h.Transcripts[len(h.Transcripts)-1]
			last.Messages = last.Messages[:len(last.Messages)-2]
		}},
		"one instance has another status": {history.Disagree, func(h *history.History) {
			h.Transcripts[len(h.Transcripts)-1].Messages[0].Status = history.Failed
		}},
		"a complete turn has no reply": {history.Half, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored { return messages[:len(messages)-1] })
		}},
		"a reply has no message": {history.Half, func(h *history.History) {
			everywhere(h, second, func(messages []history.Stored) []history.Stored { return slices.Delete(messages, 2, 3) })
		}},
		"a turn has two replies": {history.Half, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored { return append(messages, messages[len(messages)-1]) })
		}},
		"an interrupted turn has a reply": {history.Half, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored {
				at(messages, 7, history.User).Status = history.Interrupted
				at(messages, 7, history.Assistant).Status = history.Interrupted
				return messages
			})
		}},
		"a turn of an unknown status": {history.Half, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored {
				at(messages, 3, history.User).Status = "paused"
				return messages
			})
		}},
		"a turn is still pending": {history.Open, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored {
				at(messages, 5, history.User).Status = history.Pending
				return messages
			})
		}},
		"a message is in another tenant's conversation": {history.Crossed, func(h *history.History) {
			everywhere(h, foreign, func(messages []history.Stored) []history.Stored {
				at(messages, 2, history.User).Text = h.Requests[0].Text
				return messages
			})
		}},
		"a reply is in another conversation": {history.Crossed, func(h *history.History) {
			everywhere(h, second, func(messages []history.Stored) []history.Stored {
				at(messages, 2, history.Assistant).Text = h.Requests[0].Attempts[0].Reply
				return messages
			})
		}},
		"a prompt shows another tenant's message": {history.Crossed, func(h *history.History) {
			lastAsk(h, first).Prompt[1].Text = lastRequest(h, foreign).Text
		}},
		"a prompt shows a reply of another conversation": {history.Crossed, func(h *history.History) {
			lastAsk(h, first).Prompt[2].Text = lastRequest(h, second).Attempts[0].Reply
		}},
		"a prompt in a deleted conversation shows another one's": {history.Crossed, func(h *history.History) {
			lastAsk(h, deleted).Prompt[1].Text = lastRequest(h, first).Text
		}},
		"a prompt has another tenant's system prompt": {history.Crossed, func(h *history.History) {
			lastAsk(h, first).Prompt[0].Text = "old prompt of b"
		}},
		"a message is stored that nobody sent": {history.Invented, func(h *history.History) {
			everywhere(h, first, func(messages []history.Stored) []history.Stored {
				at(messages, 3, history.User).Text = "who am I?"
				return messages
			})
		}},
		"a complete turn has half a reply": {history.Invented, func(h *history.History) {
			half := lastRequest(h, first).Attempts[0].Reply[:12]
			lastRequest(h, first).Attempts[0].Reply = half
			everywhere(h, first, func(messages []history.Stored) []history.Stored {
				at(messages, 9, history.Assistant).Text = half
				return messages
			})
		}},
		"a reply is stored whose end the model never said": {history.Invented, func(h *history.History) {
			lastAsk(h, first).Whole = false
		}},
		"a prompt ends with a message that nobody sent": {history.Invented, func(h *history.History) {
			h.Asks = append(h.Asks, history.Ask{Prompt: []history.Message{{Role: history.User, Text: "who am I?"}}})
		}},
		"a prompt lacks its newest turn": {history.Prompt, func(h *history.History) {
			ask := lastAsk(h, first)
			ask.Prompt = slices.Delete(ask.Prompt, 3, 5)
		}},
		"a prompt lacks its oldest turn": {history.Prompt, func(h *history.History) {
			ask := lastAsk(h, first)
			ask.Prompt = slices.Delete(ask.Prompt, 1, 3)
		}},
		"a prompt's window is empty": {history.Prompt, func(h *history.History) {
			ask := lastAsk(h, first)
			ask.Prompt = slices.Delete(ask.Prompt, 1, 5)
		}},
		"a prompt's window has changed its order": {history.Prompt, func(h *history.History) {
			prompt := lastAsk(h, first).Prompt
			prompt[1], prompt[3] = prompt[3], prompt[1]
			prompt[2], prompt[4] = prompt[4], prompt[2]
		}},
		"a prompt shows a failed turn": {history.Prompt, func(h *history.History) {
			lastAsk(h, first).Prompt[1].Text = h.Requests[2].Text
		}},
		"a prompt is without a system prompt": {history.Prompt, func(h *history.History) {
			ask := lastAsk(h, first)
			ask.Prompt = ask.Prompt[1:]
		}},
		"a prompt that came to nothing lacks what was acknowledged": {history.Prompt, func(h *history.History) {
			// The turn that was asked for has failed; its window ends too early.
			for i := range h.Asks {
				if prompt := h.Asks[i].Prompt; prompt[len(prompt)-1].Text == h.Requests[3].Text {
					h.Asks[i].Prompt = slices.Delete(prompt, 3, 5)
					return
				}
			}
		}},
		"a prompt lacks a turn that was cancelled": {history.Prompt, func(h *history.History) {
			// Turn 8 was shown 6 and 7; now 4 and 6.
			var asks []*history.Ask
			for i := range h.Asks {
				if prompt := h.Asks[i].Prompt; prompt[0].Text == "new prompt of a" {
					asks = append(asks, &h.Asks[i])
				}
			}
			shownTo6, shownTo8 := asks[5].Prompt, asks[7].Prompt
			asks[7].Prompt = slices.Concat(shownTo8[:1], shownTo6[3:5], shownTo8[1:3], shownTo8[5:])
		}},
		"a prompt's window ends with what was never stored": {history.Prompt, func(h *history.History) {
			lastAsk(h, first).Prompt[4].Text = "I never said this"
		}},
		"a prompt in a deleted conversation shows what nobody said": {history.Invented, func(h *history.History) {
			lastAsk(h, deleted).Prompt[1].Text = "who am I?"
		}},
		"a prompt in a deleted conversation is too long": {history.Prompt, func(h *history.History) {
			ask := lastAsk(h, deleted)
			ask.Prompt = slices.Concat(ask.Prompt[:1], ask.Prompt[1:3], ask.Prompt[1:3], ask.Prompt[1:])
		}},
		"a message has two complete turns after a deletion": {history.Doubled, func(h *history.History) {
			everywhere(h, deleted, func(messages []history.Stored) []history.Stored {
				for _, m := range messages[:2] {
					m.Turn = 3
					messages = append(messages, m)
				}
				return messages
			})
		}},
		"a deleted message is back": {history.Returned, func(h *history.History) {
			everywhere(h, deleted, func(messages []history.Stored) []history.Stored {
				for i := range h.Requests {
					if h.Requests[i].Place == deleted {
						at(messages, 1, history.User).Text = h.Requests[i].Text
						at(messages, 1, history.Assistant).Text = h.Requests[i].Attempts[0].Reply
						return messages
					}
				}
				return messages
			})
		}},
		"a prompt shows a deleted message": {history.Returned, func(h *history.History) {
			for i := range h.Requests {
				if h.Requests[i].Place == deleted {
					lastAsk(h, deleted).Prompt[1].Text = h.Requests[i].Text
					return
				}
			}
		}},
		"what was acknowledged after a deletion is lost": {history.Lost, func(h *history.History) {
			everywhere(h, deleted, without(2))
		}},
		"an answer that nothing explains": {history.Answer, func(h *history.History) {
			lastRequest(h, first).Attempts[0].Outcome = history.Unexpected
		}},
		"no answer although nothing was in the way": {history.Answer, func(h *history.History) {
			request := lastRequest(h, first)
			request.MustSucceed, request.Attempts[0].Outcome = true, history.Refused
		}},
	}
}

// TestWrongHistories: each is found out, and nothing is found under the same
// rule in the right history.
func TestWrongHistories(t *testing.T) {
	t.Parallel()
	for name, test := range wrongs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := lively()
			test.harm(h)
			found := history.Check(h)
			if !slices.ContainsFunc(found, func(v history.Violation) bool { return v.Rule == test.rule }) {
				t.Errorf("no violation of the rule %q was found, but: %v", test.rule, found)
			}
			for _, violation := range found {
				if violation.Expected == "" || violation.Found == "" {
					t.Errorf("a violation without an explanation: %v", violation)
				}
			}
		})
	}
}
