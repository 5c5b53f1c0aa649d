package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// addrSetting is where the store keeps the address of the last owner. Running jobs have it in their environment, so
// the next owner tries to listen there again.
const addrSetting = "addr"

// ErrNotLoopback is returned by Listen for an address that other machines could reach, unless signatures are verified.
var ErrNotLoopback = errors.New("not a loopback address")

// Listen serves the endpoint at addr and returns at once. "" is the address of the last owner of the directory, else
// DefaultAddr; where that is taken, any free port. A port of 0 is any free port. Addresses that are not loopback are
// refused while requests are accepted with any credentials (Config.Secret).
func (e *Engine) Listen(ctx context.Context, addr string) error {
	l, err := e.listen(ctx, addr)
	if err != nil {
		return err
	}
	bound := l.Addr().String()
	if err := errors.Join(e.db.PutSetting(ctx, addrSetting, bound), e.owner.announce(bound)); err != nil {
		return errors.Join(fmt.Errorf("announce %s: %w", bound, err), l.Close())
	}
	e.mu.Lock()
	e.addr = bound
	e.mu.Unlock()
	e.serve(l, e.Handler())
	return e.listenForContainers(ctx)
}

// serve answers at l until stopListening.
func (e *Engine) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	e.mu.Lock()
	e.listeners = append(e.listeners, server)
	e.mu.Unlock()
	e.serving.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			e.config.Logger.Error("endpoint ended", "addr", l.Addr(), "err", err)
		}
	})
}

func (e *Engine) listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	if addr != "" {
		if err := loopback(addr); err != nil && (e.config.Secret == nil || !errors.Is(err, ErrNotLoopback)) {
			return nil, err
		}
		return lc.Listen(ctx, "tcp", addr)
	}
	for _, candidate := range []string{e.Addr(), DefaultAddr} {
		if candidate == "" {
			continue
		}
		if l, err := lc.Listen(ctx, "tcp", candidate); err == nil {
			return l, nil
		}
	}
	return lc.Listen(ctx, "tcp", "127.0.0.1:0")
}

func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("listen at %s: %w", addr, ErrNotLoopback)
	}
	return nil
}

// Addr is HOST:PORT of the endpoint, or of the last owner's before Listen; "" when there was none.
func (e *Engine) Addr() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.addr
}

// stopListening lets requests under way end, for two seconds at most.
func (e *Engine) stopListening() error {
	e.mu.Lock()
	servers := e.listeners
	e.listeners = nil
	e.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var errs []error
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	e.serving.Wait()
	return errors.Join(errs...)
}
