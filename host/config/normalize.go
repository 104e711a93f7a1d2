package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth is how deep maps and lists may be nested.
const maxDepth = 64

// normalize makes a tree of what a parser gave, and says what no
// configuration may hold: null, keys that are not texts, dates.
func normalize(values map[string]any, origin Origin) (tree, Problems) {
	n := normalizer{origin: origin}
	return n.object(nil, values), n.problems
}

type normalizer struct {
	origin   Origin
	problems Problems
}

func (n *normalizer) wrong(path []string, format string, args ...any) {
	n.problems = append(n.problems, Problem{
		Key: dotted(path), Message: fmt.Sprintf(format, args...), Source: n.origin.Name,
	})
}

func (n *normalizer) object(path []string, values map[string]any) tree {
	t := make(tree, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		at := slices.Concat(path, []string{key})
		if !validText(key) || strings.ContainsFunc(key, unicode.IsControl) {
			n.wrong(path, "a key holds a control character, or is not UTF-8")
			continue
		}
		switch value := values[key].(type) {
		case map[string]any:
			if len(at) > maxDepth {
				n.wrong(at, "is nested too deeply")
				continue
			}
			t[key] = n.object(at, value)
		case map[any]any:
			n.textKeys(at, value)
		default:
			if plain, ok := n.value(at, value); ok {
				t[key] = leaf{Value: plain, Origin: n.origin}
			}
		}
	}
	return t
}

// textKeys reports the keys that make a map one that is not of texts.
func (n *normalizer) textKeys(path []string, values map[any]any) {
	for key := range values {
		if _, ok := key.(string); !ok {
			n.wrong(path, "the key %v is not a text; put it in quotes", key)
		}
	}
}

// value copies what is not the value of a key that merges: a scalar, or
// anything in a list.
func (n *normalizer) value(path []string, value any) (any, bool) {
	if len(path) > maxDepth {
		n.wrong(path, "is nested too deeply")
		return nil, false
	}
	switch value := value.(type) {
	case nil:
		n.wrong(path, `null is not a value; leave the key out, or unset it with "" where it may be empty`)
	case string:
		if validText(value) {
			return value, true
		}
		n.wrong(path, "the text holds U+0000, or is not UTF-8")
	case bool:
		return value, true
	case map[string]any:
		return n.mapInList(path, value), true
	case map[any]any:
		n.textKeys(path, value)
	default:
		return n.other(path, value)
	}
	return nil, false
}

func (n *normalizer) mapInList(path []string, values map[string]any) map[string]any {
	plain := make(map[string]any, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if item, ok := n.value(slices.Concat(path, []string{key}), values[key]); ok {
			plain[key] = item
		}
	}
	return plain
}

// other takes numbers and lists of Go's types, as programs and parsers use
// them, and refuses the rest: dates, above all.
func (n *normalizer) other(path []string, value any) (any, bool) {
	if number, ok := value.(json.Number); ok {
		return number, n.finite(path, number)
	}
	reflected := reflect.ValueOf(value)
	switch {
	case reflected.CanInt(), reflected.CanUint():
		return json.Number(fmt.Sprint(reflected.Interface())), true
	case reflected.CanFloat():
		return n.float(path, reflected.Float())
	case reflected.Kind() == reflect.Slice:
		items := make([]any, 0, reflected.Len())
		for i := range reflected.Len() {
			if item, ok := n.value(slices.Concat(path, []string{strconv.Itoa(i)}), reflected.Index(i).Interface()); ok {
				items = append(items, item)
			}
		}
		return items, true
	default:
		n.wrong(path, "is neither a text, a number, true or false, a list nor a map; a date must be in quotes")
		return nil, false
	}
}

func (n *normalizer) float(path []string, value float64) (any, bool) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		n.wrong(path, "the number is not finite")
		return nil, false
	}
	return json.Number(strconv.FormatFloat(value, 'g', -1, 64)), true
}

func (n *normalizer) finite(path []string, number json.Number) bool {
	if _, err := number.Float64(); err != nil {
		n.wrong(path, "the number is out of range")
		return false
	}
	return true
}

// validText reports that a text can be stored and sent anywhere.
func validText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
