// Package slack lets the timers of processes be less exact, which only Linux can
// (prctl(2), PR_SET_TIMERSLACK).
//
// Go's runtime has a thread that looks after the others, every 20 microseconds
// while a process is busy. With the kernel's usual slack of 50 that is more than
// ten thousand wake-ups a second in each of a host's processes, about a tenth of
// what a turn costs. Nothing in a turn needs timers more exact than a few
// milliseconds.
package slack
