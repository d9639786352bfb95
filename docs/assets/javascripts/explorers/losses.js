// L2 and cross-entropy of a probability that a sigmoid makes of a logit: value and slope.

import { axes, digits, dot, line, text } from "./plot.js";

const LARGEST = 8;

export const caption = "Move the logit to the wrong side. The loss under L2 goes flat there and pulls no more; cross-entropy " +
  "pulls with nearly its full strength, however wrong the logit is.";

export const controls = [
  { name: "z", label: "Logit z", min: -LARGEST, max: LARGEST, step: 0.1, value: -4.6 },
  { name: "y", label: "Label y", options: { 1: "1", 0: "0" }, value: 1 },
];

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

export function compute({ z, y }) {
  const [logit, label] = [Number(z), Number(y)];
  const p = sigmoid(logit);
  return {
    p,
    squared: (p - label) ** 2,
    squaredSlope: 2 * (p - label) * p * sigmoid(-logit),
    entropy: label * softplus(-logit) + (1 - label) * softplus(logit),
    entropySlope: p - label,
  };
}

export function tell({ p, squared, squaredSlope, entropy, entropySlope }) {
  const times = entropySlope / squaredSlope;
  return `The sigmoid makes a probability of ${digits(p)}. L2: loss ${digits(squared)}, slope ${digits(squaredSlope)}. ` +
    `Cross-entropy: loss ${digits(entropy)}, slope ${digits(entropySlope)}, ${digits(times)} times as steep.`;
}

export function draw(result, { z, y }, { width, height }) {
  const middle = height / 2;
  const x = { min: -LARGEST, max: LARGEST };
  const ticks = [-8, -4, 0, 4, 8];
  const logits = Array.from({ length: 161 }, (_, at) => -LARGEST + at / 10);
  const panel = (top, bottom, vertical, more, [squared, entropy], label) => {
    const { X, Y, svg } = axes({ left: 34, right: width - 10, top, bottom }, { ...x, ...more }, { ...vertical, label });
    const curve = (name, colour, dashes) => line(logits.map((at) => [X(at), Y(compute({ z: at, y })[name])]), colour, { dashes, width: 2.4 });
    return svg + line([[X(z), top], [X(z), bottom]], "muted", { width: 1, dashes: "3 3" }) +
      curve(entropy, 1, "") + curve(squared, 2, "7 4") + dot([X(z), Y(result[entropy])], 1) + dot([X(z), Y(result[squared])], 2);
  };
  const key = [[1, "", "cross-entropy"], [2, "7 4", "L2"]].map(([colour, dashes, words], at) => {
    const left = width - 190 + at * 132;
    return line([[left, 8], [left + 24, 8]], colour, { dashes, width: 2.4 }) + text(left + 29, 12.5, words);
  });
  return key.join("") +
    panel(26, middle - 22, { min: 0, max: 8, ticks: [0, 4, 8] }, { ticks: ticks.map((at) => [at, ""]) }, ["squared", "entropy"], "loss") +
    panel(middle + 16, height - 42, { min: -1, max: 1, ticks: [-1, 0, 1] }, { ticks, label: "logit z" }, ["squaredSlope", "entropySlope"], "slope");
}

export const point = (_, { x, width }) => ({ z: -LARGEST + ((x * width - 34) / (width - 44)) * 2 * LARGEST });
