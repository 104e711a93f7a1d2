package postgres

// value is what a column holds, or the zero value for NULL.
func value[T any](pointer *T) T {
	if pointer == nil {
		return *new(T)
	}
	return *pointer
}

// nonNil keeps an absent value from becoming NULL.
func nonNil(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

// optionalText gives NULL for nothing.
func optionalText(data []byte) *string {
	if len(data) == 0 {
		return nil
	}
	text := string(data)
	return &text
}
