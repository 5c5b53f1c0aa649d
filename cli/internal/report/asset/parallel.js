// Parallel coordinates: a line for each trial, and limits on each axis that pick trials.
function drawParallel(figure) {
  const plot = figure.querySelector(".plot"), n = allAxes.length, last = n - 1;
  const gaps = Math.max(n - 1, 1), margin = 46;
  const width = Math.max(plot.clientWidth, margin * 2 + gaps * 78);
  const view = canvas(plot, "parallel", 340, width);
  view.svg.setAttribute("role", "group");
  view.svg.style.width = width + "px";
  const lost = places.some((column) => column.some((u) => u === null));
  const box = { top: (width - 2 * margin) / gaps < 110 ? 58 : 40, bottom: view.height - (lost ? 34 : 14) };
  const x = (k) => (n > 1 ? margin + (k * (width - 2 * margin)) / gaps : width / 2);
  const y = (u) => box.bottom - u * (box.bottom - box.top);
  if (lost) write(view.svg, 2, box.bottom + 27, "not active, or no value", {});
  const way = (i) => "M" + places.map((column, k) => `${px(x(k))} ${px(column[i] === null ? box.bottom + 14 : y(column[i]))}`).join("L");
  const update = ways(view, way);
  const over = svg("path", { class: "over" });
  view.svg.append(over);
  const redraw = allAxes.map((axis, k) => drawAxis(view, k, { x: x(k), y, box, gap: (width - 2 * margin) / gaps, end: k === last }));
  const point = () => over.setAttribute("d", hovered >= 0 && shownSet.has(hovered) ? way(hovered) : "");
  pointable(view, data.shown.flatMap((i) => places.map((column, k) => ({ i, x: x(k), y: column[i] === null ? box.bottom + 14 : y(column[i]) }))));
  return { update: () => { update(); redraw.forEach((f) => f()); }, point };
}

const shownSet = new Set(data.shown);

// ways are the lines, in five shades by how good they are; the best are on top.
function ways(view, way) {
  const valued = data.order.filter((i) => shownSet.has(i) && value(i) !== null), rank = new Map(valued.map((i, n) => [i, n]));
  const shade = (i) => (rank.has(i) ? "c" + (4 - Math.min(Math.floor((5 * rank.get(i)) / valued.length), 4)) : "none");
  const classes = ["dim", "none", "c0", "c1", "c2", "c3", "c4"];
  const paths = classes.map((c) => view.svg.appendChild(svg("path", { class: `way ${c}${data.shown.length > 150 ? " many" : ""}` })));
  const update = () => {
    const parts = new Map(classes.map((c) => [c, []]));
    for (const i of data.shown) parts.get(isPicked(i) ? shade(i) : "dim").push(way(i));
    classes.forEach((c, n) => paths[n].setAttribute("d", parts.get(c).join("")));
  };
  update();
  return update;
}

function drawAxis(view, k, at) {
  const axis = allAxes[k], height = at.box.bottom - at.box.top, name = axisName(k);
  line(view.svg, at.x, at.box.top, at.x, at.box.bottom, "rule");
  view.svg.append(axisTitle(view, name, k, at));
  const every = axis.bands ? Math.ceil(13 / (height / axis.bands)) : 1;
  axis.ticks(6).forEach((t, n) => {
    if (n % every) return;
    line(view.svg, at.x - 4, at.y(t.at), at.x, at.y(t.at), "rule");
    write(view.svg, at.x + (at.end ? -8 : 8), at.y(t.at) + 4, cut(t.text, at.gap - 24), { class: "halo", "text-anchor": at.end ? "end" : "start" });
  });
  const band = svg("rect", { class: "limits", x: px(at.x - 5), width: 10, visibility: "hidden" });
  const area = svg("rect", { class: "area", x: px(at.x - 14), y: at.box.top - 8, width: 28, height: height + 16, "data-axis": k });
  const handles = [handle(k, 0, "lower"), handle(k, 1, "upper")];
  view.svg.append(band, area, ...handles);
  draggable(view, k, at, area, handles);
  const redraw = () => redrawLimits(k, at, band, handles);
  redraw();
  return redraw;
}

