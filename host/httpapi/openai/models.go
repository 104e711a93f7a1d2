package openai

// Model is one that a client may name.
type Model struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	// Created is 0: a host does not know when a model was made.
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

// ModelList is all of them.
type ModelList struct {
	Object string  `json:"object"`
	Data   []Model `json:"data"`
}

// ModelOf describes a model by its name.
func ModelOf(name string) Model { return Model{ID: name, Object: "model", OwnedBy: "bothost"} }

// ListOf describes several.
func ListOf(names []string) ModelList {
	list := ModelList{Object: "list", Data: make([]Model, len(names))}
	for i, name := range names {
		list.Data[i] = ModelOf(name)
	}
	return list
}
