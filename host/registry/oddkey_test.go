package registry_test

import (
	"strings"
	"testing"
	"testing/synctest"
)

// TestOddKeys checks that what cannot be a key is not looked for: the store could
// not even be asked for text that is no UTF-8.
func TestOddKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		secret := strings.Repeat("0", 64)
		for _, key := range []string{
			"", "bh_", "bh_" + strings.Repeat("0", 16), "bh_" + strings.Repeat("0", 15) + "_" + secret,
			"bh_" + strings.Repeat("\xff", 16) + "_" + secret, "bh_" + strings.Repeat("g", 16) + "_" + secret,
		} {
			before := h.store.Reads
			if _, known, err := h.Authenticate(t.Context(), key); known || err != nil || h.store.Reads != before {
				t.Errorf("Authenticate(%q) = %v, %v after %d reads", key, known, err, h.store.Reads-before)
			}
		}
	})
}
