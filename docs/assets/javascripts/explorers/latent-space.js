// What a trained decoder makes of a code. The VAE was trained on images of a blob (docs/figures/decoder_of_blobs.py).

import { codes, hidden, hiddenBias, pixels, pixelsBias } from "./decoder.js";
import { area, digits, dot, outline, text } from "./plot.js";
import { nextSeed, normals, seedControl } from "./random.js";

const FARTHEST = 4, SIDE = 6;
// Of a normal distribution in the plane, 95 % lies within.
const RADIUS = Math.sqrt(-2 * Math.log(0.05));

export const caption = "Point at a code, and see what the decoder makes of it. Each ellipse holds most of the codes of one training image. Among " +
  "them a small step moves the blob a little; far from all of them the decoder was hardly ever trained.";

export const controls = [
  { name: "first", label: "First number", min: -FARTHEST, max: FARTHEST, step: 0.05, value: 0, say: (z) => digits(z, 3) },
  { name: "second", label: "Second number", min: -FARTHEST, max: FARTHEST, step: 0.05, value: 0, say: (z) => digits(z, 3) },
  seedControl,
];

export const actions = {
  "Draw from the prior": (settings) => {
    const next = normals(settings.seed);
    return { first: next(), second: next(), ...nextSeed(settings) };
  },
};

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

// The mean of each pixel, row by row.
export function compute({ first, second }) {
  const units = hiddenBias.map((bias, j) => Math.tanh(bias + first * hidden[0][j] + second * hidden[1][j]));
  return { image: pixelsBias.map((bias, j) => sigmoid(units.reduce((sum, unit, i) => sum + unit * pixels[i][j], bias))) };
}

export function tell({ image }, { first, second }) {
  const far = Math.hypot(first, second);
  const most = image.indexOf(Math.max(...image));
  return `The code (${digits(first)}, ${digits(second)}) lies ${digits(far)} from the origin, ` +
    `${far < RADIUS ? "within" : "outside"} the circle that holds 95 % of the prior. The brightest pixel, ${digits(image[most], 2)}, ` +
    `is in row ${Math.floor(most / SIDE) + 1}, column ${(most % SIDE) + 1}.`;
}

function plan({ width, height }) {
  const side = Math.min(height - 28, (width - 24) * 0.58);
  // In whole pixels, or seams show between the cells.
  const small = SIDE * Math.floor(Math.min(width - side - 24, side * 0.66) / SIDE);
  return { side, small, left: 2, top: 2, corner: [Math.round(side) + 22, Math.round((side - small) / 2)] };
}

export function draw({ image }, { first, second }, size) {
  const { side, small, left, top, corner } = plan(size);
  const scale = side / (2 * FARTHEST);
  const [X, Y] = [(z) => left + (z + FARTHEST) * scale, (z) => top + (FARTHEST - z) * scale];
  const ellipse = ([a, b, across, up], colour, dashes = "") =>
    `<ellipse cx="${X(a).toFixed(1)}" cy="${Y(b).toFixed(1)}" rx="${(RADIUS * across * scale).toFixed(1)}" ry="${(RADIUS * up * scale).toFixed(1)}"` +
    ` fill="none" stroke="var(--fig-${colour})" stroke-width="1.3"${dashes && ` stroke-dasharray="${dashes}"`}/>`;
  const cell = small / SIDE;
  return outline(left, top, side, side) + ellipse([0, 0, 1, 1], "fg", "6 4") + codes.map((code) => ellipse(code, 1)).join("") +
    text(X(0), top + side + 18, "the plane of codes", { anchor: "middle" }) + dot([X(first), Y(second)], 2, 7) +
    image.map((value, at) => area(corner[0] + (at % SIDE) * cell, corner[1] + Math.floor(at / SIDE) * cell, cell, cell, 2, value.toFixed(3))).join("") +
    outline(...corner, small, small) + text(corner[0] + small / 2, corner[1] + small + 18, "decoded", { anchor: "middle" });
}

export function point(_, { x, y, width, height }) {
  const { side, left, top } = plan({ width, height });
  const [across, down] = [(x * width - left) / side, (y * height - top) / side];
  if (across < 0 || across > 1 || down < 0 || down > 1) return undefined;
  return { first: (across - 0.5) * 2 * FARTHEST, second: (0.5 - down) * 2 * FARTHEST };
}
