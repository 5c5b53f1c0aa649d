// The data of the page, and how numbers are said.
const data = JSON.parse(document.getElementById("data").textContent);
const trials = data.trials;
const count = data.order.length;
const everyone = [...Array(count).keys()];
const column = (name) => trials[name] || [];
const state = (i) => trials.state[i];
const FINISHED = 0, STOPPED = 1, FAILED = 2, RUNNING = 3, HALTED = 4;
const metric = data.metric || "objective";

// value is a trial's objective, or null.
const value = (i) => (typeof trials.objective[i] === "number" ? trials.objective[i] : null);

// digits is Go's rule for reading: four significant digits, all of a whole number's, and of one just below 1 two of what it lacks.
function digits(v) {
  const a = Math.abs(v);
  if (a >= 1e15 || (a < 1e-4 && a > 0)) return String(Number(v.toPrecision(4)));
  if (Number.isInteger(v) || a >= 1e4) return String(Math.round(v));
  if (a > 0.999 && a < 1) return String(Number(v.toFixed(Math.min(Math.ceil(-Math.log10(1 - a)) + 1, 17))));
  return String(Number(v.toPrecision(4)));
}

function lasting(s) {
  if (s < 1) return Math.round(s * 1000) + " ms";
  if (s < 10) return s.toFixed(1) + " s";
  s = Math.round(s);
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min " + (s % 60) + " s";
  return Math.floor(s / 3600) + " h " + Math.floor((s % 3600) / 60) + " min";
}

// said is a trial's value of a parameter for reading; "" where it is not active.
function said(k, i) {
  const v = trials.values[k][i], p = data.parameters[k];
  if (v === null) return "";
  if (p.values) return p.values[v];
  return typeof v === "number" ? digits(v) : v;
}
