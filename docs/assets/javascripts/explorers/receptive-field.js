// Which input pixels a unit of a stack of layers sees, along an axis: exactly, with holes and borders.
//
// A stack is written as its layers, joined by "_": kernel, stride, dilation and padding of a convolution as 3.1.1.1, of a
// pooling as m2.2.1.0, and b2 for a residual block of two 3 × 3 convolutions of which the first has stride 2.

import { area, line, outline, text } from "./plot.js";

const repeated = (layers, times) => Array(times).fill(layers).join("_");
const C3 = "3.1.1.1", POOL = "m2.2.1.0";

export const NETS = {
  course: { words: "Question 3", stack: "3.1.1.1_m2.2.1.0_5.2.1.2_m2.2.1.0_7.1.2.3", pixels: 256, unit: 0 },
  vgg16: { words: "VGG-16", stack: [2, 2, 3, 3, 3].map((many) => `${repeated(C3, many)}_${POOL}`).join("_"), pixels: 224, unit: 3 },
  resnet18: { words: "ResNet-18", stack: "7.2.1.3_m3.2.1.1_b1_b1_b2_b1_b2_b1_b2_b1", pixels: 224, unit: 3 },
  wide: { words: "Dilations 1, 2, 4, 8", stack: "3.1.1.1_3.1.2.2_3.1.4.4_3.1.8.8", pixels: 64, unit: 20 },
  holes: { words: "Dilations 2, 2, 2", stack: "3.1.2.2_3.1.2.2_3.1.2.2", pixels: 32, unit: 16 },
};
const PARTS = { kernel: "k", stride: "s", dilation: "d", padding: "p" };
const MOST_LAYERS = 24, MOST_PIXELS = 256;

export const caption = "Pick a layer and one of its units, or point at a unit. Filled is what it sees: layer by layer down to the " +
  "input, and as pixels of the square image. The hollow bar is the field by the rule: what of it is not filled is a hole, or " +
  "lies in the padding.";

export function parse(stack) {
  return stack.split("_").map((written) => {
    if (written[0] === "b") return { block: true, k: 3, s: Number(written.slice(1)), d: 1, p: 1 };
    const [k, s, d, p] = written.replace("m", "").split(".").map(Number);
    return { pool: written[0] === "m", k, s, d, p };
  });
}

const write = (layers) => layers.map(({ block, pool, k, s, d, p }) => (block ? `b${s}` : `${pool ? "m" : ""}${[k, s, d, p].join(".")}`)).join("_");

function accepts(stack) {
  if (typeof stack !== "string" || !/^(b[12]|m?\d+(\.\d+){3})(_(b[12]|m?\d+(\.\d+){3}))*$/.test(stack)) return false;
  const layers = parse(stack);
  return layers.length <= MOST_LAYERS &&
    layers.every(({ pool, k, s, d, p }) => k >= 1 && k <= 11 && s >= 1 && s <= 4 && d >= 1 && d <= 8 && p <= (pool ? k >> 1 : 12));
}

const stackOf = ({ net, stack }) => (net in NETS ? NETS[net].stack : stack);
const chosen = (settings) => parse(stackOf(settings))[settings.layer] ?? parse(stackOf(settings))[0];
const fixed = (settings) => Boolean(chosen(settings).block);
const edited = (name, label, min, max) => ({ name, label, min, max, step: 1, value: min, disabled: fixed });
const nets = Object.fromEntries(Object.entries(NETS).map(([name, { words }]) => [name, words]));
const layersOf = (settings) => Object.fromEntries(parse(stackOf(settings)).map((layer, at) => [at, `${at + 1}: ${wordsOf(layer)}`]));
const lastUnit = (settings) => Math.max(0, (lengths(parse(stackOf(settings)), settings.pixels)[Number(settings.layer) + 1] ?? 1) - 1);

export const controls = [
  { name: "net", label: "Network", options: { ...nets, own: "Your own" }, value: "course" },
  { name: "stack", hidden: true, accepts, value: NETS.course.stack },
  { name: "layer", label: "Layer", value: 4, options: layersOf },
  { name: "pixels", label: "Input pixels", min: 8, max: MOST_PIXELS, step: 1, value: NETS.course.pixels },
  { name: "unit", label: "Unit", min: 0, step: 1, value: 0, max: lastUnit },
  edited("kernel", "Kernel", 1, 11),
  edited("stride", "Stride", 1, 4),
  edited("dilation", "Dilation", 1, 8),
  edited("padding", "Padding", 0, (settings) => (chosen(settings).pool ? chosen(settings).k >> 1 : 12)),
];

