// How signal and gradient fare through the layers of a random multilayer perceptron: a real one, drawn and run here.

import { axes, clipped, digits, line, power, text } from "./plot.js";
import { nextSeed, normals, seedControl } from "./random.js";

export const WIDTH = 24, SAMPLES = 8, MOST = 50;
const LEAST_POWER = -25, MOST_POWER = 10;

const ACTIVATIONS = {
  sigmoid: { words: "sigmoid", value: (z) => 1 / (1 + Math.exp(-z)), slope: (h) => h * (1 - h) },
  tanh: { words: "tanh", value: Math.tanh, slope: (h) => 1 - h * h },
  relu: { words: "ReLU", value: (z) => Math.max(z, 0), slope: (h) => (h > 0 ? 1 : 0) },
};

export const caption = "From the last layer back to the first, every layer multiplies the gradient by about the same factor: on this " +
  "scale, a straight line. Only a narrow range of gains keeps it level, and where it lies depends on the activation.";

export const controls = [
  { name: "activation", label: "Activation", options: Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, { words }]) => [name, words])), value: "tanh" },
  { name: "depth", label: "Hidden layers", min: 2, max: MOST, step: 1, value: 25 },
  { name: "gain", label: "Gain", min: 0.1, max: 4, step: 0.05, value: 0.6, say: (gain) => `${gain} / √n` },
  seedControl,
];

export const actions = { "Draw new weights": nextSeed };

const drawn = new Map();

// The inputs and the weights of as many layers as there may be, with gain 1; rows are inputs of a layer.
export function draws(seed) {
  if (!drawn.has(seed)) {
    const next = normals(seed);
    const many = (count, scale) => Float64Array.from({ length: count }, () => scale * next());
    const layers = Array.from({ length: MOST }, () => many(WIDTH * WIDTH, 1 / Math.sqrt(WIDTH)));
    drawn.clear();
    drawn.set(seed, { inputs: many(SAMPLES * WIDTH, 1), layers, output: many(WIDTH, 1 / Math.sqrt(WIDTH)) });
  }
  return drawn.get(seed);
}

// Root mean square over units and samples.
const size = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

function spread(values) {
  const centred = values.slice();
  for (let unit = 0; unit < WIDTH; unit++) {
    let mean = 0;
    for (let sample = 0; sample < SAMPLES; sample++) mean += values[sample * WIDTH + unit] / SAMPLES;
    for (let sample = 0; sample < SAMPLES; sample++) centred[sample * WIDTH + unit] -= mean;
  }
  return size(centred);
}

// Of each hidden layer, first to last: how far its units are from their means over the samples, and the derivative of
// the output with respect to them.
export function compute({ activation, depth, gain, seed }) {
  const { value, slope } = ACTIVATIONS[activation];
  const { inputs, layers, output } = draws(seed);
  const hidden = [];
  for (let layer = 0; layer < depth; layer++) {
    const [below, weights, h] = [layer ? hidden[layer - 1] : inputs, layers[layer], new Float64Array(SAMPLES * WIDTH)];
    for (let sample = 0; sample < SAMPLES; sample++)
      for (let j = 0; j < WIDTH; j++) {
        let sum = 0;
        for (let i = 0; i < WIDTH; i++) sum += below[sample * WIDTH + i] * weights[i * WIDTH + j];
        h[sample * WIDTH + j] = value(gain * sum);
      }
    hidden.push(h);
  }
  let gradient = Float64Array.from({ length: SAMPLES * WIDTH }, (_, at) => gain * output[at % WIDTH]);
  const gradients = [size(gradient)];
  for (let layer = depth - 1; layer > 0; layer--) {
    const [weights, h, back] = [layers[layer], hidden[layer], new Float64Array(SAMPLES * WIDTH)];
    for (let sample = 0; sample < SAMPLES; sample++)
      for (let j = 0; j < WIDTH; j++) {
        const passed = gain * gradient[sample * WIDTH + j] * slope(h[sample * WIDTH + j]);
        for (let i = 0; i < WIDTH; i++) back[sample * WIDTH + i] += passed * weights[i * WIDTH + j];
      }
    gradient = back;
    gradients.unshift(size(gradient));
  }
  return { signal: hidden.map(spread), gradient: gradients };
}

export function tell({ gradient, signal }, { depth }) {
  const [ratio, kept] = [gradient[0] / gradient.at(-1), signal.at(-1) / signal[0]];
  if (!ratio) return "No gradient comes back to the first hidden layer: on the way a layer has every unit switched off.";
  return `From hidden layer ${depth} back to hidden layer 1 the gradient is multiplied by ${digits(ratio, 2)}: by ` +
    `${digits(ratio ** (1 / (depth - 1)), 2)} a layer. On its way up the signal is multiplied by ${digits(kept, 2)}.`;
}

export function draw({ signal, gradient }, { depth }, { width, height }) {
  const layers = [1, 10, 20, 30, 40, 50].filter((layer) => layer <= depth);
  const box = { left: 46, right: width - 12, top: 26, bottom: height - 42 };
  const { X, Y, svg } = axes(box,
    { min: 1, max: depth, ticks: layers, label: "hidden layer" },
    { min: 10 ** LEAST_POWER, max: 10 ** MOST_POWER, log: true, ticks: [-20, -10, 0, 10].map((at) => [10 ** at, at ? `10${power(at)}` : "1"]) });
  // The logarithm of zero is nowhere.
  const curve = (values, colour, dashes) => line(values.map((value, at) => [X(at + 1), Y(Math.max(value, 1e-300))]), colour, { width: 2.4, dashes });
  const level = line([[X(1), Y(1)], [X(depth), Y(1)]], "muted", { width: 0.8, dashes: "2 4" });
  return svg + clipped(box, level + curve(signal, 6, "3 4") + curve(gradient, 1, "")) +
    line([[46, 10], [70, 10]], 1, { width: 2.4 }) + text(75, 14.5, "gradient") +
    line([[150, 10], [174, 10]], 6, { width: 2.4, dashes: "3 4" }) + text(179, 14.5, "signal");
}
