// The error of a difference quotient against its step, in double and in single precision.
//
// The function has only sums, products and quotients, which every machine rounds alike.

import { axes, digits, dot, line, power, text } from "./plot.js";

const POINTS = Array.from({ length: 257 }, (_, at) => 0.5 + at / 256);
const ROUND = { double: (value) => value, single: Math.fround };
const SMALLEST = { double: -15, single: -7 };

export const caption = "The error of the derivative of 1 / (1 + t²), the median over points from ½ to 1½. To the right of the " +
  "lowest point the step is too large to stand for the limit. To the left rounding, divided by an ever smaller step, takes over.";

export const controls = [
  { name: "power", label: "Step ε", min: ({ precision }) => SMALLEST[precision], max: -1, step: 0.1, value: -5, say: (at) => digits(10 ** at, 2) },
  { name: "scheme", label: "Difference", options: { central: "central", forward: "forward" }, value: "central" },
  { name: "precision", label: "Precision", options: { double: "double", single: "single" }, value: "double" },
];

const slope = (t) => (-2 * t) / ((1 + t * t) * (1 + t * t));

export function compute({ power: exponent, scheme, precision }) {
  const [round, step] = [ROUND[precision], 10 ** exponent];
  const f = (t) => round(1 / round(1 + round(t * t)));
  const [small, twice] = [round(step), round(2 * step)];
  const errors = new Float64Array(POINTS.length);
  for (const [at, t] of POINTS.entries()) {
    const [above, under] = [round(t + small), round(t - small)];
    if (above === t || under === t) return { step, error: null };
    const quotient = scheme === "forward" ? round(round(f(above) - f(t)) / small) : round(round(f(above) - f(under)) / twice);
    errors[at] = Math.abs(quotient - slope(t));
  }
  errors.sort();
  return { step, error: errors[(errors.length - 1) / 2] };
}

const curves = new Map();

function curve(scheme, precision) {
  const name = `${scheme} ${precision}`;
  if (!curves.has(name)) {
    const powers = Array.from({ length: (-1 - SMALLEST[precision]) * 5 + 1 }, (_, at) => SMALLEST[precision] + at / 5);
    curves.set(name, powers.map((at) => compute({ power: at, scheme, precision })).filter(({ error }) => error));
  }
  return curves.get(name);
}

export function tell({ step, error }, { scheme, precision }) {
  const begin = `${scheme[0].toUpperCase()}${scheme.slice(1)} differences in ${precision} precision with ε = ${digits(step, 2)}: `;
  if (error === null) return `${begin}the step vanishes beside t, and there is no quotient.`;
  const best = curve(scheme, precision).reduce((a, b) => (b.error < a.error ? b : a));
  const side = step < best.step ? "left of it: rounding rules" : "right of it: the step is too large";
  return `${begin}an error of ${digits(error, 2)}. The curve is lowest near ε = ${digits(best.step, 1)}; ` +
    `${Math.abs(Math.log10(step / best.step)) < 0.5 ? "you are close to it" : `you are ${side}`}.`;
}

export function draw({ step, error }, { scheme, precision }, { width, height }) {
  const { X, Y, svg } = axes({ left: 52, right: width - 12, top: 42, bottom: height - 42 },
    { min: 1e-15, max: 1e-1, log: true, ticks: [-15, -12, -9, -6, -3].map((at) => [10 ** at, `10${power(at)}`]), label: "step ε" },
    { min: 1e-13, max: 1, log: true, ticks: [-12, -8, -4, 0].map((at) => [10 ** at, at ? `10${power(at)}` : "1"]), label: "error" });
  const parts = [];
  for (const each of ["double", "single"])
    for (const kind of ["forward", "central"]) {
      const active = kind === scheme && each === precision;
      const colour = each === "double" ? 1 : 2;
      const points = curve(kind, each).map((at) => [X(at.step), Y(Math.min(1, Math.max(1e-13, at.error)))]);
      parts.push(`<g opacity="${active ? 1 : 0.45}">${line(points, colour, { width: active ? 2.6 : 1.6, dashes: kind === "forward" ? "6 4" : "" })}</g>`);
    }
  const key = [[1, "", "double"], [2, "", "single"], ["fg", "6 4", "forward"]].map(([colour, dashes, words], at) => {
    const left = width - 264 + at * 88;
    return line([[left, 10], [left + 20, 10]], colour, { dashes, width: 2.2 }) + text(left + 25, 14.5, words);
  });
  if (error) parts.push(dot([X(step), Y(Math.min(1, Math.max(1e-13, error)))], precision === "double" ? 1 : 2, 6));
  return svg + parts.join("") + key.join("");
}

export const point = (_, { x, width }) => ({ power: -15 + ((x * width - 52) / (width - 64)) * 14 });
