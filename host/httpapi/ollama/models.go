package ollama

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/httpapi/internal/member"
)

// Version is that of Ollama whose API this is.
const Version = "0.17.4"

// ModelList is every model that a client may name.
type ModelList struct {
	Models []model `json:"models"`
}

type model struct {
	Name       string  `json:"name"`
	Model      string  `json:"model"`
	ModifiedAt string  `json:"modified_at"`
	Size       int64   `json:"size"`
	Digest     string  `json:"digest"`
	Details    details `json:"details"`
}

// details are not known of what may be another server's model.
type details struct {
	ParentModel       string   `json:"parent_model"`
	Format            string   `json:"format"`
	Family            string   `json:"family"`
	Families          []string `json:"families"`
	ParameterSize     string   `json:"parameter_size"`
	QuantizationLevel string   `json:"quantization_level"`
}

// unknownTime stands where clients need a time and there is none.
func unknownTime() string { return time.Unix(0, 0).UTC().Format(time.RFC3339) }

// ListOf describes models by their names. Clients show the digest; here it tells
// names apart and nothing else.
func ListOf(names []string) ModelList {
	list := ModelList{Models: make([]model, len(names))}
	for i, name := range names {
		sum := sha256.Sum256([]byte(name))
		list.Models[i] = model{
			Name: name, Model: name, ModifiedAt: unknownTime(), Digest: hex.EncodeToString(sum[:]),
			Details: details{Families: []string{}},
		}
	}
	return list
}

// Shown is what there is to say of one model.
type Shown struct {
	ModifiedAt   string         `json:"modified_at"`
	Template     string         `json:"template"`
	Details      details        `json:"details"`
	ModelInfo    map[string]any `json:"model_info"`
	Capabilities []string       `json:"capabilities"`
}

// Show describes a model that is there.
func Show() Shown {
	return Shown{
		ModifiedAt: unknownTime(), Details: details{Families: []string{}},
		ModelInfo: map[string]any{}, Capabilities: []string{"completion"},
	}
}

// ReadShow gives the model that is asked for. Its errors are those of allow.Refuse.
func ReadShow(body []byte) (string, error) {
	members, err := object("body", body)
	if err != nil {
		return "", err
	}
	var asked string
	for name, raw := range members {
		switch {
		case isNothing(raw):
		case name == "model" || name == "name":
			err = member.Value(name, raw, "a text", &asked)
		case name == "verbose" && json.Valid(raw):
			// There is no more to show.
		default:
			err = allow.Refuse(name, allow.Unsupported, "is not supported by this host")
		}
		if err != nil {
			return "", err
		}
	}
	if asked == "" {
		return "", allow.Refuse("model", allow.Missing, "is missing")
	}
	return Canonical(asked), nil
}
