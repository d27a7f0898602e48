// The atlas: sliders choose a slice of each table, uPlot draws it, stored simulations lie on it.
"use strict";
(() => {
const atlas = JSON.parse(document.getElementById("tables").textContent);
const { axes, ticks: TICKS } = atlas;
const INK = "#1f2328", FAINT = "#e9e6df", GREY = "#767676";
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const NEAR = 14; // pixels between the cursor and a marker whose value is read

// Tables

const same = (a, b) => Math.abs(a - b) < 1e-9;
const nearest = (name, value) => axes[name].reduce(
  (best, one, i) => (Math.abs(one - value) < Math.abs(axes[name][best] - value) ? i : best), 0);

for (const table of Object.values(atlas.tables)) {
  const bytes = Uint8Array.from(atob(table.values), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  table.values = Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** The values of a table along x, where all other parameters are at these places of their axes. */
const slice = ({ dims, values }, x, places) => {
  let start = 0, step = 1, stride = 1;
  for (const dim of dims.toReversed()) {
    if (dim === x) step = stride;
    else start += stride * places[dim];
    stride *= axes[dim].length;
  }
  return axes[x].map((_, i) => {
    const value = values[start + i * step];
    return Number.isFinite(value) ? value : null;
  });
};

// State: where each slider stands on its axis

const state = Object.fromEntries(atlas.sliders.map(({ name, start }) => [name, nearest(name, start)]));
for (const [name, value] of new URLSearchParams(location.hash.slice(1)))
  if (name in state && Number.isFinite(+value)) state[name] = nearest(name, +value);
const valueOf = (name) => axes[name][state[name]];
const digits = (value) => String(+value.toPrecision(4)).replace("-", "−");
const filled = (label) => label.replace(/\{(\w+)\}/g, (_, name) => digits(valueOf(name)));

// Panels

/** Where a curve is below zero, between linear crossings. */
const negative = (x, y) => {
  const spans = [];
  let from = null;
  y.forEach((value, i) => {
    const crossing = () => x[i - 1] * (x[i] / x[i - 1]) ** (y[i - 1] / (y[i - 1] - value));
    const before = i > 0 && y[i - 1] !== null && value !== null;
    if (value !== null && value < 0 && from === null)
      from = before && y[i - 1] >= 0 ? crossing() : x[i];
    else if (from !== null && !(value !== null && value < 0)) {
      spans.push([from, value === null ? x[i - 1] : crossing()]);
      from = null;
    }
  });
  return from === null ? spans : [...spans, [from, x.at(-1)]];
};

class Plot {
  constructor(panel) {
    this.panel = panel;
    this.section = document.getElementById(panel.name);
    this.place = this.section.querySelector(".plot");
    this.x = panel.x === "t" ? axes.t.slice(1) : axes[panel.x];
    this.renew();
    this.chart = new uPlot(this.options(), [this.x, ...this.values], this.place);
    new ResizeObserver(() => this.chart.setSize(this.size())).observe(this.place);
    this.touched();
    this.keys();
  }

  /** Choose slices and overlays for the state. */
  renew() {
    const { panel } = this;
    this.values = panel.lines.map(({ table, fixed }) => {
      const places = { ...state };
      for (const [name, value] of fixed) places[name] = nearest(name, value);
      return slice(atlas.tables[table], panel.x, places).slice(-this.x.length);
    });
    if (!panel.lines.length) this.values = [this.x.map(() => null)];
    this.overlays = atlas.overlays.filter((one) => one.panel === panel.name &&
      Object.entries(one.when).every(([name, value]) => same(valueOf(name), value)));
    this.gaps = [];
    if (panel.gap) {
      const line = panel.lines.findIndex(({ table, fixed }) => table === panel.gap[0] && !fixed.length);
      this.gaps = negative(this.x, this.values[line]);
      this.tabulated = this.values[line].some((value) => value !== null);
    }
  }

  size() {
    return { width: this.place.clientWidth, height: this.place.clientHeight };
  }

  /** From the least to the largest that is drawn, and zero. */
  range() {
    if (this.panel.range) return this.panel.range;
    const drawn = [0, ...this.values.flat(), ...this.overlays.flatMap(({ y, high }) => high ?? y)]
      .filter((value) => value !== null);
    const [low, high] = [Math.min(...drawn), Math.max(...drawn)];
    const margin = 0.08 * (high - low || 1);
    return [low < 0 ? low - margin : 0, high + margin];
  }

  options() {
    const { panel } = this;
    const logarithmic = panel.log.includes("x");
    const [first, last] = [this.x[0], this.x.at(-1)];
    const axis = { stroke: INK, font: FONT, ticks: { stroke: INK, width: 1, size: 4 }, gap: 4,
      grid: { stroke: FAINT, width: 1 } };
    return {
      ...this.size(),
      padding: [8, 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, distr: logarithmic ? 3 : 1, range: [first, last] },
        y: { distr: panel.log === "xy" ? 3 : 1, range: () => this.range() },
      },
      axes: [
        { ...axis, size: 28, splits: () => TICKS[panel.x].filter((tick) => tick >= first && tick <= last),
          filter: (u, splits) => splits, values: (u, splits) => splits.map(String) },
        { ...axis, size: 46, space: 34, ...(panel.log === "xy" ? { splits: () => [0.001, 0.01, 0.1],
          filter: (u, splits) => splits } : {}),
          values: (u, splits) => splits.map((split) => (split === null ? "" : digits(split))) },
      ],
      series: [{}, ...(panel.lines.length ? panel.lines : [{ color: GREY }]).map(({ color, dash }) => ({
        stroke: color, width: color === GREY ? 1.3 : 2, dash: dash ? [7, 4] : [], points: { show: false } }))],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 },
        ...(panel.x === "d" ? { sync: { key: "d", scales: ["x", null] } } : {}) },
      hooks: {
        drawClear: [(u) => this.below(u)],
        draw: [(u) => this.above(u)],
        setCursor: [() => this.read()],
      },
    };
  }

  /** What lies behind the curves: gaps, zero, the self-coupling. */
  below(u) {
    const { ctx, bbox } = u, right = bbox.left + bbox.width, bottom = bbox.top + bbox.height;
    const at = (x) => u.valToPos(x, "x", true), pixel = uPlot.pxRatio;
    ctx.save();
    ctx.fillStyle = "#ececec";
    for (const [from, to] of this.gaps) ctx.fillRect(at(from), bbox.top, at(to) - at(from), bbox.height);
    const rule = (x0, y0, x1, y1, color, width, dash = []) => {
      ctx.beginPath();
      ctx.strokeStyle = color;
      ctx.lineWidth = width * pixel;
      ctx.setLineDash(dash.map((part) => part * pixel));
      ctx.moveTo(x0, y0);
      ctx.lineTo(x1, y1);
      ctx.stroke();
    };
    if (u.scales.y.distr !== 3 && u.scales.y.min < 0) {
      const zero = u.valToPos(0, "y", true);
      rule(bbox.left, zero, right, zero, GREY, 1);
    }
    if (this.panel.x === "J_D") {
      for (const name of ["closing", "merging"]) {
        const x = at(atlas.tables[name].values[0]);
        rule(x, bbox.top, x, bottom, GREY, 1, [2, 3]);
      }
      const here = at(valueOf("J_D"));
      rule(here, bbox.top, here, bottom, INK, 1.4);
    }
    ctx.restore();
  }

  /** Stored simulations: error bars under open markers; a curve where there are no errors. */
  above(u) {
    const { ctx, bbox } = u, pixel = uPlot.pxRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top - 6 * pixel, bbox.width + 6 * pixel, bbox.height + 12 * pixel);
    ctx.clip();
    for (const { x, y, low, high, color, marker } of this.overlays) {
      const at = x.map((value, i) => [u.valToPos(value, "x", true), u.valToPos(y[i], "y", true)]);
      ctx.strokeStyle = color;
      ctx.fillStyle = "#fff";
      ctx.lineWidth = 1.4 * pixel;
      if (!low) {
        ctx.stroke(new Path2D("M" + at.map((point) => point.join()).join("L")));
        continue;
      }
      const bottom = bbox.top + bbox.height;
      at.forEach(([left], i) => {
        const ends = [low[i], high[i]].map((value) => u.valToPos(value, "y", true));
        const [from, to] = ends.map((end) => (Number.isFinite(end) ? end : bottom));
        ctx.stroke(new Path2D(`M${left},${from}V${to}`));
      });
      for (const [left, top] of at) {
        const shape = new Path2D(SHAPES[marker](3.4 * pixel, left, top));
        ctx.fill(shape);
        ctx.stroke(shape);
      }
    }
    ctx.restore();
  }

  /** The legend, with the values under the cursor. */
  read() {
    const { panel } = this, list = this.section.querySelector(".legend"), u = this.chart;
    const cursor = u?.cursor.left >= 0 ? u.cursor : null;
    const at = cursor ? cursor.idx : panel.x === "J_D" ? state.J_D : null;
    const rows = panel.lines.map(({ label, color, dash }, i) =>
      [color, dash ? "dashed" : "line", filled(label), at === null ? null : this.values[i][at]]);
    for (const { label, x, y, low, high, color, marker } of this.overlays) {
      if (!low) continue;
      let found = null;
      if (cursor) {
        const far = x.map((value) => Math.abs(u.valToPos(value, "x") - cursor.left));
        const i = far.indexOf(Math.min(...far));
        if (far[i] < NEAR) found = `${digits(y[i])} (${digits(low[i])} to ${digits(high[i])})`;
      }
      rows.push([color, marker, label, found]);
    }
    list.replaceChildren(...rows.map(([color, kind, label, value]) => {
      const item = document.createElement("li");
      item.innerHTML = `<svg viewBox="0 0 26 10" aria-hidden="true" stroke="${color}">${KEYS[kind]}</svg>`;
      const output = document.createElement("output");
      output.textContent = typeof value === "number" ? digits(value) : value ?? "";
      item.append(label, output);
      return item;
    }));
    this.tell(cursor);
  }

  /** One line on what is seen: where the cursor is, or where nothing exists. */
  tell(cursor) {
    const { panel } = this, told = this.section.querySelector(".told");
    const where = cursor ? ` At ${panel.x} = ${digits(this.x[cursor.idx])}:` : "";
    let text = "";
    if (panel.gap && !this.tabulated) text = "The curve is tabulated at smaller self-couplings only.";
    else if (panel.gap) {
      const words = filled(panel.gap[1]);
      text = this.gaps.length
        ? `No ${words} at ` + this.gaps.map(([a, b]) => `${digits(+a.toPrecision(2))} < d < ${digits(+b.toPrecision(2))}`).join(", ") + "."
        : `There are ${words} at all these distances.`;
    } else if (!this.overlays.length) text = "Nothing is stored for these values.";
    told.textContent = where ? where : text;
  }

  update() {
    this.renew();
    this.chart.setData([this.x, ...this.values]);
    this.read();
  }

  /** A finger is a cursor; a click against J_D is the slider. */
  touched() {
    const { over } = this.chart;
    const follow = (event) => {
      const box = over.getBoundingClientRect(), touch = event.touches[0];
      this.chart.setCursor({ left: touch.clientX - box.left, top: touch.clientY - box.top });
    };
    for (const kind of ["touchstart", "touchmove"]) over.addEventListener(kind, follow, { passive: true });
    if (this.panel.x === "J_D")
      over.addEventListener("click", (event) => set("J_D", nearest("J_D", this.chart.posToVal(event.offsetX, "x"))));
  }

  /** Arrow keys move the cursor from point to point, and what is read is spoken. */
  keys() {
    const spoken = this.section.querySelectorAll(".legend, .told");
    for (const [kind, how] of [["focus", "polite"], ["blur", "off"]])
      this.place.addEventListener(kind, () => spoken.forEach((one) => one.setAttribute("aria-live", how)));
    this.place.addEventListener("keydown", (event) => {
      const last = this.x.length - 1, { cursor } = this.chart;
      const now = cursor.left >= 0 ? cursor.idx : this.panel.x === "J_D" ? state.J_D : -1;
      const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last, Escape: null }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const left = to === null ? -10 : this.chart.valToPos(this.x[Math.min(Math.max(to, 0), last)], "x");
      this.chart.setCursor({ left, top: to === null ? -10 : 10 });
    });
  }
}

