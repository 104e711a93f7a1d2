package wire

import (
	"fmt"

	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

var toEffectKind = map[memory.EffectKind]pluginv1.EffectKind{
	memory.KindGenerate:  pluginv1.EffectKind_EFFECT_KIND_GENERATE,
	memory.KindEmbed:     pluginv1.EffectKind_EFFECT_KIND_EMBED,
	memory.KindSearch:    pluginv1.EffectKind_EFFECT_KIND_SEARCH,
	memory.KindIndex:     pluginv1.EffectKind_EFFECT_KIND_INDEX,
	memory.KindReadTurns: pluginv1.EffectKind_EFFECT_KIND_READ_TURNS,
}

// ToEffectKinds translates what a strategy may ask for, for the wire.
func ToEffectKinds(kinds []memory.EffectKind) []pluginv1.EffectKind {
	out := make([]pluginv1.EffectKind, len(kinds))
	for i, kind := range kinds {
		out[i] = toEffectKind[kind]
	}
	return out
}

func toEffects(effects []memory.Effect) ([]*pluginv1.Effect, error) {
	out := make([]*pluginv1.Effect, len(effects))
	for i, effect := range effects {
		out[i] = &pluginv1.Effect{Id: effect.ID}
		switch work := effect.Work.(type) {
		case memory.Generate:
			messages, err := ToMessages(work.Messages)
			if err != nil {
				return nil, fmt.Errorf("effect %q: %w", effect.ID, err)
			}
			out[i].Effect = &pluginv1.Effect_Generate{Generate: &pluginv1.GenerateEffect{
				Messages: messages, MaxTokens: uint32(max(work.MaxTokens, 0)),
			}}
		case memory.Embed:
			out[i].Effect = &pluginv1.Effect_Embed{Embed: &pluginv1.EmbedEffect{Texts: work.Texts}}
		case memory.Search:
			out[i].Effect = &pluginv1.Effect_Search{Search: &pluginv1.SearchEffect{
				Query: work.Query, Limit: uint32(max(work.Limit, 0)),
			}}
		case memory.Index:
			entries := make([]*pluginv1.IndexEntry, len(work.Entries))
			for j, e := range work.Entries {
				entries[j] = &pluginv1.IndexEntry{Id: e.ID, Text: e.Text, Vector: e.Vector}
			}
			out[i].Effect = &pluginv1.Effect_Index{Index: &pluginv1.IndexEffect{Entries: entries}}
		case memory.ReadTurns:
			out[i].Effect = &pluginv1.Effect_ReadTurns{ReadTurns: &pluginv1.ReadTurnsEffect{
				FromTurn: work.From, ToTurn: work.To,
			}}
		default:
			return nil, fmt.Errorf("effect %q: unknown work %T", effect.ID, effect.Work)
		}
	}
	return out, nil
}

func fromEffects(effects []*pluginv1.Effect) ([]memory.Effect, error) {
	out := make([]memory.Effect, len(effects))
	for i, effect := range effects {
		out[i].ID = effect.GetId()
		switch work := effect.GetEffect().(type) {
		case *pluginv1.Effect_Generate:
			messages, err := FromMessages(work.Generate.GetMessages())
			if err != nil {
				return nil, fmt.Errorf("effect %q: %w", effect.GetId(), err)
			}
			out[i].Work = memory.Generate{Messages: messages, MaxTokens: int(work.Generate.GetMaxTokens())}
		case *pluginv1.Effect_Embed:
			out[i].Work = memory.Embed{Texts: work.Embed.GetTexts()}
		case *pluginv1.Effect_Search:
			out[i].Work = memory.Search{Query: work.Search.GetQuery(), Limit: int(work.Search.GetLimit())}
		case *pluginv1.Effect_Index:
			entries := make([]memory.IndexEntry, len(work.Index.GetEntries()))
			for j, e := range work.Index.GetEntries() {
				entries[j] = memory.IndexEntry{ID: e.GetId(), Text: e.GetText(), Vector: e.GetVector()}
			}
			out[i].Work = memory.Index{Entries: entries}
		case *pluginv1.Effect_ReadTurns:
			out[i].Work = memory.ReadTurns{From: work.ReadTurns.GetFromTurn(), To: work.ReadTurns.GetToTurn()}
		default:
			return nil, fmt.Errorf("effect %q is not set, or of a newer contract", effect.GetId())
		}
	}
	return out, nil
}
