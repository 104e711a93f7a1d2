package catalog

import "time"

// pauses are the times that a catalog goes by. Only tests have others than usual.
type pauses struct {
	// poll is how often the directory is looked at where nothing tells of changes,
	// and in case something was not told.
	poll time.Duration
	// stillness is how long a file must have kept still to be taken for whole.
	stillness time.Duration
	// news is how long the directory is left alone after a look: a copy that is
	// written is a lot of news.
	news time.Duration
	// describing is how long a plugin may take to say what it is while others serve.
	// A host that starts has more patience, since it may not start without it.
	describing time.Duration
	// firstRetry doubles with every further refusal of the same content, to
	// lastRetry.
	firstRetry, lastRetry time.Duration
}

func usual() pauses {
	return pauses{
		poll: 2 * time.Second, stillness: time.Second, news: 100 * time.Millisecond, describing: 5 * time.Second,
		firstRetry: 10 * time.Second, lastRetry: 5 * time.Minute,
	}
}
