package engine_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
)

const makeTable = `CREATE TABLE things (
	n INTEGER PRIMARY KEY, number INTEGER, said TEXT, data BLOB) STRICT`

func open(t *testing.T, path string) *engine.Connection {
	t.Helper()
	c, err := engine.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func fresh(t *testing.T) (c *engine.Connection, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "odd name?#%20.db")
	c = open(t, path)
	if err := c.Script(makeTable); err != nil {
		t.Fatal(err)
	}
	return c, path
}

// TestRoundTrip writes values of all types and sizes, and reads them.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	c, _ := fresh(t)
	rapid.Check(t, func(t *rapid.T) {
		number, isNull := rapid.Int64().Draw(t, "number"), rapid.Bool().Draw(t, "null")
		said := rapid.StringN(0, 200, -1).Draw(t, "text") + strings.Repeat("long ", rapid.IntRange(0, 20_000).Draw(t, "length"))
		data := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "blob")
		if isNull {
			data = nil
		}
		if changed, err := c.Exec(`INSERT OR REPLACE INTO things VALUES (1, ?1, ?2, ?3)`, number, said, data); err != nil || changed != 1 {
			t.Fatalf("inserted %d, %v", changed, err)
		}
		found, err := c.First(func(row engine.Row) {
			if row.Int(0) != number || row.Text(1) != said || !bytes.Equal(row.Blob(2), data) || row.IsNull(2) != isNull {
				t.Errorf("got %d, %q, %x", row.Int(0), row.Text(1), row.Blob(2))
			}
		}, `SELECT number, said, data FROM things WHERE n = ?1`, 1)
		if !found || err != nil {
			t.Errorf("found %t, %v", found, err)
		}
	})
}

// TestRows reads rows to the end, and not to the end.
func TestRows(t *testing.T) {
	t.Parallel()
	c, _ := fresh(t)
	for n := range 10 {
		if _, err := c.Exec(`INSERT INTO things (number) VALUES (?1)`, n); err != nil {
			t.Fatal(err)
		}
	}
	for _, most := range []int{1, 3, 10, 100} {
		sum, count := int64(0), 0
		for row, err := range c.Rows(`SELECT number FROM things ORDER BY n`) {
			if err != nil {
				t.Fatal(err)
			}
			sum += row.Int(0)
			if count++; count == most {
				break
			}
		}
		if last := int64(min(most, 10)); sum != last*(last-1)/2 {
			t.Errorf("the sum of the first %d rows is %d", most, sum)
		}
	}
	if found, err := c.First(func(engine.Row) {}, `SELECT 1 FROM things WHERE n > ?1`, 10); found || err != nil {
		t.Errorf("found %t, %v in no row", found, err)
	}
}

// TestErrors has statements fail, and be run again.
func TestErrors(t *testing.T) {
	t.Parallel()
	c, path := fresh(t)
	for name, run := range map[string]func() error{
		"no such table":   func() error { _, err := c.Exec(`INSERT INTO songs VALUES (1)`); return err },
		"cannot store":    func() error { _, err := c.Exec(`INSERT INTO things (number) VALUES (?1)`, "text"); return err },
		"got 1 arguments": func() error { _, err := c.Exec(`INSERT INTO things (number, n) VALUES (?1, ?2)`, 1); return err },
		"of the type":     func() error { _, err := c.Exec(`INSERT INTO things (number) VALUES (?1)`, 1.5); return err },
		"syntax error":    func() error { return c.Script(`CREATE songs`) },
		"unable to open":  func() error { _, err := engine.Open(filepath.Dir(path)); return err },
	} {
		for range 2 {
			if err := run(); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
	if _, err := c.Exec(`INSERT INTO things (number) VALUES (?1)`, 1); err != nil {
		t.Errorf("a statement that has failed before: %v", err)
	}
}

// TestBusy has two connections write at once.
func TestBusy(t *testing.T) {
	t.Parallel()
	one, path := fresh(t)
	two := open(t, path)
	if _, err := one.Exec("BEGIN IMMEDIATE"); err != nil || !one.InTransaction() {
		t.Fatal(err)
	}
	_, err := two.Exec("BEGIN IMMEDIATE")
	cause := new(engine.Error)
	if !engine.IsBusy(err) || !errors.As(err, &cause) || two.InTransaction() {
		t.Errorf("the second got %v", err)
	}
	if _, err := one.Exec("COMMIT"); err != nil || one.InTransaction() {
		t.Fatal(err)
	}
	if _, err := two.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Errorf("when the first is done: %v", err)
	}
}

// TestWork counts what is done.
func TestWork(t *testing.T) {
	t.Parallel()
	c, _ := fresh(t)
	before := c.Work()
	for range 10 {
		if _, err := c.Exec(`INSERT INTO things (said) VALUES (?1)`, strings.Repeat("x", 10_000)); err != nil {
			t.Fatal(err)
		}
	}
	if after := c.Work(); after.Steps <= before.Steps || after.Pages <= before.Pages || after.Written-before.Written < 20 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}
