package proc

import (
	"context"
	"time"
)

// every is the time between two looks at the memory.
const every = 250 * time.Millisecond

// Peak looks at the memory of a process and its descendants again and again until
// ctx ends, and gives the most that each of the two measures came to.
func Peak(ctx context.Context, root int) (Memory, error) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var peak Memory
	for {
		now, err := MemoryBelow(root)
		if err != nil {
			return Memory{}, err
		}
		peak.Resident, peak.Proportional = max(peak.Resident, now.Resident), max(peak.Proportional, now.Proportional)
		select {
		case <-ctx.Done():
			return peak, nil
		case <-ticker.C:
		}
	}
}

// MemoryBelow adds up what a process and its descendants take now.
func MemoryBelow(root int) (Memory, error) {
	usage, err := Tree(root)
	if err != nil {
		return Memory{}, err
	}
	return MemoryOf(usage.Processes)
}
