package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// build is what the compiler noted down about this program.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// version is the command version.
func version(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return func(_ context.Context, c *call) error {
		b := built()
		if *asJSON {
			return printJSON(c.stdout, b)
		}
		fmt.Fprintf(c.stdout, "frontdesk %s", b.Version)
		if b.Revision != "" {
			fmt.Fprintf(c.stdout, " (%.12s)", b.Revision)
		}
		fmt.Fprintf(c.stdout, " %s %s\n", b.Go, b.Platform)
		return nil
	}
}

func built() build {
	b := build{Version: "dev", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	noted, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := noted.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range noted.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
