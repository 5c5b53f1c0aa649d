package report

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/tuner"
)

// drawn is the number of marks of a selector's paths: each begins with M.
func drawn(selector string) string {
	return `[...document.querySelectorAll('.plot svg')].flatMap((svg) => [...svg.querySelectorAll('` + selector + `')]).reduce((n, p) => n + (p.getAttribute("d").match(/M/g) || []).length, 0)`
}

const rowCount = `document.querySelectorAll("tbody tr").length`

// having is how many trials fit.
func having(s Search, fits func(*Trial) bool) (n int) {
	for i := range s.Trials {
		if fits(&s.Trials[i]) {
			n++
		}
	}
	return n
}

func TestPageDrawsEverything(t *testing.T) {
	t.Parallel()
	s := sample(t, 40)
	tb := open(t, written(t, s))
	stops := having(s, func(t *Trial) bool { return t.Stopped })
	fails := having(s, func(t *Trial) bool { return t.Status == "Failed" })
	if stops == 0 || fails == 0 {
		t.Fatalf("the sample has %d stops and %d failures", stops, fails)
	}
	tb.want(drawn("#history path.mark.s0:not(.dim)"), 40-stops-fails)
	tb.want(drawn("#history path.mark.s1:not(.dim)"), stops)
	tb.want(drawn("#history path.mark.s2:not(.dim)"), fails)
	tb.want(`document.querySelectorAll("#slice svg").length`, 6)
	tb.want(drawn("#parallel path.way"), 40)
	tb.want(`document.querySelectorAll("#parallel [role=slider]").length`, 14)
	tb.want(drawn("#curves path.curve"), 40-fails)
	tb.want(drawn("#curves path.mark.s1"), stops)
	tb.want(drawn("#timeline path.mark.s0"), 40-stops-fails)
	tb.want(`document.querySelectorAll("#importance rect.share").length >= 6`, true)
	tb.want(rowCount, 40)
	tb.want(`[...document.querySelectorAll("figure svg[role=img]")].every((svg) => document.getElementById(svg.getAttribute("aria-labelledby")).textContent.length > 20)`, true)
	tb.picture("light")
}

// A search that was stopped with two trials: each says so wherever states are told.
func TestStoppedWithTheSearchIsDrawn(t *testing.T) {
	t.Parallel()
	s := sample(t, 12)
	s.Status = "Stopped"
	for i := range s.Trials[10:] {
		s.Trials[10+i].Status, s.Trials[10+i].Stopped = "Stopped", false
	}
	s.Trials[0].Status, s.Trials[0].Stopped = "Stopped", true
	early := having(s, func(t *Trial) bool { return t.Stopped })
	tb := open(t, written(t, s))
	for _, figure := range []string{"history", "curves", "timeline"} {
		tb.want(`[...document.querySelectorAll("#`+figure+` .legend li")].map((e) => e.textContent).filter((text) => text.startsWith("stopped"))`, []string{"stopped early", "stopped with the search"})
	}
	tb.want(drawn("#history path.mark.s1"), early)
	tb.want(drawn("#history path.mark.s4"), 2)
	tb.want(drawn("#curves path.mark.s4"), 2)
	tb.want(`getComputedStyle(document.querySelector("#history path.mark.s4")).fill`, "none")
	tb.want(`[...document.querySelectorAll("tbody td.s1")].every((e) => e.textContent === "Stopped early")`, true)
	tb.want(`[...document.querySelectorAll("tbody td.s4")].map((e) => e.textContent)`, []string{"Stopped with the search", "Stopped with the search"})
	tb.picture("stopped")
}

