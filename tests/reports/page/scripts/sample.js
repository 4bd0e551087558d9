// A study of two crossed factors for the tests: four variants, in the order of their levels.

import { Study } from "../../../../reports/page/scripts/study.js";

const LOOKS = [
  { light: "#112233", dark: "#aabbcc", symbol: "circle", dash: "solid", path: "", dasharray: "" },
  { light: "#445566", dark: "#ddeeff", symbol: "square", dash: "dash", path: "", dasharray: "" },
];

function factor(path, name, levels, is_scale) {
  const names = levels.map((level) => `${name} ${level}`);
  return { path, name, levels, names, ticks: levels, is_scale, start: levels[0] };
}

/** @param {object} [changes] of what Python writes */
export function study(changes = {}) {
  return new Study({
    study: "sample",
    factors: [
      factor("model.activation", "activation", ["tanh", "relu"], false),
      factor("model.depth", "depth", ["1", "8"], true),
    ],
    variants: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    roles: { colour: "model.activation", x: "model.depth", columns: null, rows: null },
    is_crossed: true,
    replicates: 3,
    looks: LOOKS,
    ...changes,
  });
}
