import assert from "node:assert/strict";
import { test } from "node:test";
import {
  filtersText,
  morePanels,
  replicateText,
  rowsText,
  statusText,
  valueText,
} from "../../../../reports/page/scripts/text.js";

const trials = {
  status: ["completed", "missing", "failed", "completed"],
  epochs: [20, null, 1, 9],
  final: [20, null, null, 6],
  wall_s: [0.1234, null, 2, 3],
  replicate: [0, 1, 2, 3],
  point: [null, 5, 5, null],
  tuning: [null, 0, 1, null],
};

test("the status of a trial", () => {
  assert.equal(statusText(trials, 0), "completed after 20 epochs in 0.12 s");
  assert.equal(statusText(trials, 1), "not trained yet");
  assert.equal(statusText(trials, 2), "failed after 1 epoch in 2.0 s");
  assert.equal(statusText(trials, 3), "completed after 9 epochs in 3.0 s, result of epoch 6");
});

test("a trial of the tuning is named by study and point", () => {
  assert.equal(replicateText(trials, 0), "replicate 0");
  assert.equal(replicateText(trials, 2), "tuning study 1, tuning point 5, replicate 2");
  const one = { ...trials, tuning: [null, 0, 0, null] };
  assert.equal(replicateText(one, 2), "tuning point 5, replicate 2");
});

test("values, counts and plurals", () => {
  assert.equal(valueText(0.98765, "share"), "98.8 %");
  assert.equal(valueText(1234.567, ""), "1235");
  assert.equal(valueText(null, "share"), "–");
  assert.equal(valueText(Math.log(1.2), "factor"), "×1.2");
  assert.equal(valueText(-Math.log(117.6), "factor"), "÷118");
  assert.equal(filtersText(36, 1048).slice(0, 33), "showing 36 of 1,048 variants; sen");
  assert.equal(rowsText(100, 20, 120), "rows 101 to 120 of 120");
  assert.equal(morePanels(1), "1 more panel");
});
