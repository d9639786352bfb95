// Two dropout layers in a row: the four cases of one element, and a draw of both masks.

import { area, digits, line, outline, text } from "./plot.js";
import { nextSeed, seedControl, uniforms } from "./random.js";

const CHANNELS = 6, SIDE = 5;

export const caption = "Left, the cases of one element, each as large as it is probable: what is dropped is both strips, the corner " +
  "counted once. Right, a draw for six channels. A mask for each channel drops pixels together, which no rate shows.";

export const controls = [
  { name: "first", label: "First rate p₁", min: 0, max: 0.95, step: 0.05, value: 0.1 },
  { name: "second", label: "Second rate p₂", min: 0, max: 0.95, step: 0.05, value: 0.2 },
  { name: "kind", label: "A mask for each", options: { element: "element (nn.Dropout)", channel: "channel (nn.Dropout2d)" }, value: "element" },
  seedControl,
];

export const actions = { "Draw again": nextSeed };

export function compute({ first, second, kind }) {
  const kept = (1 - first) * (1 - second);
  const rate = 1 - kept;
  return {
    kept,
    onlyFirst: first * (1 - second),
    onlySecond: (1 - first) * second,
    both: first * second,
    rate,
    scale: 1 / kept,
    pair: kind === "element" ? rate * rate : rate,
  };
}

// Which layers drop each pixel of each channel: 1 the first, 2 the second, 3 both.
export function sample({ first, second, kind, seed }) {
  const uniform = uniforms(seed);
  const drop = () => (uniform() < first ? 1 : 0) + (uniform() < second ? 2 : 0);
  return Array.from({ length: CHANNELS }, () => {
    const whole = drop();
    return Array.from({ length: SIDE * SIDE }, () => (kind === "channel" ? whole : drop()));
  });
}

export function tell({ rate, scale, pair }, settings) {
  const drawn = sample(settings).flat();
  const dropped = drawn.filter(Boolean).length;
  return `As one layer: rate ${digits(rate)}, scale ${digits(scale)}. Two pixels of a channel are both dropped with probability ` +
    `${digits(pair)}. Dropped in this draw: ${dropped} of ${drawn.length}.`;
}

const LOOKS = [[1, "kept"], [3, "first drops"], [2, "second drops"], ["fg", "both drop"]];

export function draw(result, settings, { width, height }) {
  const { first, second } = settings;
  const side = Math.min(height - (width < 480 ? 80 : 58), width * 0.45);
  const [left, top] = [26, 8];
  const [X, Y] = [(share) => left + share * side, (share) => top + (1 - share) * side];
  const box = (x, y, w, h, kind) => area(X(x), Y(y + h), w * side, h * side, LOOKS[kind][0], 0.85);
  const parts = [
    box(first, second, 1 - first, 1 - second, 0), box(0, second, first, 1 - second, 1), box(first, 0, 1 - first, second, 2), box(0, 0, first, second, 3),
    line([[X(first), Y(0)], [X(first), Y(1)]], "bg", { width: 1.5 }), line([[X(0), Y(second)], [X(1), Y(second)]], "bg", { width: 1.5 }),
    outline(left, top, side, side), text(left + side / 2, top + side + 18, "first layer", { anchor: "middle" }),
    text(14, top + side / 2, "second layer", { anchor: "middle", turn: -90 }),
  ];
  const place = { left: left + side + 22, width: width - left - side - 26 };
  const cell = Math.min(place.width / (3 * SIDE + 2), side / (2 * SIDE + 1));
  sample(settings).forEach((pixels, channel) => pixels.forEach((kind, at) => {
    const x = place.left + ((channel % 3) * (SIDE + 1) + (at % SIDE)) * cell;
    const y = top + (Math.floor(channel / 3) * (SIDE + 1) + Math.floor(at / SIDE)) * cell;
    parts.push(area(x, y, cell - 1, cell - 1, LOOKS[kind][0], kind ? 0.85 : 0.3));
  }));
  const room = width < 480 ? width / 2 : width / 4;
  LOOKS.forEach(([colour, said], at) => {
    const x = (at % Math.round(width / room)) * room + 4, y = height - (width < 480 ? 36 : 16) + Math.floor((at * room) / width + 1e-9) * 20;
    parts.push(area(x, y, 12, 12, colour, 0.85), text(x + 18, y + 11, said));
  });
  return parts.join("");
}