// axisTitle is above the axis, every second one higher where axes are close; at the drawing's sides there is less room.
function axisTitle(view, name, k, at) {
  const side = k === 0 || at.end, close = at.gap < 110, room = close ? (side ? 1.1 : 1.7) * at.gap : side ? at.gap / 2 + 34 : at.gap - 8;
  const short = cut(name, room), half = short.length * 4.1;
  const x = Math.min(Math.max(at.x, half + 2), view.width - half - 2);
  const title = svg("text", { x: px(x), y: at.box.top - (k % 2 && at.gap < 110 ? 34 : 16), class: "strong", "text-anchor": "middle" }, short);
  title.append(svg("title", {}, name));
  return title;
}

function handle(k, side, word) {
  const d = side ? "M-7 -9h14l-7 9z" : "M-7 9h14l-7 -9z";
  const grip = svg("g", { class: "handle", role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-label": `${axisName(k)}, ${word} limit`, "aria-valuemin": 0, "aria-valuemax": 100, "data-axis": k, "data-side": side }, svg("path", { d }));
  grip.addEventListener("keydown", (e) => {
    const step = 1 / allAxes[k].steps, moves = { ArrowUp: step, ArrowRight: step, ArrowDown: -step, ArrowLeft: -step, PageUp: 5 * step, PageDown: -5 * step, Home: -1, End: 1 };
    if (e.key === "Escape") limits.delete(k);
    else if (e.key in moves) move(k, side, limitsOf(k)[side] + moves[e.key]);
    else return;
    e.preventDefault();
    pick();
  });
  return grip;
}

const limitsOf = (k) => limits.get(k) || [0, 1];

// move sets one limit. Limits of a whole axis are none.
function move(k, side, to) {
  const now = [...limitsOf(k)];
  now[side] = side ? Math.max(inside(to), now[0]) : Math.min(inside(to), now[1]);
  set(k, now[0], now[1]);
}

function set(k, low, high) {
  if (low <= 1e-9 && high >= 1 - 1e-9) limits.delete(k);
  else limits.set(k, [low, high]);
}

function redrawLimits(k, at, band, handles) {
  const [low, high] = limitsOf(k), on = limits.has(k);
  made(band, { y: px(at.y(high)), height: px(Math.max(at.y(low) - at.y(high), 1)), visibility: on ? "visible" : "hidden" }, []);
  [low, high].forEach((u, side) => {
    handles[side].setAttribute("transform", `translate(${px(at.x)} ${px(at.y(u))})`);
    handles[side].setAttribute("aria-valuenow", Math.round(u * 100));
    handles[side].setAttribute("aria-valuetext", on ? spanText(k, low, high) : "no limit");
    handles[side].classList.toggle("set", on);
  });
}

// draggable: a drag along the axis makes new limits, one of a handle moves a limit, a click on the axis removes them.
function draggable(view, k, at, area, handles) {
  const place = (e) => {
    const r = view.svg.getBoundingClientRect(), y = ((e.clientY - r.top) * view.height) / r.height;
    return inside((at.box.bottom - y) / (at.box.bottom - at.box.top));
  };
  const drag = (on, during, done) => {
    on.addEventListener("pointerdown", (e) => {
      if (e.button) return;
      e.preventDefault();
      hover(-1);
      on.setPointerCapture(e.pointerId);
      const from = place(e), step = (m) => { during(from, place(m)); pick(); };
      on.addEventListener("pointermove", step);
      on.addEventListener("pointerup", (u) => { on.removeEventListener("pointermove", step); done(from, place(u)); pick(); }, { once: true });
      on.addEventListener("pointercancel", () => on.removeEventListener("pointermove", step), { once: true });
    });
  };
  drag(area, (a, b) => set(k, Math.min(a, b), Math.max(a, b)), (a, b) => { if (Math.abs(a - b) < 0.015) limits.delete(k); });
  handles.forEach((grip, side) => {
    drag(grip, (a, b) => move(k, side, b), () => {});
    grip.addEventListener("pointerdown", () => grip.focus());
  });
}
