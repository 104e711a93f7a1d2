package postgres_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// explaining is a connection of the role that serves, on which the server tells
// the plan of every statement, those in functions and of references too.
type explaining struct {
	connection *pgx.Conn
	told       *[]string
}

// explainingConnection connects with settings of the session besides.
func explainingConnection(t *testing.T, d *pgtest.Database, settings ...string) explaining {
	t.Helper()
	ctx := context.Background()
	admin := d.Connect(t, d.Superuser)
	for _, setting := range []string{
		"session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0",
		"auto_explain.log_nested_statements = on", "auto_explain.log_analyze = on",
		"auto_explain.log_buffers = on", "auto_explain.log_wal = on", "auto_explain.log_timing = off",
		"auto_explain.log_format = json", "auto_explain.log_level = notice",
	} {
		if _, err := admin.Exec(ctx, "ALTER DATABASE "+d.Name+" SET "+setting); err != nil {
			t.Fatalf("set %s: %v", setting, err)
		}
	}
	config, err := pgx.ParseConfig(d.URL(d.Ordinary))
	if err != nil {
		t.Fatal(err)
	}
	told := &[]string{}
	config.OnNotice = func(_ *pgconn.PgConn, notice *pgconn.Notice) { *told = append(*told, notice.Message) }
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := connection.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	for _, setting := range settings {
		if _, err := connection.Exec(ctx, "SET "+setting); err != nil {
			t.Fatalf("set %s: %v", setting, err)
		}
	}
	return explaining{connection, told}
}

// settle is how often a statement runs until the server has settled on a plan
// that serves any argument.
const settle = 8

// run executes a statement often, and gives what the last did.
func (e explaining) run(t *testing.T, statement string) execution {
	t.Helper()
	for range settle - 1 {
		e.once(t, statement)
	}
	return e.once(t, statement)
}

func (e explaining) once(t *testing.T, statement string) execution {
	t.Helper()
	*e.told = nil
	if _, err := e.connection.Exec(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	var plans execution
	for _, message := range *e.told {
		start := strings.Index(message, "{")
		if start < 0 {
			continue
		}
		var p plan
		if err := json.Unmarshal([]byte(message[start:]), &p); err != nil {
			t.Fatalf("read plan: %v: %s", err, message)
		}
		p.Text = message
		plans = append(plans, p)
	}
	if len(plans) == 0 {
		t.Fatalf("%s: the server told no plan", statement)
	}
	return plans
}

// execution is the plans of a statement and of all that it ran, itself last.
type execution []plan

type plan struct {
	Root node `json:"Plan"`
	Text string
}

// node is a step of a plan. What it touched and wrote includes the steps below,
// and what functions ran in them.
type node struct {
	Type      string  `json:"Node Type"`
	Relation  string  `json:"Relation Name"`
	Rows      float64 `json:"Actual Rows"`
	Loops     float64 `json:"Actual Loops"`
	Removed   float64 `json:"Rows Removed by Filter"`
	Rechecked float64 `json:"Rows Removed by Index Recheck"`
	Hit       float64 `json:"Shared Hit Blocks"`
	Read      float64 `json:"Shared Read Blocks"`
	Written   float64 `json:"WAL Bytes"`
	Plans     []node  `json:"Plans"`
}

// cost is what an execution took: rows looked at in tables, blocks touched, and
// bytes written to the log.
type cost struct{ rows, blocks, written float64 }

func (e execution) cost() cost {
	last := e[len(e)-1].Root
	c := cost{blocks: last.Hit + last.Read, written: last.Written}
	e.each(func(n node) {
		c.rows += (n.Rows + n.Removed + n.Rechecked) * n.Loops
	})
	return c
}

// each visits the steps that read a table.
func (e execution) each(visit func(node)) {
	for _, p := range e {
		p.Root.each(visit)
	}
}

func (n node) each(visit func(node)) {
	if n.Relation != "" && strings.Contains(n.Type, "Scan") && n.Loops > 0 {
		visit(n)
	}
	for _, below := range n.Plans {
		below.each(visit)
	}
}
