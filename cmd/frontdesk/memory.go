package main

import (
	"os"
	"runtime/debug"
)

// gcPercent lets garbage grow to three times what is live before it is collected. What is live here is small,
// some tens of MiB, while requests leave much behind (the MCP SDK alone 300 KiB a call): at Go's default of 100
// collecting it takes a third of the processor's time.
const gcPercent = 300

// spendMemory sets gcPercent unless the operator has said otherwise.
func spendMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
