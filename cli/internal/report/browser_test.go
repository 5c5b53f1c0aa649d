package report

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/sagefly/sagefly/internal/testenv"
)

// tab is a headless Chromium with a fresh profile. What its pages ask of any network and what they complain about is kept.
type tab struct {
	t   *testing.T
	ctx context.Context
	own []string // addresses of the pages

	mu         sync.Mutex
	requests   []string
	complaints []string
}

// open shows the page. At the end of the test, another request than for pages that were shown and any complaint are errors.
func open(t *testing.T, page []byte) *tab {
	t.Helper()
	tb := newTab(t)
	tb.do(chromedp.EmulateViewport(1280, 900))
	tb.show(page)
	t.Cleanup(tb.wantQuiet)
	return tb
}

// show goes to another page.
func (tb *tab) show(page []byte) {
	tb.t.Helper()
	path := filepath.Join(tb.t.TempDir(), "report.html")
	if err := os.WriteFile(path, page, 0o644); err != nil {
		tb.t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: path}).String()
	tb.own = append(tb.own, address)
	tb.do(chromedp.Navigate(address))
}

func newTab(t *testing.T) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("no browser in a short run")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(testenv.Chromium(t)), chromedp.UserDataDir(t.TempDir()))
	options = append(options, chromedp.WSURLReadTimeout(time.Minute))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which does not work as root
	}
	all, cancelAll := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(all)
	tb := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		cancelAll()
	})
	if err := chromedp.Listen(ctx, tb.hear); err != nil {
		t.Fatal(err)
	}
	return tb
}

func (tb *tab) hear(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		tb.requests = append(tb.requests, e.Request.URL)
	case *network.EventWebSocketCreated:
		tb.requests = append(tb.requests, e.URL)
	case *runtime.EventExceptionThrown:
		tb.complaints = append(tb.complaints, e.ExceptionDetails.Text)
		if e.ExceptionDetails.Exception != nil {
			tb.complaints = append(tb.complaints, e.ExceptionDetails.Exception.Description)
		}
	case *runtime.EventConsoleAPICalled:
		tb.complaints = append(tb.complaints, "console: "+string(e.Type))
	case *log.EventEntryAdded:
		tb.complaints = append(tb.complaints, e.Entry.Text)
	}
}

func (tb *tab) heard() (requests, complaints []string) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return slices.Clone(tb.requests), slices.Clone(tb.complaints)
}

func (tb *tab) wantQuiet() {
	requests, complaints := tb.heard()
	for _, r := range requests {
		if !slices.Contains(tb.own, r) && r != "data:," { // the icon that is none, which is in the page
			tb.t.Errorf("the page asked for %s", r)
		}
	}
	for _, own := range tb.own {
		if !slices.Contains(requests, own) {
			tb.t.Errorf("the page's own request was not heard: %q", requests)
		}
	}
	for _, c := range complaints {
		tb.t.Errorf("the browser complained: %s", c)
	}
}

func (tb *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	if err := chromedp.Do(tb.ctx, actions...); err != nil {
		tb.t.Fatal(err)
	}
}

// ask evaluates an expression.
func ask[T any](tb *tab, expression string) T {
	tb.t.Helper()
	v, err := chromedp.Run(tb.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		tb.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (tb *tab) want(expression string, want any) {
	tb.t.Helper()
	got, _ := json.Marshal(ask[any](tb, expression))
	if wanted, _ := json.Marshal(want); !bytes.Equal(got, wanted) {
		tb.t.Errorf("%s is %s, want %s", expression, got, wanted)
	}
}

// settled waits for the next frame, which is when charts follow what is picked.
func (tb *tab) settled() {
	tb.t.Helper()
	wait := `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`
	if _, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise)); err != nil {
		tb.t.Fatal(err)
	}
}

// media makes the browser prefer a feature's value, such as a dark scheme.
func (tb *tab) media(name, value string) {
	tb.t.Helper()
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: name, Value: value}}}
	if _, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, params); err != nil {
		tb.t.Fatal(err)
	}
}

// picture saves a screenshot of the whole page where SAGEFLY_SCREENSHOTS names a folder.
func (tb *tab) picture(name string) {
	tb.t.Helper()
	dir := os.Getenv("SAGEFLY_SCREENSHOTS")
	if dir == "" {
		return
	}
	tb.settled()
	png, err := chromedp.Run(tb.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tb.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		tb.t.Fatal(err)
	}
}

func written(t testing.TB, s Search) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
