package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// readConfigFile reads KEY=value lines into given. What stands behind a # at the beginning or after a space is a
// comment; a value in single quotes is taken as it is, one in double quotes as a Go string.
func readConfigFile(file string, given map[string]string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the configuration file cannot be read: %w", err)
	}
	seen := map[string]bool{}
	number := 0
	for line := range strings.Lines(string(b)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		where := fmt.Sprintf("line %d of %s", number, file)
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		switch {
		case !ok:
			return fmt.Errorf("%s is neither a comment nor KEY=value", where)
		case !known(name):
			return unknownSetting(name, where)
		case seen[name]:
			return fmt.Errorf("%s sets %s a second time", where, name)
		}
		seen[name] = true
		if given[name], err = unquote(strings.TrimSpace(value)); err != nil {
			return fmt.Errorf("%s has a quote that does not end", where)
		}
	}
	return nil
}

func unquote(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	var quoted string
	var err error
	switch value[0] {
	case '"':
		if quoted, err = strconv.QuotedPrefix(value); err != nil {
			return "", err
		}
	case '\'':
		end := strings.IndexByte(value[1:], '\'')
		if end < 0 {
			return "", strconv.ErrSyntax
		}
		quoted = value[:end+2]
	default:
		plain, _, _ := strings.Cut(strings.ReplaceAll(value, "\t#", " #"), " #")
		return strings.TrimSpace(plain), nil
	}
	if rest := strings.TrimSpace(value[len(quoted):]); rest != "" && !strings.HasPrefix(rest, "#") {
		return "", strconv.ErrSyntax
	}
	if value[0] == '\'' {
		return quoted[1 : len(quoted)-1], nil
	}
	return strconv.Unquote(quoted)
}
