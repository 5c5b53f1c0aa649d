// Axes: a value's place in [0, 1] and back, and the ticks. place is null for what is no value.
const inside = (u) => Math.min(Math.max(u, 0), 1);

// bends are the scales that are not linear: to places in proportion, back, and the ticks.
const bends = {
  log: (shift) => ({
    warp: (v) => Math.log(v + shift), unwarp: (t) => Math.exp(t) - shift,
    ticks: (min, max, most) => (shift ? [min, ...logTicks(shift, max, most)] : logTicks(min, max, most)),
  }),
  reverse: () => ({
    warp: (v) => -Math.log1p(-v), unwarp: (t) => -Math.expm1(-t),
    ticks: (min, max, most) => logTicks(1 - max, 1 - min, most).map((v) => Number((1 - v).toPrecision(12))).reverse(),
  }),
};

function numberAxis(min, max, { scale, shift = 0, whole } = {}) {
  const bend = scale && bends[scale](shift);
  const warp = bend ? bend.warp : (v) => v / 2; // halves, so that no difference is infinite
  const low = warp(min), width = warp(max) - low;
  const at = (u) => (bend ? bend.unwarp(low + u * width) : min * (1 - u) + max * u);
  const place = (v) => (typeof v !== "number" ? null : width > 0 ? inside((warp(v) - low) / width) : 0.5);
  const text = (u) => digits(whole ? Math.round(at(u)) : at(u));
  const ticks = (most) => {
    if (!(width > 0)) return [{ at: 0.5, text: digits(min) }];
    return (bend ? bend.ticks(min, max, most) : linearTicks(min, max, most, whole)).map((v) => ({ at: place(v), text: digits(v) }));
  };
  return { place, text, ticks, steps: whole && !bend && max - min <= 20 ? Math.max(max - min, 1) : 20 };
}

function linearTicks(min, max, most, whole) {
  const rough = (max / most - min / most), power = Math.pow(10, Math.floor(Math.log10(rough)));
  const steps = [1, 2, 5, 10].map((m) => m * power);
  let out = [];
  for (let k = steps.findIndex((step) => step >= rough * 0.999); k >= 0 && out.length < 2; k--) {
    const step = whole ? Math.max(1, Math.round(steps[k])) : steps[k];
    out = [];
    for (let n = Math.ceil(min / step - 1e-9); n <= max / step + 1e-9 && out.length < 50; n++) out.push(Number((n * step).toPrecision(12)));
  }
  return out.length > 1 ? out : [min, max];
}

function logTicks(min, max, most) {
  const decades = Math.log10(max / min);
  const parts = decades <= most / 3 + 1e-9 ? [1, 2, 5] : decades <= most / 2 + 1e-9 ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(decades / most - 1e-9));
  const out = [];
  for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++) {
    if (e % every) continue;
    for (const part of parts) {
      const v = Number((part * Math.pow(10, e)).toPrecision(3));
      if (v >= min * 0.9999 && v <= max * 1.0001) out.push(v);
    }
  }
  return out.length > 1 ? out : [min, max];
}

function categoryAxis(values) {
  const n = Math.max(values.length, 1);
  const place = (v) => (typeof v !== "number" || v < 0 ? null : (v + 0.5) / n);
  const text = (u) => values[Math.min(Math.floor(u * n), n - 1)] ?? "";
  return { place, text, ticks: () => values.map((v, i) => ({ at: (i + 0.5) / n, text: v })), steps: n, bands: n };
}

const axes = data.parameters.map((p) => (p.values ? categoryAxis(p.values) : numberAxis(p.min, p.max, p)));

// objectiveAxis has some room at its ends. Worse values stand at its end.
const objectiveAxis = (() => {
  if (!data.scale) return null;
  const [low, high] = data.scale, room = high > low ? (high / 2 - low / 2) * 0.08 : Math.abs(low) * 0.05 || 1;
  const finite = (v) => Math.min(Math.max(v, -Number.MAX_VALUE), Number.MAX_VALUE);
  return numberAxis(finite(low - room), finite(high + room));
})();

// left draws an axis with its grid at the left of a box, bottom below it.
function left(to, axis, box, most) {
  for (const t of axis.ticks(most)) {
    const y = box.bottom - t.at * (box.bottom - box.top);
    line(to, box.left, y, box.right, y, "tick");
    write(to, box.left - 6, y + 4, t.text, { "text-anchor": "end" });
  }
}

function bottom(to, axis, box) {
  line(to, box.left, box.bottom, box.right, box.bottom, "rule");
  if (axis.bands) return bands(to, axis, box);
  const width = box.right - box.left;
  let free = -Infinity;
  for (const t of axis.ticks(Math.max(Math.floor(width / 60), 2))) {
    const x = box.left + t.at * width, half = (t.text.length * 6.6) / 2;
    line(to, x, box.bottom, x, box.bottom + 4, "rule");
    const middle = Math.min(Math.max(x, half + 2), box.right + 11 - half);
    if (middle - half < free) continue;
    write(to, middle, box.bottom + 17, t.text, { "text-anchor": "middle" });
    free = middle + half + 6;
  }
}

// bands writes categories across where they fit, else downwards, and not all of very many.
function bands(to, axis, box) {
  const band = (box.right - box.left) / axis.bands, across = band >= 40;
  const every = across ? 1 : Math.ceil(13 / band);
  axis.ticks().forEach((t, n) => {
    const x = box.left + t.at * (box.right - box.left);
    if (n % 2 === 0) to.prepend(svg("rect", { class: "bed", x: px(x - band / 2), y: box.top, width: px(band), height: box.bottom - box.top }));
    if (n % every) return;
    if (across) write(to, x, box.bottom + 17, cut(t.text, band - 4), { "text-anchor": "middle" });
    else write(to, x + 4, box.bottom + 7, cut(t.text, 58), { "text-anchor": "end", transform: `rotate(-90 ${px(x + 4)} ${box.bottom + 7})` });
  });
}
