// The table: sorted by any column, of the picked trials, so many rows at a time.
const table = document.querySelector("#trials table");
const headings = [...table.tHead.rows[0].cells];
const cellsOf = data.parameters.length;
let sorting = { column: 2, down: false }; // by the objective: best first
let most = data.rows;

// sortKey is what the column sorts a trial by; null comes last.
function sortKey(c, i) {
  if (c === 0) return trials.number[i];
  if (c === 1) return trials.status[i];
  if (c === 2) return value(i);
  if (c === 3) return trials.took[i];
  if (c < 4 + cellsOf) {
    const p = data.parameters[c - 4], v = trials.values[c - 4][i];
    return p.values && v !== null ? p.values[v] : v;
  }
  return c === 4 + cellsOf ? trials.name[i] : trials.reason[i] || null;
}

const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);

// rows are the picked trials in the table's order.
function rows() {
  const { column, down } = sorting, keys = new Map();
  const list = data.order.filter(isPicked);
  if (column === 2 && !down) return list;
  for (const i of list) keys.set(i, sortKey(column, i));
  return list.sort((a, b) => {
    const x = keys.get(a), y = keys.get(b);
    if (x === null || y === null) return (x === null) - (y === null);
    return (down ? -1 : 1) * (column === 2 && data.maximize ? -1 : 1) * compare(x, y);
  });
}

function rowOf(i) {
  const objective = trials.objective[i];
  const row = html("tr", i === data.best ? { class: "best" } : {}, html("th", { scope: "row" }, trials.number[i]), html("td", { class: "s" + state(i) }, trials.status[i]),
    html("td", { class: "n" }, objective === null ? "" : value(i) === null ? objective : digits(objective)), html("td", { class: "n" }, trials.took[i] === null ? "" : lasting(trials.took[i])));
  data.parameters.forEach((_, k) => row.append(html("td", {}, said(k, i))));
  row.append(html("td", {}, trials.name[i]), html("td", trials.reason[i] ? { title: trials.reason[i] } : {}, trials.reason[i]));
  row.dataset.trial = i;
  return row;
}

function fillTable() {
  const list = rows(), more = document.getElementById("more"), body = document.createDocumentFragment();
  for (const i of list.slice(0, most)) body.append(rowOf(i));
  table.tBodies[0].replaceChildren(body);
  more.hidden = list.length <= most;
  more.textContent = `Show more (${Math.min(most, list.length)} of ${list.length})`;
}

function sortable() {
  headings.forEach((heading, c) => {
    const button = html("button", { type: "button", title: heading.textContent }, heading.textContent);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      sorting = { column: c, down: sorting.column === c && !sorting.down };
      most = data.rows;
      showSorting();
      fillTable();
    });
  });
  showSorting();
}

// showSorting tells the direction by values: the best first of a maximised objective is descending.
function showSorting() {
  const up = sorting.down === (sorting.column === 2 && data.maximize);
  headings.forEach((heading, c) => {
    if (c === sorting.column) heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    else heading.removeAttribute("aria-sort");
  });
}

// csv is the table as it is sorted and picked, all rows of it, with all digits.
function csv() {
  const quoted = (v) => (v === null || v === undefined ? "" : /[",\r\n]/.test(v) ? `"${String(v).replaceAll('"', '""')}"` : String(v));
  const head = ["trial", "status", metric, "seconds", ...data.parameters.map((p) => p.name), "job", "reason"];
  const cell = (k, i) => (data.parameters[k].values && trials.values[k][i] !== null ? data.parameters[k].values[trials.values[k][i]] : trials.values[k][i]);
  const lines = rows().map((i) => [trials.number[i], trials.status[i], trials.objective[i], trials.took[i], ...data.parameters.map((_, k) => cell(k, i)), trials.name[i], trials.reason[i]]);
  return [head, ...lines].map((l) => l.map(quoted).join(",")).join("\r\n") + "\r\n";
}

async function copy(button) {
  const text = csv();
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = copyOldWay(text);
  }
  button.textContent = done ? "Copied" : "The browser forbids it";
  setTimeout(() => (button.textContent = "Copy as CSV"), 2000);
}

// copyOldWay is for browsers without a clipboard for pages of the file system.
function copyOldWay(text) {
  const area = html("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
