package wire

import (
	"fmt"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// ToCommitted translates the answer to a commit for the wire.
func ToCommitted(c store.Committed) *pluginv1.CommitTurnResponse {
	return &pluginv1.CommitTurnResponse{CommittedAt: toTime(c.At)}
}

// FromCommitted translates the answer to a commit from the wire.
func FromCommitted(r *pluginv1.CommitTurnResponse) store.Committed {
	return store.Committed{At: fromTime(r.GetCommittedAt())}
}

// ToConversation translates a conversation's head for the wire.
func ToConversation(c store.Conversation) *pluginv1.Conversation {
	return &pluginv1.Conversation{
		Id: c.ID, Turns: c.Turns, UserId: c.UserID, Metadata: c.Metadata,
		CreatedAt: toTime(c.Created), UpdatedAt: toTime(c.Updated),
	}
}

// FromConversation translates a conversation's head from the wire.
func FromConversation(c *pluginv1.Conversation) store.Conversation {
	return store.Conversation{
		ID: c.GetId(), Turns: c.GetTurns(), UserID: c.GetUserId(), Metadata: c.GetMetadata(),
		Created: fromTime(c.GetCreatedAt()), Updated: fromTime(c.GetUpdatedAt()),
	}
}

// ToStoredMessages translates a page of a transcript for the wire.
func ToStoredMessages(page store.Page[store.StoredMessage]) (*pluginv1.ListMessagesResponse, error) {
	out := &pluginv1.ListMessagesResponse{Next: page.Next}
	for _, stored := range page.Items {
		m, err := ToMessage(stored.Message)
		if err != nil {
			return nil, fmt.Errorf("message %d of turn %d: %w", stored.Index, stored.Turn, err)
		}
		out.Messages = append(out.Messages, &pluginv1.StoredMessage{
			Turn: stored.Turn, Index: uint32(stored.Index), Status: toTurnStatus[stored.Status],
			Message: m, CreatedAt: toTime(stored.Created),
		})
	}
	return out, nil
}

// FromStoredMessages translates a page of a transcript from the wire.
func FromStoredMessages(r *pluginv1.ListMessagesResponse) (store.Page[store.StoredMessage], error) {
	page := store.Page[store.StoredMessage]{Next: r.GetNext()}
	for _, stored := range r.GetMessages() {
		m, err := FromMessage(stored.GetMessage())
		if err != nil {
			return page, fmt.Errorf("message %d of turn %d: %w", stored.GetIndex(), stored.GetTurn(), err)
		}
		status, ok := fromTurnStatus[stored.GetStatus()]
		if !ok {
			return page, fmt.Errorf("turn %d: unknown status %s", stored.GetTurn(), stored.GetStatus())
		}
		page.Items = append(page.Items, store.StoredMessage{
			Turn: stored.GetTurn(), Index: int(stored.GetIndex()), Status: status,
			Message: m, Created: fromTime(stored.GetCreatedAt()),
		})
	}
	return page, nil
}
