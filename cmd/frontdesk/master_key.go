package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/store"
)

const masterKeyLength = 32 // bytes

func (c *Config) masterKeyFile() string { return filepath.Join(c.Data, "master.key") }

// masterKeyFor is masterKey for a database. No key is made beside signing keys that are sealed under another one: it would
// look like the one that is to be brought back. The error is a sentence for the operator.
func (c *Config) masterKeyFor(ctx context.Context, s *store.Store) ([]byte, error) {
	if _, err := os.Stat(c.masterKeyFile()); len(c.MasterKey) == 0 && errors.Is(err, fs.ErrNotExist) {
		switch rows, err := s.SigningKeys(ctx); {
		case err != nil:
			return nil, err
		case len(rows) > 0:
			return nil, fmt.Errorf("%s is not there, and the signing keys in the database are sealed under it: bring it back", c.masterKeyFile())
		}
	}
	return c.masterKey()
}

// masterKey is the key of the setting, else that of its file, which is made where there is none. The error
// is a sentence for the operator.
func (c *Config) masterKey() ([]byte, error) {
	if len(c.MasterKey) > 0 {
		return c.MasterKey, nil
	}
	key, err := readMasterKey(c.masterKeyFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeMasterKey(c.masterKeyFile()); err != nil {
		return nil, fmt.Errorf("the master key cannot be made: %w", err)
	}
	return readMasterKey(c.masterKeyFile())
}

// readMasterKey refuses a file that others on the machine may read. fs.ErrNotExist: there is none.
func readMasterKey(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("the master key cannot be read: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others may read %s: chmod 600 %[1]s", file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the master key cannot be read: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != masterKeyLength {
		return nil, fmt.Errorf("%s does not hold a master key: bring back the one that was there", file)
	}
	return key, nil
}

// makeMasterKey writes a whole file or none, and never over another: neither a crash nor a second start at
// the same time leaves half a key, or two.
func makeMasterKey(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	key := make([]byte, masterKeyLength)
	_, _ = rand.Read(key) // never fails
	f, err := os.CreateTemp(filepath.Dir(file), "master.key.*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// syncFolder makes a new name in a folder survive a power cut.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
