package cursor_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store/cursor"
)

func TestDecodeGivesBackWhatEncodeGot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.String().Draw(t, "list")
		fields := rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "fields")
		got, err := cursor.Decode(list, cursor.Encode(list, fields...), len(fields))
		if err != nil {
			t.Fatalf("decode: %v", err)
		}
		if diff := cmp.Diff(fields, got); diff != "" {
			t.Fatalf("fields changed (-want +got):\n%s", diff)
		}
	})
}

func TestDecodeRefusesForeignCursors(t *testing.T) {
	t.Parallel()
	own := cursor.Encode("messages", "7", "0")
	for name, foreign := range map[string]string{
		"empty":              "",
		"text":               "not a cursor",
		"short":              "AA",
		"cut":                own[:len(own)-2],
		"of another list":    cursor.Encode("conversations", "7", "0"),
		"with fewer fields":  cursor.Encode("messages", "7"),
		"with more fields":   cursor.Encode("messages", "7", "0", "1"),
		"with a byte more":   own + "AA",
		"with a changed bit": "B" + own[1:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := cursor.Decode("messages", foreign, 2); !fault.Is(err, fault.Invalid) {
				t.Fatalf("Decode(%q) = %v, want a fault.Invalid", foreign, err)
			}
		})
	}
}
