// Timeline: when trials ran, in as many lanes as ran at a time.
function drawTimeline(figure) {
  const began = everyone.filter((i) => trials.lane[i] >= 0);
  const lanes = Math.max(data.lanes, 1), pitch = Math.max(Math.min(34, 260 / lanes), 3);
  const view = canvas(figure.querySelector(".plot"), "timeline", lanes * pitch + 50);
  const box = { left: 14, right: view.width - 14, top: 8, bottom: view.height - 34 };
  const unit = data.span >= 7200 ? [3600, "h"] : data.span >= 120 ? [60, "min"] : [1, "s"];
  const axis = numberAxis(0, Math.max(data.span, 1e-3) / unit[0]);
  bottom(view.svg, axis, box);
  write(view.svg, box.right, view.height - 3, `${unit[1]} since the beginning`, { "text-anchor": "end" });
  const x = (s) => box.left + axis.place(s / unit[0]) * (box.right - box.left), marked = began.length <= 200 && pitch >= 10;
  const items = began.map((i) => bar(i, x, box, pitch));
  const update = bars(view, items, marked);
  const over = svg("path", { class: "over" });
  view.svg.append(over);
  pointable(view, items.map((b) => ({ i: b.i, x: (b.from + b.to) / 2, y: b.y })));
  const byTrial = new Map(items.map((b) => [b.i, b]));
  legend(figure, states());
  return { update, point: () => over.setAttribute("d", byTrial.has(hovered) ? outline(byTrial.get(hovered)) : "") };
}

function bar(i, x, box, pitch) {
  const from = x(trials.began[i]), to = Math.max(x(trials.began[i] + trials.took[i]) - 1, from + 1);
  const height = pitch * (state(i) === FINISHED ? 0.72 : 0.44);
  return { i, from, to, y: box.top + (trials.lane[i] + 0.5) * pitch, height };
}

const outline = (b) => `M${px(b.from)} ${px(b.y - b.height / 2)}H${px(b.to)}v${px(b.height)}H${px(b.from)}z`;

// bars: finished ones fill their lane; others are thinner, and hollow but for those that were stopped early, with their mark at the end where there is room.
function bars(view, items, marked) {
  const paths = [];
  for (const dim of [true, false]) for (const s of states()) paths.push({ s, dim, path: view.svg.appendChild(svg("path", { class: `mark s${s}${dim ? " dim" : ""}` })) });
  const update = () => {
    for (const { path, s, dim } of paths) {
      const own = items.filter((b) => state(b.i) === s && isPicked(b.i) !== dim);
      path.setAttribute("d", own.map((b) => outline(b) + (marked && s !== FINISHED ? shape(s, b.to, b.y, 4) : "")).join(""));
    }
  };
  update();
  return update;
}
