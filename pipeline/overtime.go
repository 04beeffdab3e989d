package pipeline

import "time"

// spendStep is how much text is scanned between two looks at the clock.
const spendStep = 64 << 10

// spend counts text scanned and fails when the record's time is up. A record that hangs inside one text is the watchdog's.
func (w *rewriter) spend(n int) error {
	if w.spent += n; w.spent < spendStep {
		return nil
	}
	w.spent = 0
	if w.isOver(time.Now()) {
		return errTime
	}
	return nil
}

// isOver says whether the record at hand takes longer than it may, by the clock and by the processor time of the process: one that was stopped
// or starved meanwhile buries no good record.
func (w *rewriter) isOver(now time.Time) bool {
	if now.Sub(w.now) <= w.within {
		return false
	}
	used := processorTime()
	return used == 0 || used-w.used > w.within
}