const SHAPES = {
  o: (r, x, y) => `M${x - r},${y}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`,
  s: (r, x, y) => `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  d: (r, x, y) => `M${x},${y - 1.3 * r}l${1.3 * r},${1.3 * r}l${-1.3 * r},${1.3 * r}l${-1.3 * r},${-1.3 * r}z`,
};
const KEYS = {
  line: '<path d="M0,5H26" stroke-width="2"/>',
  dashed: '<path d="M0,5H26" stroke-width="2" stroke-dasharray="7 3"/>',
};
for (const [kind, shape] of Object.entries(SHAPES))
  KEYS[kind] = `<path d="M13,-1V11" stroke-width="1.4"/><path d="${shape(3.4, 13, 5)}" fill="#fff" stroke-width="1.4"/>`;

// Sliders

const inputs = {};
const slider = ({ name, symbol, about }) => {
  const label = document.createElement("label");
  label.className = "slider";
  label.innerHTML = `<span>${symbol} = <output></output></span>
    <input type="range" min="0" max="${axes[name].length - 1}" step="1" id="slider-${name}" aria-label="${about}">`;
  inputs[name] = label.querySelector("input");
  inputs[name].addEventListener("input", (event) => set(name, +event.target.value));
  return label;
};

/** Values along the slider of J_D, and the thresholds of the densest clusters. */
const scale = () => {
  const row = document.createElement("div");
  row.className = "scale";
  const last = axes.J_D.length - 1;
  const along = (value) => {
    const i = Math.max(1, axes.J_D.findIndex((one) => one >= value - 1e-9));
    return (i - 1 + (value - axes.J_D[i - 1]) / (axes.J_D[i] - axes.J_D[i - 1])) / last;
  };
  const mark = (value, text, kind) => {
    if (value > axes.J_D[last]) return;
    const item = document.createElement("span");
    item.className = kind;
    item.textContent = text;
    item.style.setProperty("--at", along(value));
    row.append(item);
  };
  TICKS.slider.forEach((value) => mark(value, digits(value), "number"));
  for (const name of ["closing", "merging"]) mark(atlas.tables[name].values[0], "", "threshold");
  return row;
};

const places = () => {
  const row = document.createElement("div");
  row.className = "places";
  for (const { J_D, name } of atlas.places) {
    const button = document.createElement("button");
    button.type = "button";
    button.innerHTML = `<b>${J_D}</b> ${name}`;
    button.dataset.value = J_D;
    button.addEventListener("click", () => set("J_D", nearest("J_D", J_D)));
    row.append(button);
  }
  return row;
};

const show = (name) => {
  const value = digits(valueOf(name));
  inputs[name].value = state[name];
  inputs[name].setAttribute("aria-valuetext", value);
  inputs[name].previousElementSibling.querySelector("output").textContent = value;
  for (const button of document.querySelectorAll(".places button"))
    button.setAttribute("aria-pressed", same(button.dataset.value, valueOf("J_D")));
};

/** Move a slider: what depends on it is drawn again, and the address keeps it. */
const set = (name, place) => {
  state[name] = place;
  show(name);
  const own = name === "J_D" ? plots : plots.filter(({ panel }) => panel.sliders.includes(name));
  own.forEach((plot) => plot.update());
  const words = atlas.sliders.map((one) => `${one.name}=${valueOf(one.name)}`);
  history.replaceState(null, "", "#" + words.join("&"));
};

const main = document.getElementById("atlas");
main.hidden = false;
const of = Object.fromEntries(atlas.sliders.map((one) => [one.name, one]));
main.querySelector("form.main").append(slider(of.J_D), scale(), places());
for (const { name, sliders } of atlas.panels)
  document.querySelector(`#${name} .own`).append(...sliders.map((own) => slider(of[own])));
const plots = atlas.panels.map((panel) => new Plot(panel));
Object.keys(inputs).forEach(show);
plots.forEach((plot) => plot.read());
window.atlas = { axes, plots, state, set };
})();
