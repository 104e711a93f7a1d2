package openai_test

import (
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/sdk/fault"
)

func TestHowLongToWait(t *testing.T) {
	t.Parallel()
	const otherwise = 5 * time.Second
	tests := map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"seconds":               {map[string]string{"Retry-After": "17"}, 17 * time.Second},
		"parts of a second":     {map[string]string{"Retry-After": "0.5"}, 500 * time.Millisecond},
		"milliseconds":          {map[string]string{"Retry-After-Ms": "1452", "Retry-After": "2"}, 1452 * time.Millisecond},
		"a time":                {map[string]string{"Date": "Mon, 05 Jan 2026 10:00:00 GMT", "Retry-After": "Mon, 05 Jan 2026 10:01:30 GMT"}, 90 * time.Second},
		"a time that is past":   {map[string]string{"Date": "Mon, 05 Jan 2026 10:00:00 GMT", "Retry-After": "Mon, 05 Jan 2026 09:00:00 GMT"}, otherwise},
		"a time without a date": {map[string]string{"Date": "yesterday", "Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT"}, otherwise},
		"for ever":              {map[string]string{"Retry-After": "1e300"}, 24 * time.Hour},
		"until the year 9999":   {map[string]string{"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 24 * time.Hour},
		"no number":             {map[string]string{"Retry-After": "NaN"}, otherwise},
		"less than nothing":     {map[string]string{"Retry-After": "-3"}, otherwise},
		"not a word":            {map[string]string{"Retry-After": ""}, otherwise},
		"soon":                  {map[string]string{"Retry-After": "soon"}, otherwise},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFailure(t, fakeopenai.Limited(test.header), failure{code: fault.RateLimited, wait: test.want})
		})
	}
}
