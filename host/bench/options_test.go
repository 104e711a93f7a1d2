//go:build linux

package main

import (
	"io"
	"slices"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args  []string
		check func(options) bool
		fails bool
	}{
		{nil, func(o options) bool {
			return o.time == 100*time.Second && o.bin == "bin" && slices.Equal(o.conversations, []int{1, 16, 64, 512}) && slices.Equal(o.lengths, []int{10, 20, 1000, 10_000, 100_000})
		}, false},
		{[]string{"--lengths", "5,100000", "--time=10s", "--json"}, func(o options) bool {
			return slices.Equal(o.lengths, []int{5, 100000}) && o.time == 10*time.Second && o.isJSON
		}, false},
		{[]string{"--only", "turns,cold"}, func(o options) bool {
			return o.does(partTurns) && o.does(partCold) && !o.does(partStreams)
		}, false},
		{nil, func(o options) bool { return o.does(partTurns) && o.does(partStreams) }, false},
		{[]string{"--only", "turns,colder"}, nil, true},
		{[]string{"--tenants", "100,10"}, nil, true},
		{[]string{"--stream-time", "60ms"}, nil, true},
		{[]string{"--delay", "-1s"}, nil, true},
		{[]string{"--lengths", "5,x"}, nil, true},
		{[]string{"--conversations", "0"}, nil, true},
		{[]string{"--pieces", "0"}, nil, true},
		{[]string{"--time", "0s"}, nil, true},
		{[]string{"--rounds", "0"}, nil, true},
		{[]string{"something"}, nil, true},
	} {
		o, err := parseOptions(test.args, io.Discard)
		if (err != nil) != test.fails || (test.check != nil && !test.check(o)) {
			t.Errorf("%v: got %+v, %v", test.args, o, err)
		}
	}
}
