// History: the objective of each trial and the best so far.
function drawHistory(figure) {
  const view = canvas(figure.querySelector(".plot"), "history", 310), lost = everyone.some((i) => value(i) === null) ? 20 : 0;
  const box = { left: 56, right: view.width - 14, top: 28, bottom: view.height - 42 - lost };
  const numbers = trials.number, axis = numberAxis(Math.min(...ends(numbers)), Math.max(...ends(numbers)), { whole: true });
  left(view.svg, objectiveAxis, box, 6);
  bottom(view.svg, axis, { ...box, bottom: box.bottom + lost });
  write(view.svg, box.left, 11, cut(metric, box.right - box.left), { class: "strong" });
  write(view.svg, box.right, view.height - 6, "trial", { "text-anchor": "end" });
  if (lost) write(view.svg, box.left - 6, box.bottom + lost - 3, "no value", { "text-anchor": "end" });
  const x = (i) => box.left + axis.place(numbers[i]) * (box.right - box.left);
  const y = (i) => (value(i) === null ? box.bottom + lost - 7 : box.bottom - objectiveAxis.place(value(i)) * (box.bottom - box.top));
  const r = count > 2000 ? 1.2 : count > 400 ? 2.2 : 3.6;
  view.svg.append(svg("path", { class: "best", d: bestSoFar(x, y, box) }));
  const layer = scatter(view, everyone.map((i) => ({ i, x: x(i), y: y(i) })), r);
  legend(figure, states(), [["best", "M0 9h8v-6h8", "best so far"]]);
  return layer;
}

// ends are least and greatest without spreading a long list over arguments.
const ends = (list) => list.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);

function bestSoFar(x, y, box) {
  const order = everyone.filter((i) => value(i) !== null).sort((a, b) => trials.number[a] - trials.number[b]);
  let best = null, d = "";
  for (const i of order) {
    if (best !== null && (data.maximize ? value(i) <= value(best) : value(i) >= value(best))) continue;
    best = i;
    d += d === "" ? `M${px(x(i))} ${px(y(i))}` : `H${px(x(i))}V${px(y(i))}`;
  }
  return d && d + "H" + px(box.right);
}