// On a bent axis equal steps of the search are equally far apart: decades of x, of 1−x, and of x+1 where Auto begins at 0.
func TestAxesFollowTheSearch(t *testing.T) {
	t.Parallel()
	s := Search{Parameters: []Parameter{
		{Name: "momentum", Kind: "float", Min: 0.9, Max: 0.9999, Scale: tuner.ReverseLogarithmic},
		{Name: "eta", Kind: "float", Min: 1e-4, Max: 0.1},
		{Name: "alpha", Kind: "float", Min: 0, Max: 1000},
	}}
	for i, v := range []string{"0.9", "0.99", "0.999", "0.9999"} {
		s.Trials = append(s.Trials, Trial{
			Number: i + 1, Status: "Completed", Objective: new(float64(i)), Began: monday, Ended: monday.Add(time.Minute),
			Values: map[string]string{"momentum": v, "eta": []string{"0.0001", "0.001", "0.01", "0.1"}[i], "alpha": []string{"0", "9", "99", "999"}[i]},
		})
	}
	tb := open(t, written(t, s))
	tb.want(`[...document.querySelectorAll("#slice h3")].map((e) => e.textContent)`, []string{"momentum (reverse)", "eta (log)", "alpha (log)"})
	for k, want := range [][]string{{"0.9", "0.99", "0.999", "0.9999"}, {"0.0001", "0.001", "0.01", "0.1"}, {"0", "1", "10", "100", "1000"}} {
		slice := `document.querySelectorAll("#slice svg")[` + strconv.Itoa(k) + `]`
		tb.want(`[...`+slice+`.querySelectorAll("text[text-anchor=middle]")].map((e) => e.textContent)`, want)
		// The places of the four trials, as shares of the first to the last.
		tb.want(`((at) => at.map((x) => Math.round((x - at[0]) / (at[3] - at[0]) * 100)))([...`+slice+`.querySelectorAll("path.mark")].flatMap((p) => [...p.getAttribute("d").matchAll(/M([0-9.]+)/g)].map((m) => Number(m[1]))).sort((a, b) => a - b))`,
			[]int{0, 33, 67, 100})
	}
	tb.want(`[...document.querySelectorAll("#history text[text-anchor=middle]")].map((e) => e.textContent)`, []string{"1", "2", "3", "4"}) // no half trials
	tb.picture("axes")
}

func TestPickingByKeyboard(t *testing.T) {
	t.Parallel()
	s := sample(t, 40)
	tb := open(t, written(t, s))
	trees := having(s, func(t *Trial) bool { return t.Values["booster"] == "gbtree" })
	const upper = `document.querySelector('[data-axis="3"][data-side="1"]')`
	ask[any](tb, upper+`.focus()`)
	tb.do(chromedp.KeyEvent(kb.ArrowDown)) // from above "dart" to between the two
	tb.settled()
	tb.want(upper+`.getAttribute("aria-valuetext")`, "gbtree")
	tb.want(upper+`.getAttribute("aria-label")`, "booster, upper limit")
	tb.want(rowCount, trees)
	tb.want(`document.getElementById("status").textContent`, strconv.Itoa(trees)+" of 40 trials picked: booster gbtree")
	tb.want(drawn("#parallel path.way.dim"), 40-trees)
	tb.want(drawn("#timeline path.mark.s0.dim")+" > 0", true)
	tb.want(`[...document.querySelectorAll("tbody tr")].every((row) => row.cells[7].textContent === "gbtree")`, true)
	tb.picture("picked")
	tb.do(chromedp.EmulateViewport(1000, 900)) // all is drawn anew, and the focus stays
	tb.settled()
	tb.do(chromedp.KeyEvent(kb.Escape))
	tb.settled()
	tb.want(rowCount, 40)
	tb.want(`document.getElementById("status").textContent`, "")
}

// The axis of max_depth goes from 2 to 12: its upper half is 7 and more.
func TestPickingByMouse(t *testing.T) {
	t.Parallel()
	s := sample(t, 40)
	tb := open(t, written(t, s))
	ask[any](tb, `document.getElementById("parallel").scrollIntoView({ block: "center" })`)
	const area = `document.querySelector('.area[data-axis="1"]').getBoundingClientRect()`
	x, top, height := ask[float64](tb, area+`.x`)+3, ask[float64](tb, area+`.top`), ask[float64](tb, area+`.height`)
	tb.do(chromedp.DragAndDropXY(x, top+height*0.48, x, top+2))
	tb.settled()
	tb.want(rowCount, having(s, func(t *Trial) bool { return number64(t.Values["max_depth"]) >= 7.3 }))
	tb.want(`document.getElementById("clear").hidden`, false)
	tb.do(chromedp.Click(chromedp.CSS("#clear")))
	tb.settled()
	tb.want(rowCount, 40)
	tb.do(chromedp.DragAndDropXY(x, top+height*0.5, x, top+2), chromedp.MouseClickXY(x, top+height*0.3))
	tb.settled()
	tb.want(rowCount, 40) // a click on the axis takes its limits away
}