// Makes network, stack and the numbers of the chosen layer fit one another.
export function settle(settings, changed) {
  const { net } = settings;
  if (changed in PARTS) {
    const layers = parse(settings.stack);
    const layer = layers[settings.layer];
    layer[PARTS[changed]] = settings[changed];
    if (layer.pool) layer.p = Math.min(layer.p, layer.k >> 1);
    return { stack: write(layers), net: "own", padding: layer.p };
  }
  const fresh = { stack: stackOf(settings) };
  if (changed === "net" && net !== "own") Object.assign(fresh, { pixels: NETS[net].pixels, unit: NETS[net].unit, layer: String(parse(fresh.stack).length - 1) });
  const layer = chosen({ ...settings, ...fresh });
  return { ...fresh, ...Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [name, layer[part]])) };
}

export const actions = {
  "Add a layer": ({ stack, layer }) => {
    const layers = stack.split("_");
    if (layers.length === MOST_LAYERS) return {};
    return { stack: layers.toSpliced(Number(layer) + 1, 0, C3).join("_"), net: "own", layer: Number(layer) + 1 };
  },
  "Remove the layer": ({ stack, layer }) => {
    const layers = stack.split("_");
    return layers.length === 1 ? {} : { stack: layers.toSpliced(Number(layer), 1).join("_"), net: "own", layer: Math.max(0, layer - 1) };
  },
};

const after = (n, { k, s, d, p }) => Math.floor((n + 2 * p - d * (k - 1) - 1) / s) + 1;

// How many positions the input has, and each layer's output; as far as there are any.
function lengths(layers, pixels) {
  const found = [pixels];
  for (const layer of layers) {
    const next = after(found.at(-1), layer);
    if (next < 1) break;
    found.push(next);
  }
  return found;
}

// The positions below that some of these positions read, within the image.
function below(positions, { k, s, d, p }, n) {
  const read = new Set();
  for (const at of positions)
    for (let tap = 0; tap < k; tap++) {
      const place = at * s - p + tap * d;
      if (place >= 0 && place < n) read.add(place);
    }
  return read;
}

function belowAny(positions, layer, n) {
  if (!layer.block) return below(positions, layer, n);
  const first = { k: 3, s: layer.s, d: 1, p: 1 };
  const main = below(below(positions, { ...first, s: 1 }, after(n, first)), first, n);
  return new Set([...main, ...below(positions, { k: 1, s: layer.s, d: 1, p: 0 }, n)]);
}

export function compute({ stack, layer, unit, pixels }) {
  const layers = parse(stack).slice(0, Number(layer) + 1);
  const sizes = lengths(layers, pixels);
  if (sizes.length <= layers.length) return { missing: sizes.length, got: sizes.at(-1) };
  const rules = [{ size: 1, stride: 1, start: 0 }];
  for (const { block, k, s, d, p } of layers) {
    let { size, stride, start } = rules.at(-1);
    for (const [kernel, step] of block ? [[3, s], [3, 1]] : [[k, s]]) {
      size += d * (kernel - 1) * stride;
      start -= p * stride;
      stride *= step;
    }
    rules.push({ size, stride, start });
  }
  const seen = [[unit]];
  for (let at = layers.length - 1; at >= 0; at--)
    seen.unshift([...belowAny(seen[0], layers[at], sizes[at])].sort((a, b) => a - b));
  const { size, stride, start } = rules.at(-1);
  const first = start + stride * unit;
  return { size, stride, start, sizes, rules, seen, pixels: seen[0], rule: [first, first + size - 1] };
}

export function tell(result, { unit, layer, pixels }) {
  if (result.missing) return `Layer ${result.missing} cannot be: ${result.got} positions are too few for its kernel.`;
  const { size, stride, rule, pixels: seen } = result;
  const written = (number) => String(number).replace("-", "−");
  const begin = `Unit ${unit} of layer ${Number(layer) + 1} has a field of ${size}, from ${written(rule[0])} to ${written(rule[1])}; neighbours lie ${stride} apart. `;
  if (!seen.length) return `${begin}All of it lies in padding: it sees nothing.`;
  const span = seen.at(-1) - seen[0] + 1;
  const holes = span - seen.length;
  return `${begin}In the image it sees ${seen[0]} to ${seen.at(-1)}: ${seen.length} of ${pixels} pixels along the axis` +
    `${holes ? `, with ${holes} left out between them` : ""}.`;
}

