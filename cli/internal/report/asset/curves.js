// Learning curves: what each trial reported on the way; those that were stopped end with the mark of stopped trials.
function drawCurves(figure) {
  const own = data.shown.filter((i) => column("curve")[i]);
  const view = canvas(figure.querySelector(".plot"), "curves", 300);
  const box = { left: 56, right: view.width - 14, top: 28, bottom: view.height - 40 };
  const [axis, value] = curveAxes(own);
  left(view.svg, value, box, 6);
  bottom(view.svg, axis, box);
  write(view.svg, box.left, 11, cut(metric, box.right - box.left), { class: "strong" });
  write(view.svg, box.right, view.height - 4, "values reported", { "text-anchor": "end" });
  const x = (step) => box.left + axis.place(step) * (box.right - box.left), y = (v) => box.bottom - value.place(v) * (box.bottom - box.top);
  const items = own.map((i) => curve(i, x, y)).filter((c) => c.d);
  const update = curvePaths(view, items);
  const over = svg("path", { class: "over" });
  view.svg.append(over);
  const byTrial = new Map(items.map((c) => [c.i, c]));
  pointable(view, items.flatMap((c) => c.points.map(([px, py]) => ({ i: c.i, x: px, y: py }))));
  legend(figure, states().filter((s) => items.some((c) => state(c.i) === s && s !== FINISHED)), [["top", "M0 6h16", "best trial"]]);
  return { update, point: () => over.setAttribute("d", byTrial.has(hovered) ? byTrial.get(hovered).d : "") };
}

// curveAxes: as far as the longest curve; values from the best one to where nine of ten lie, for first values are often terrible.
function curveAxes(own) {
  const all = [];
  let steps = 1;
  for (const i of own) {
    const c = trials.curve[i];
    for (let n = 0; n < c.length; n += 2) {
      steps = Math.max(steps, c[n]);
      if (c[n + 1] !== null) all.push(c[n + 1]);
    }
  }
  all.sort((a, b) => (data.maximize ? b - a : a - b));
  const best = all.length ? all[0] : 0, most = all.length ? all[Math.floor((all.length - 1) * (all.length > 20 ? 0.92 : 1))] : 1;
  const room = (Math.max(best, most) / 2 - Math.min(best, most) / 2) * 0.08 || Math.abs(best) * 0.05 || 1;
  return [numberAxis(1, Math.max(steps, 2), { whole: true }), numberAxis(Math.min(best, most) - room, Math.max(best, most) + room)];
}

function curve(i, x, y) {
  const c = trials.curve[i], points = [];
  let d = "", pen = "M";
  for (let n = 0; n < c.length; n += 2) {
    if (c[n + 1] === null) { pen = "M"; continue; }
    const at = [x(c[n]), y(c[n + 1])];
    points.push(at);
    d += `${pen}${px(at[0])} ${px(at[1])}${points.length === 1 ? "h.1" : ""}`;
    pen = "L";
  }
  return { i, d, points, end: points[points.length - 1] };
}

function curvePaths(view, items) {
  const add = (cls) => view.svg.appendChild(svg("path", { class: cls }));
  const dim = add("curve dim"), lines = states().map((s) => [s, add("curve s" + s)]), top = add("top"), marks = states().filter((s) => s !== FINISHED).map((s) => [s, add("mark s" + s)]);
  const r = items.length > 300 ? 2 : 3.2;
  const update = () => {
    const on = items.filter((c) => isPicked(c.i));
    dim.setAttribute("d", items.filter((c) => !isPicked(c.i)).map((c) => c.d).join(""));
    for (const [s, path] of lines) path.setAttribute("d", on.filter((c) => state(c.i) === s).map((c) => c.d).join(""));
    top.setAttribute("d", on.filter((c) => c.i === data.best).map((c) => c.d).join(""));
    for (const [s, path] of marks) path.setAttribute("d", on.filter((c) => state(c.i) === s).map((c) => shape(s, c.end[0], c.end[1], r)).join(""));
  };
  update();
  return update;
}
