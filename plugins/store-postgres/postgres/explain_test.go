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
// the plan of every statement, those in functions too.
type explaining struct {
	connection *pgx.Conn
	told       *[]string
}

func explainingConnection(t *testing.T, d *pgtest.Database) explaining {
	t.Helper()
	ctx := context.Background()
	admin := d.Connect(t, d.Superuser)
	for _, setting := range []string{
		"session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0",
		"auto_explain.log_nested_statements = on", "auto_explain.log_analyze = on",
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
	return explaining{connection, told}
}

// run executes a statement several times, and gives the plans of the last: after
// five executions the server settles on plans that serve any argument.
func (e explaining) run(t *testing.T, statement string) []plan {
	t.Helper()
	for range 8 {
		*e.told = nil
		if _, err := e.connection.Exec(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	var plans []plan
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
	return plans
}

type plan struct {
	Root node `json:"Plan"`
	Text string
}

type node struct {
	Type      string  `json:"Node Type"`
	Relation  string  `json:"Relation Name"`
	Rows      float64 `json:"Actual Rows"`
	Loops     float64 `json:"Actual Loops"`
	Removed   float64 `json:"Rows Removed by Filter"`
	Rechecked float64 `json:"Rows Removed by Index Recheck"`
	Plans     []node  `json:"Plans"`
}

// read is how many rows of tables a node and those below it looked at.
func (n node) read(t *testing.T) float64 {
	rows := 0.0
	if n.Relation != "" && strings.Contains(n.Type, "Scan") {
		rows = (n.Rows + n.Removed + n.Rechecked) * n.Loops
	}
	for _, below := range n.Plans {
		rows += below.read(t)
	}
	return rows
}