// A narrow screen scrolls down only, in both schemes, and the button beats the system's.
func TestSchemesAndWidths(t *testing.T) {
	t.Parallel()
	const light, dark = "rgb(246, 247, 249)", "rgb(20, 23, 27)"
	const background = `getComputedStyle(document.body).backgroundColor`
	tb := open(t, written(t, sample(t, 40)))
	tb.media("prefers-color-scheme", "light")
	tb.want(background, light)
	tb.want(`document.getElementById("theme").textContent`, "Dark")
	tb.media("prefers-color-scheme", "dark")
	tb.want(background, dark)
	tb.picture("dark")
	tb.do(chromedp.Click(chromedp.CSS("#theme")))
	tb.want(background, light)
	tb.do(chromedp.Click(chromedp.CSS("#theme")))
	tb.want(background, dark)
	tb.do(chromedp.EmulateViewport(390, 800))
	tb.settled()
	tb.want(`document.documentElement.scrollWidth <= 390`, true)
	tb.want(`document.querySelector("#history svg").viewBox.baseVal.width < 390`, true)
	tb.picture("narrow")
}

func TestSorting(t *testing.T) {
	t.Parallel()
	s := sample(t, 40)
	tb := open(t, written(t, s))
	first := func(want string) {
		t.Helper()
		tb.want(`document.querySelector("tbody tr").cells[0].textContent`, want)
	}
	slices.SortFunc(s.Trials, func(a, b Trial) int { return order(number64(a.Values["eta"]), number64(b.Values["eta"])) })
	tb.do(chromedp.Click(chromedp.CSS("thead th:nth-child(5) button")))
	first(strconv.Itoa(s.Trials[0].Number))
	tb.want(`document.querySelector("thead th:nth-child(5)").getAttribute("aria-sort")`, "ascending")
	tb.do(chromedp.Click(chromedp.CSS("thead th:nth-child(5) button")))
	first(strconv.Itoa(s.Trials[39].Number))
	tb.want(`document.querySelector("thead th:nth-child(5)").getAttribute("aria-sort")`, "descending")
	tb.do(chromedp.Click(chromedp.CSS("thead th:nth-child(1) button")))
	first("1")
}

