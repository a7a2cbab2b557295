package mcpserver

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// allowed lists the hosts and origins that c and the public URL open.
func allowed(c Config, public *url.URL) (hosts, origins map[string]bool) {
	hosts = map[string]bool{strings.ToLower(public.Hostname()): true}
	for _, h := range c.Hosts {
		hosts[hostname(h)] = true
	}
	origins = map[string]bool{originOf(public): true}
	for _, o := range c.Origins {
		origins[strings.ToLower(strings.TrimSuffix(o, "/"))] = true
	}
	return hosts, origins
}

// checkHost refuses what DNS rebinding brings: a name that is not ours. The loopback names are no
// attacker's, and a reverse proxy that rewrites Host uses them, so they pass on any port.
func (s *Server) checkHost(r *http.Request) error {
	name := hostname(r.Host)
	if s.hosts[name] || isLoopback(name) {
		return nil
	}
	return &refusal{
		status: http.StatusMisdirectedRequest, code: "misdirected_request",
		description: "This server does not answer to that host name.",
	}
}

// checkOrigin refuses web pages that were not let in (MCP 2026-07-28, Streamable HTTP, security warning).
// Only browsers send Origin.
func (s *Server) checkOrigin(r *http.Request) error {
	values := r.Header.Values("Origin")
	if len(values) == 0 {
		return nil
	}
	if len(values) == 1 && s.allowsOrigin(strings.ToLower(values[0])) {
		return nil
	}
	return &refusal{
		status: http.StatusForbidden, code: "origin_not_allowed",
		description: "Web pages of that origin may not call this server.",
	}
}

func (s *Server) allowsOrigin(origin string) bool {
	if s.origins[origin] {
		return true
	}
	if !s.loopback {
		return false
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && origin == originOf(u) && isLoopback(u.Hostname())
}

// originOf writes u's origin as browsers do: lower case, no default port (RFC 6454 section 6.2).
func originOf(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if (scheme == "https" && u.Port() == "443") || (scheme == "http" && u.Port() == "80") {
		host = host[:strings.LastIndexByte(host, ':')]
	}
	return scheme + "://" + host
}

// allowCaller lets the page that was just let in read the answer, refusals included: without them a
// browser client never sees the challenge.
func allowCaller(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "WWW-Authenticate, Mcp-Session-Id")
	h.Add("Vary", "Origin")
}

// isPreflight tells whether a browser asks for leave; it may not send the token when it does.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != ""
}

// preflight allows what MCP clients send. Authorization is named: a wildcard would not cover it.
func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "POST, GET, DELETE")
	h.Set("Access-Control-Allow-Headers",
		"authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id")
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}

// hostname is the name in a Host header, lower case, without port or brackets.
func hostname(hostport string) string {
	u := url.URL{Host: strings.ToLower(hostport)}
	return u.Hostname()
}

func isLoopback(name string) bool {
	if name == "localhost" {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