function wordsOf({ block, pool, k, s, d }) {
  const strided = s > 1 ? `/${s}` : "";
  if (block) return `block${strided}`;
  return `${pool ? "pool" : "conv"} ${k}×${k}${strided}${d > 1 ? ` dil. ${d}` : ""}`;
}

// Where things stand: rows of positions, the input lowest, and beside or below them the image.
function plan({ rules, sizes, rule }, { width, height }) {
  const beside = width > 480;
  const side = beside ? Math.min(height - 40, width * 0.34) : Math.min(width * 0.42, height * 0.36);
  const [left, right] = [122, (beside ? width - side - 24 : width) - 6];
  const bottom = beside ? height - 22 : height - side - 34;
  const least = Math.max(Math.min(0, rule[0]), -sizes[0] / 2);
  const most = Math.min(Math.max(sizes[0], rule[1] + 1), sizes[0] * 1.5);
  const X = (pixel) => left + ((pixel - least) / (most - least)) * (right - left);
  const high = (bottom - 2) / rules.length;
  const rows = rules.map(({ size, stride, start }, at) => ({
    top: bottom - (at + 1) * high, high, stride, origin: start + (size - 1) / 2 + 0.5 - stride / 2, many: sizes[at],
  }));
  const corner = beside ? [width - side - 4, (bottom - side) / 2] : [left, bottom + 26];
  return { X, rows, side, corner, bottom };
}

function runs(positions) {
  const found = [];
  for (const at of positions) {
    if (found.at(-1)?.[1] === at) found.at(-1)[1] = at + 1;
    else found.push([at, at + 1]);
  }
  return found;
}

export function draw(result, { stack }, size) {
  if (result.missing) return text(size.width / 2, size.height / 2, "No such layer", { anchor: "middle" });
  const layers = parse(stack);
  const { X, rows, side, corner, bottom } = plan(result, size);
  const parts = [];
  rows.forEach(({ top, high, stride, origin, many }, at) => {
    const [y, thick] = [top + high * 0.18, high * 0.64];
    const left = X(origin), right = X(origin + many * stride), cell = X(stride) - X(0);
    parts.push(outline(left, y, right - left, thick));
    if (cell > 5) for (let i = 1; i < many; i++) parts.push(line([[left + i * cell, y], [left + i * cell, y + thick]], "muted", { width: 0.4 }));
    for (const [from, to] of runs(result.seen[at]))
      parts.push(area(left + from * cell, y, Math.max((to - from) * cell, 1.2), thick, at === rows.length - 1 ? 2 : 1));
    parts.push(text(116, y + thick / 2 + 4.5, at ? wordsOf(layers[at - 1]) : "input", { anchor: "end" }));
  });
  const { top, high } = rows[0];
  parts.push(outline(X(result.rule[0]), top + high * 0.06, X(result.rule[1] + 1) - X(result.rule[0]), high * 0.88, "fg"));
  parts.push(text(X(0), bottom + 16, "0"), text(X(result.sizes[0]), bottom + 16, result.sizes[0] - 1, { anchor: "end" }));
  const scale = side / result.sizes[0];
  const strips = runs(result.pixels);
  const cells = strips.flatMap(([a, b]) => strips.map(([c, d]) =>
    `M${(corner[0] + c * scale).toFixed(1)} ${(corner[1] + a * scale).toFixed(1)}h${((d - c) * scale).toFixed(1)}v${((b - a) * scale).toFixed(1)}h${((c - d) * scale).toFixed(1)}z`));
  parts.push(`<path d="${cells.join("")}" fill="var(--fig-1)"/>`, outline(...corner, side, side));
  return parts.join("");
}

export function point(settings, { x, y, width, height }) {
  const result = compute(settings);
  if (result.missing) return undefined;
  const { X, rows } = plan(result, { width, height });
  const at = rows.findIndex(({ top, high }) => y * height >= top && y * height < top + high);
  if (at < 1) return undefined;
  const { origin, stride } = rows[at];
  const unit = Math.floor((x * width - X(origin)) / (X(stride) - X(0)));
  return { layer: at - 1, unit };
}
