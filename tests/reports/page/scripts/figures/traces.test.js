import assert from "node:assert/strict";
import { test } from "node:test";
import {
  band,
  escaped,
  merge,
  pick,
  pieces,
  splitByLook,
} from "../../../../../reports/page/scripts/figures/traces.js";
import { study } from "../sample.js";

const MEANS = {
  x: [0, 1],
  y: [0.5, 0.6],
  name: "mean",
  legendgroup: "0",
  hovertemplate: "activation tanh %{y}",
  line: { color: "#112233", dash: "solid" },
  marker: { color: "#112233", symbol: ["circle", "circle-open"] },
  error_y: { array: [0.1, 0.2], color: "#112233" },
  meta: { variants: [0, 1] },
};

test("picked points keep their bars and symbols", () => {
  const picked = pick(MEANS, [1]);
  assert.deepEqual([picked.x, picked.y, picked.error_y.array], [[1], [0.6], [0.2]]);
  assert.deepEqual(picked.marker.symbol, ["circle-open"]);
  assert.ok(!("arrayminus" in picked.error_y)); // plotly would draw half a bar
});

test("what is taken apart is the same when it is joined", () => {
  const { x, y, error_y, meta, marker } = merge([pick(MEANS, [0]), pick(MEANS, [1])]);
  assert.deepEqual(
    { x, y, error_y, meta, marker },
    {
      x: MEANS.x,
      y: MEANS.y,
      error_y: MEANS.error_y,
      meta: MEANS.meta,
      marker: MEANS.marker,
    },
  );
});

test("pieces have the colour, symbol, dash and text of their new level", () => {
  const look = { colour: "model.depth", dashed: true };
  const [first, second] = pieces(study(), MEANS, new Set([0, 1]), look);
  assert.equal(first.line.color, "#112233");
  assert.deepEqual(second.line, { color: "#445566", dash: "dash" });
  assert.deepEqual(second.marker, { color: "#445566", symbol: ["square-open"] });
  assert.equal(second.hovertemplate, "depth 8 %{y}");
  assert.equal(second.legendgroup, "1");
});

test("a trace of one variant is left out of panels of others", () => {
  const line = { ...MEANS, meta: { variant: 2 } };
  assert.deepEqual(
    pieces(study(), line, new Set([0, 1]), { colour: "model.depth", dashed: false }),
    [],
  );
});

test("a trace of many variants becomes one for each level of the colour", () => {
  const split = splitByLook(study(), MEANS, { colour: "model.depth", dashed: true });
  assert.deepEqual(
    split.map(({ x }) => x),
    [[0], [1]],
  );
});

test("a band goes up along x and back below", () => {
  const piece = (x, low, high) => ({
    x: [x, x],
    y: [high, low],
    fill: "toself",
    meta: { variants: [x, x] },
  });
  const { x, y } = band([piece(0, 1, 2), piece(1, 3, 4)]);
  assert.deepEqual(
    [x, y],
    [
      [0, 1, 1, 0],
      [2, 4, 3, 1],
    ],
  );
});

test("markup in names is text", () => {
  assert.equal(escaped(`<b>"&'`), "&lt;b&gt;&quot;&amp;&#x27;");
});
