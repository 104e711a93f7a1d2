package config

import (
	"encoding/json"
	"math/big"
)

// canonical copies a JSON-like value with each number written in one way, so
// that 10, 10.0 and 1e1 are the same.
func canonical(value any) any {
	switch value := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(value))
		for key, item := range value {
			copied[key] = canonical(item)
		}
		return copied
	case []any:
		copied := make([]any, len(value))
		for i, item := range value {
			copied[i] = canonical(item)
		}
		return copied
	case json.Number:
		return canonicalNumber(value)
	default:
		return value
	}
}

// canonicalNumber writes whole numbers in digits alone, and other numbers as
// encoding/json does.
func canonicalNumber(number json.Number) any {
	exact, ok := new(big.Rat).SetString(number.String())
	if ok && exact.IsInt() {
		return json.Number(exact.Num().String())
	}
	float, err := number.Float64()
	if err != nil {
		return number
	}
	return float
}
