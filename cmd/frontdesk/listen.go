package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

const (
	headerTime = 10 * time.Second // for a request's header to arrive
	readTime   = 20 * time.Second // for the whole request
	writeTime  = 30 * time.Second // for the answer
	idleTime   = 2 * time.Minute  // between requests
	drainTime  = 8 * time.Second  // for what runs when the program is told to stop
	maxHeader  = 64 << 10         // bytes
)

// listen opens host:port. localhost is both loopback addresses under one port, since some clients try IPv6
// first; a machine without IPv6 goes without.
func listen(address string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if host != "localhost" {
		l, err := net.Listen("tcp", address)
		return []net.Listener{l}, cannotListen(err)
	}
	four, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, cannotListen(err)
	}
	_, port, _ = net.SplitHostPort(four.Addr().String()) // what 0 came to
	six, err := net.Listen("tcp6", net.JoinHostPort("::1", port))
	switch {
	case err == nil:
		return []net.Listener{four, six}, nil
	case hasIPv6Loopback():
		return nil, errors.Join(cannotListen(err), four.Close())
	}
	return []net.Listener{four}, nil
}

func cannotListen(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("something listens there already; for another port set FRONTDESK_LISTEN, and FRONTDESK_URL as well: %w", err)
	}
	return fmt.Errorf("cannot listen, see FRONTDESK_LISTEN: %w", err)
}

func hasIPv6Loopback() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// serveUntil answers on all listeners until ctx ends. Then it takes no more connections, and lets what runs
// finish for a while.
func serveUntil(ctx context.Context, handler http.Handler, listeners []net.Listener, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug), // strangers' broken connections
	}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- server.Serve(l) }()
	}
	select {
	case err := <-failed:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		log.Warn("requests were cut off", "err", err)
		return server.Close()
	}
	return nil
}