func order(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// The copy has every digit of every value, as encoding/csv reads it.
func TestCopyAsCSV(t *testing.T) {
	t.Parallel()
	s := sample(t, 12)
	s.Trials[4].Name = "with \"quotes\", and\nlines"
	tb := open(t, written(t, s))
	ask[any](tb, `navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }`)
	tb.do(chromedp.Click(chromedp.CSS("thead th:nth-child(1) button")), chromedp.Click(chromedp.CSS("#copy")))
	tb.want(`document.getElementById("copy").textContent`, "Copied")
	rows, err := csv.NewReader(strings.NewReader(ask[string](tb, `window.copied`))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 13 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows[1:] {
		trial := &s.Trials[i]
		if row[0] != strconv.Itoa(trial.Number) || row[10] != trial.Name || number64(row[4]) != number64(trial.Values["eta"]) || row[7] != trial.Values["booster"] {
			t.Errorf("row %d: %q of %v", i, row, trial)
		}
		if (row[2] == "") != (trial.Objective == nil) || trial.Objective != nil && number64(row[2]) != *trial.Objective {
			t.Errorf("row %d: objective %q", i, row[2])
		}
	}
}

func TestHostileTextsAreTexts(t *testing.T) {
	t.Parallel()
	s := hostileSearch()
	tb := open(t, written(t, s))
	tb.want(`document.querySelectorAll("img, b, iframe, object, script").length`, 2) // scripts: the data and the page's own
	tb.want(`document.title.startsWith("</script><img")`, true)
	tb.want(`document.querySelector("h1").textContent`, hostile)
	tb.want(`document.querySelector(".note").textContent`, hostile)
	tb.want(`document.querySelector("tbody tr").cells[4].textContent`, hostile)
	tb.want(`document.querySelector("thead th:nth-child(5)").textContent`, hostile)
	tb.want(rowCount, 12)
	tb.want(`document.querySelectorAll("#slice svg").length`, 4)
	tb.picture("hostile")
}

// Searches at the edges draw what there is and complain of nothing.
func TestEdges(t *testing.T) {
	t.Parallel()
	tb := open(t, written(t, Search{}))
	tb.want(rowCount, 0)
	tb.want(`document.querySelectorAll("figure svg").length`, 0)
	running := Trial{Number: 1, Status: "InProgress", Began: monday, Values: map[string]string{"x": "1"}}
	far := []Trial{
		{Number: 1, Objective: new(1e308), Status: "Completed", Values: map[string]string{"x": "1e308"}},
		{Number: 2, Objective: new(-1e308), Status: "Completed", Values: map[string]string{"x": "-1e308"}},
	}
	for _, s := range []Search{
		{Name: "no parameters", Trials: []Trial{{Number: 1, Objective: new(1.0), Status: "Completed"}}},
		{Name: "one that runs", Parameters: []Parameter{{Name: "x", Kind: "int", Min: 1, Max: 1}}, Trials: []Trial{running}},
		{Name: "greatest numbers", Parameters: []Parameter{{Name: "x", Kind: "float", Min: -1e308, Max: 1e308}}, Trials: far},
		long(1, 3),
		long(5, 8),
	} {
		tb.show(written(t, s))
		tb.want(rowCount, len(s.Trials))
		tb.want(`["d", "x", "y", "cx", "x1", "y1", "width", "height", "transform"].some((name) => document.querySelector('[' + name + '*="NaN"], [' + name + '*="Infinity"]'))`, false)
	}
}

func TestTenThousandTrials(t *testing.T) {
	t.Parallel()
	page := written(t, long(10_000, 30))
	if len(page) > 5<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	tb := open(t, page)
	tb.want(rowCount, tableRows)
	tb.want(drawn("#history path.mark:not(.s2)")+` > 8000`, true)
	tb.want(drawn("#parallel path.way"), chartMost)
	tb.do(chromedp.Click(chromedp.CSS("#more")))
	tb.want(rowCount, 2*tableRows)
	tb.want(`document.querySelectorAll("*").length < 40000`, true)
	tb.do(chromedp.EmulateViewport(390, 800))
	tb.settled()
	tb.want(`document.documentElement.scrollWidth <= 390`, true)
	tb.do(chromedp.EmulateViewport(1280, 900))
	tb.picture("long")
}

// Without scripts there are the summary, the findings and the table, and no empty charts.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	tb := newTab(t)
	t.Cleanup(tb.wantQuiet)
	if _, err := chromedp.Call(tb.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	tb.show(written(t, sample(t, 40)))
	tb.want(rowCount, 40)
	tb.want(`document.querySelectorAll("svg").length`, 0)
	tb.want(`[...document.querySelectorAll(".script")].every((e) => e.offsetParent === null)`, true)
	tb.want(`document.querySelector("noscript p") !== null || document.querySelector("noscript").textContent.length > 0`, true)
	tb.want(`document.getElementById("history-finding").textContent.includes("validation:rmse of 40 trials, lower is better: best ")`, true)
}

// The policy holds even for a script inside of the page, and the ear of the other tests does hear requests.
func TestPolicyForbidsConnections(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)
	tb := newTab(t)
	try := `new Promise((done) => { const i = new Image(); i.onload = i.onerror = () => fetch("` + server.URL + `/fetch").then(() => done(true), () => done(true)); i.src = "` + server.URL + `/image"; })`
	tb.show([]byte("<!doctype html><title>no policy</title>"))
	if _, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool](try, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
	if requests, _ := tb.heard(); asked.Load() != 2 || !slices.Contains(requests, server.URL+"/image") || !slices.Contains(requests, server.URL+"/fetch") {
		t.Errorf("without a policy the server was asked %d times; heard %q", asked.Load(), requests)
	}
	tb.show(written(t, sample(t, 10)))
	if _, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool](try, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 2 {
		t.Errorf("the page reached the server")
	}
	if _, complaints := tb.heard(); !slices.ContainsFunc(complaints, func(c string) bool { return strings.Contains(c, "Content Security Policy") }) {
		t.Errorf("no complaint about the policy: %s", cmp.Diff(nil, complaints))
	}
}
