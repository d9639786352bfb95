// Numbers that are random for a reader, and the same for the same seed: a 32-bit generator (mulberry32).

export function uniforms(seed) {
  let state = Number(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Standard normal, as Box and Muller draw them.
export function normals(seed) {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

const MOST = 999_999;

// A seed that a reader can hand on, and a button that takes the next one.
export const seedControl = { name: "seed", hidden: true, value: 1, accepts: (seed) => Number.isInteger(Number(seed)) && seed > 0 && seed <= MOST };
export const nextSeed = ({ seed }) => ({ seed: (Number(seed) % MOST) + 1 });
