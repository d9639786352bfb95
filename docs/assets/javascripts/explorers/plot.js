// Pictures as text, in the colours of the figures.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const TEXT = 13;

export const power = (exponent) =>
  String(exponent).replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);

// A number with so many digits, as it is written in a sentence.
export function digits(value, many = 3) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "no number" : value > 0 ? "∞" : "−∞";
  const [head, tail] = value.toExponential(many - 1).split("e").map(Number);
  if (tail < -3 || tail > 5) return `${head === 1 ? "" : `${head}\u00a0·\u00a0`}10${power(tail)}`.replace("-", "−");
  return String(Number(value.toPrecision(many))).replace("-", "−");
}

export const text = (x, y, words, { anchor = "start", colour = "fg", turn = 0 } = {}) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${TEXT}" text-anchor="${anchor}" fill="var(--fig-${colour})"` +
  `${turn ? ` transform="rotate(${turn} ${x.toFixed(1)} ${y.toFixed(1)})"` : ""}>${words}</text>`;

export const line = (points, colour, { width = 2, dashes = "" } = {}) =>
  `<polyline points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}" fill="none"` +
  ` stroke="var(--fig-${colour})" stroke-width="${width}" stroke-linejoin="round"${dashes && ` stroke-dasharray="${dashes}"`}/>`;

export const dot = ([x, y], colour, radius = 5) =>
  `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="var(--fig-${colour})" stroke="var(--fig-bg)" stroke-width="1.5"/>`;

export const area = (x, y, width, height, colour, opacity = 1) =>
  `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${Math.max(0, width).toFixed(2)}" height="${Math.max(0, height).toFixed(2)}"` +
  ` fill="var(--fig-${colour})" fill-opacity="${opacity}"/>`;

export const outline = (x, y, width, height, colour = "muted", dashes = "") =>
  `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}" fill="none"` +
  ` stroke="var(--fig-${colour})"${dashes && ` stroke-dasharray="${dashes}"`}/>`;

// What of some drawing lies in a box.
export const clipped = ({ left, top, right, bottom }, drawing) =>
  `<svg x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" viewBox="${left} ${top} ${right - left} ${bottom - top}">${drawing}</svg>`;

// Axes in a box: where values lie in it, and the axes themselves as SVG. A tick is a value, or a value and its words.
export function axes({ left, top, right, bottom }, x, y) {
  const along = ({ min, max, log }, from, to) => {
    const at = log ? Math.log10 : (value) => value;
    return (value) => from + ((at(value) - at(min)) / (at(max) - at(min))) * (to - from);
  };
  const [X, Y] = [along(x, left, right), along(y, bottom, top)];
  const ticks = (axis) => (axis.ticks ?? []).map((tick) => (Array.isArray(tick) ? tick : [tick, String(tick).replace("-", "−")]));
  const parts = [line([[left, top], [left, bottom], [right, bottom]], "muted", { width: 1 })];
  for (const [value, words] of ticks(x))
    parts.push(line([[X(value), bottom], [X(value), bottom + 4]], "muted", { width: 1 }), text(X(value), bottom + 18, words, { anchor: "middle" }));
  for (const [value, words] of ticks(y))
    parts.push(line([[left - 4, Y(value)], [left, Y(value)]], "muted", { width: 1 }), text(left - 8, Y(value) + 4.5, words, { anchor: "end" }));
  if (x.label) parts.push(text((left + right) / 2, bottom + 36, x.label, { anchor: "middle" }));
  if (y.label) parts.push(text(left, top - 9, y.label));
  return { X, Y, svg: parts.join("") };
}
