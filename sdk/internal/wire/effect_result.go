package wire

import (
	"fmt"

	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

func toResults(results []memory.EffectResult) ([]*pluginv1.EffectResult, error) {
	out := make([]*pluginv1.EffectResult, len(results))
	for i, result := range results {
		out[i] = &pluginv1.EffectResult{Id: result.ID}
		if result.Error != "" {
			out[i].Result = &pluginv1.EffectResult_Error{Error: result.Error}
			continue
		}
		switch r := result.Result.(type) {
		case memory.Generated:
			m, err := ToMessage(r.Message)
			if err != nil {
				return nil, fmt.Errorf("result of effect %q: %w", result.ID, err)
			}
			out[i].Result = &pluginv1.EffectResult_Generate{Generate: &pluginv1.GenerateResult{Message: m}}
		case memory.Embedded:
			vectors := make([]*pluginv1.Vector, len(r.Vectors))
			for j, v := range r.Vectors {
				vectors[j] = &pluginv1.Vector{Values: v}
			}
			out[i].Result = &pluginv1.EffectResult_Embed{Embed: &pluginv1.EmbedResult{Vectors: vectors}}
		case memory.Found:
			hits := make([]*pluginv1.SearchHit, len(r.Hits))
			for j, h := range r.Hits {
				hits[j] = &pluginv1.SearchHit{Id: h.ID, Text: h.Text, Score: h.Score}
			}
			out[i].Result = &pluginv1.EffectResult_Search{Search: &pluginv1.SearchResult{Hits: hits}}
		case memory.Indexed:
			out[i].Result = &pluginv1.EffectResult_Index{Index: &pluginv1.IndexResult{}}
		case memory.TurnsRead:
			messages, err := ToMessages(r.Messages)
			if err != nil {
				return nil, fmt.Errorf("result of effect %q: %w", result.ID, err)
			}
			out[i].Result = &pluginv1.EffectResult_ReadTurns{ReadTurns: &pluginv1.ReadTurnsResult{Messages: messages}}
		default:
			return nil, fmt.Errorf("result of effect %q: unknown type %T", result.ID, result.Result)
		}
	}
	return out, nil
}

func fromResults(results []*pluginv1.EffectResult) ([]memory.EffectResult, error) {
	out := make([]memory.EffectResult, len(results))
	for i, result := range results {
		out[i].ID = result.GetId()
		switch r := result.GetResult().(type) {
		case *pluginv1.EffectResult_Error:
			out[i].Error = r.Error
		case *pluginv1.EffectResult_Generate:
			m, err := FromMessage(r.Generate.GetMessage())
			if err != nil {
				return nil, fmt.Errorf("result of effect %q: %w", result.GetId(), err)
			}
			out[i].Result = memory.Generated{Message: m}
		case *pluginv1.EffectResult_Embed:
			vectors := make([][]float32, len(r.Embed.GetVectors()))
			for j, v := range r.Embed.GetVectors() {
				vectors[j] = v.GetValues()
			}
			out[i].Result = memory.Embedded{Vectors: vectors}
		case *pluginv1.EffectResult_Search:
			hits := make([]memory.Hit, len(r.Search.GetHits()))
			for j, h := range r.Search.GetHits() {
				hits[j] = memory.Hit{ID: h.GetId(), Text: h.GetText(), Score: h.GetScore()}
			}
			out[i].Result = memory.Found{Hits: hits}
		case *pluginv1.EffectResult_Index:
			out[i].Result = memory.Indexed{}
		case *pluginv1.EffectResult_ReadTurns:
			messages, err := FromMessages(r.ReadTurns.GetMessages())
			if err != nil {
				return nil, fmt.Errorf("result of effect %q: %w", result.GetId(), err)
			}
			out[i].Result = memory.TurnsRead{Messages: messages}
		default:
			return nil, fmt.Errorf("result of effect %q is not set, or of a newer contract", result.GetId())
		}
	}
	return out, nil
}
