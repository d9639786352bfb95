// Gradient descent with momentum on ½(x² + κy²): v ← μv − η∇f, then add v.

import { axes, clipped, digits, dot, line, text } from "./plot.js";

const SHOWN = 40, LIMIT = 10_000, TOLERANCE = 1e-6;
const START = [-10, 1];

export const caption = "A rate that suits the steep direction is too small for the flat one. Momentum adds up the small steps along the " +
  "floor, while those from wall to wall cancel; with too much of it the path overshoots and circles the minimum.";

export const controls = [
  { name: "power", label: "Learning rate η", min: -3, max: 0.5, step: 0.01, value: Math.log10(2 / 21), say: (power) => digits(10 ** power) },
  { name: "momentum", label: "Momentum μ", min: 0, max: 0.99, step: 0.01, value: 0 },
  { name: "condition", label: "Condition number κ", min: 1, max: 200, step: 1, value: 20 },
];

// The best constant rate without momentum, and the best with it, for curvatures from 1 to κ.
export const bestRate = (condition) => 2 / (1 + condition);
export function bestHeavyBall(condition) {
  const high = Math.sqrt(condition);
  return [4 / (1 + high) ** 2, ((high - 1) / (high + 1)) ** 2];
}

export const actions = {
  "Best without momentum": ({ condition }) => ({ power: Math.log10(bestRate(condition)), momentum: 0 }),
  "Best with momentum": ({ condition }) => {
    const [rate, momentum] = bestHeavyBall(condition);
    return { power: Math.log10(rate), momentum };
  },
};

function step([x, y], [vx, vy], rate, momentum, condition) {
  const v = [momentum * vx - rate * x, momentum * vy - rate * condition * y];
  return [[x + v[0], y + v[1]], v];
}

export function compute({ power, momentum, condition }) {
  const rate = 10 ** power;
  const path = [START];
  let [at, v] = [START, [0, 0]];
  for (let many = 0; many < SHOWN; many++) {
    [at, v] = step(at, v, rate, momentum, condition);
    path.push(at);
  }
  let steps = 0;
  [at, v] = [[1, 1], [0, 0]];
  while (steps <= LIMIT && !(Math.hypot(...at) < TOLERANCE)) {
    [at, v] = step(at, v, rate, momentum, condition);
    steps++;
  }
  return { rate, path, steps: steps <= LIMIT ? steps : null, stable: rate * condition < 2 * (1 + momentum) };
}

export function tell({ steps, stable }, { condition, momentum }) {
  if (!stable) return `It diverges: the rate is not below 2(1 + μ)/κ, which is ${digits((2 * (1 + momentum)) / condition)}.`;
  if (steps === null) return `It converges, but from (1, 1) it is not within 10⁻⁶ of the minimum after ${LIMIT.toLocaleString("en")} steps.`;
  return `It converges: from (1, 1) it takes ${steps.toLocaleString("en")} steps to within 10⁻⁶ of the minimum. ` +
    `The picture shows the first ${SHOWN}, from another start.`;
}

export function draw({ path }, { condition }, { width, height }) {
  const box = { left: 40, right: width - 8, top: 26, bottom: height - 42 };
  const { X, Y, svg } = axes(box, { min: -12, max: 12, ticks: [-10, -5, 0, 5, 10], label: "flat direction" },
    { min: -3.2, max: 3.2, ticks: [-2, 0, 2], label: "steep direction" });
  const turn = Array.from({ length: 73 }, (_, at) => (at / 36) * Math.PI);
  const levels = [4, 24, 60].map((level) => {
    const [a, b] = [Math.sqrt(2 * level), Math.sqrt((2 * level) / condition)];
    return line(turn.map((angle) => [X(a * Math.cos(angle)), Y(b * Math.sin(angle))]), "muted", { width: 0.8 });
  });
  // Far outside there is nothing to be seen, and no number to be written.
  const far = path.findIndex(([x, y]) => !(Math.abs(x) < 1e4 && Math.abs(y) < 1e4));
  const points = path.slice(0, far < 0 ? undefined : far).map(([x, y]) => [X(x), Y(y)]);
  const steps = `${line(points, 1, { width: 1.6 })}${points.map((at) => dot(at, 1, 3.2)).join("")}`;
  return `${clipped(box, levels.join("") + steps)}${svg}${dot(points[0], 2)}${dot([X(0), Y(0)], 3)}` +
    text(points[0][0], points[0][1] - 12, "start", { anchor: "middle" });
}
