package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// prefix begins the name of every setting.
const prefix = "FRONTDESK_"

// setting is one field of Config and what its tags say.
type setting struct {
	name, initial, help string
	oneof               []string
	secret              bool
	field               int // in Config
}

// settings are the fields of Config, in order.
var settings = func() []setting {
	var all []setting
	for t, i := reflect.TypeFor[Config](), 0; i < t.NumField(); i++ {
		tag := t.Field(i).Tag
		if name := tag.Get("env"); name != "" {
			all = append(all, setting{
				name: name, initial: tag.Get("default"), help: tag.Get("help"),
				oneof: strings.Fields(tag.Get("oneof")), secret: tag.Get("secret") != "", field: i,
			})
		}
	}
	return all
}()

// loadConfig reads the settings: environment ("KEY=value" entries) over the file, if one is named, over
// defaults. An empty value counts as none. The error is a sentence for the operator.
func loadConfig(environ []string, file string) (*Config, error) {
	given := map[string]string{}
	if file != "" {
		if err := readConfigFile(file, given); err != nil {
			return nil, err
		}
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		if !known(name) {
			return nil, unknownSetting(name, "the environment")
		}
		if value != "" {
			given[name] = value
		}
	}
	c := &Config{effective: map[string]string{}}
	for _, s := range settings {
		if err := s.set(c, given[s.name]); err != nil {
			return nil, err
		}
	}
	return c, c.check()
}

func known(name string) bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.name == name })
}

func unknownSetting(name, where string) error {
	return fmt.Errorf("%s in %s is no setting; frontdesk config prints them all", name, where)
}

// usual is the setting's value where nobody sets it.
func (s setting) usual(c *Config) string {
	if rest, ok := strings.CutPrefix(s.initial, "$FRONTDESK_DATA/"); ok {
		return filepath.Join(c.Data, rest) // set before: Data comes first
	}
	return s.initial
}

// set parses value, or else the default, into the setting's field of c.
func (s setting) set(c *Config, value string) error {
	if strings.Contains(value, mask) {
		return fmt.Errorf("%s holds %s, which frontdesk config prints where a password stands: write the password there", s.name, mask)
	}
	if value == "" {
		value = s.usual(c)
	}
	if on, ok := switches[strings.ToLower(value)]; ok && slices.Contains(s.oneof, "on") {
		value = map[bool]string{true: "on", false: "off"}[on]
	}
	if len(s.oneof) > 0 && !slices.Contains(s.oneof, value) {
		return fmt.Errorf("%s is %q: it can be %s", s.name, value, strings.Join(s.oneof, ", "))
	}
	c.effective[s.name] = value
	if err := parse(reflect.ValueOf(c).Elem().Field(s.field).Addr().Interface(), value); err != nil {
		if s.secret {
			return fmt.Errorf("%s cannot be read: %w", s.name, err)
		}
		return fmt.Errorf("%s is %q, which cannot be read: %w", s.name, value, err)
	}
	return nil
}

// parse reads value into what field points to, by its type.
func parse(field any, value string) (err error) {
	switch f := field.(type) {
	case *string:
		*f = value
	case *int:
		if *f, err = strconv.Atoi(value); err != nil {
			err = errors.New("it is a whole number")
		}
	case *bool:
		var ok bool
		if *f, ok = switches[strings.ToLower(value)]; !ok {
			err = errors.New("it is on or off")
		}
	case *time.Duration:
		if *f, err = time.ParseDuration(value); err != nil {
			err = errors.New("it is a time like 90s, 15m or 1h")
		}
	case *[]byte:
		if *f, err = base64.StdEncoding.DecodeString(value); err != nil {
			err = errors.New("make one with openssl rand -base64 32")
		}
	case *[]string:
		*f = split(value)
	case *[]netip.Prefix:
		for _, word := range split(value) {
			network, wrong := netip.ParsePrefix(word)
			if wrong != nil {
				return errors.New("it is networks like 127.0.0.1/32")
			}
			*f = append(*f, network)
		}
	case *slog.Level:
		err = f.UnmarshalText([]byte(value))
	default:
		panic(fmt.Sprintf("no setting is read into a %T", field))
	}
	return err
}

var switches = map[string]bool{
	"on": true, "true": true, "yes": true, "1": true,
	"off": false, "false": false, "no": false, "0": false,
}

func split(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}
