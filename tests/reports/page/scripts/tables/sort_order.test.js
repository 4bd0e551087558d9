import assert from "node:assert/strict";
import { test } from "node:test";
import { sortedBy } from "../../../../../reports/page/scripts/tables/sort_order.js";

const sorted = (keys, descending = false) => sortedBy(keys, (key) => key, descending);

test("numbers, also as text, are sorted by size", () => {
  assert.deepEqual(sorted(["10", "9", "-1", "1e-3"]), ["-1", "1e-3", "9", "10"]);
  assert.deepEqual(sorted([3, 20, 1], true), [20, 3, 1]);
});

test("texts are sorted as texts", () => {
  assert.deepEqual(sorted(["tanh", "10", "relu"]), ["10", "relu", "tanh"]);
});

test("cells without a value are last in both directions", () => {
  const values = [{ key: undefined }, { key: "2" }, { key: "1" }];
  for (const descending of [false, true]) {
    assert.equal(sortedBy(values, ({ key }) => key, descending).at(-1).key, undefined);
  }
});

test("equal rows keep their order", () => {
  const rows = [
    ["a", 1],
    ["b", 0],
    ["c", 1],
    ["d", 0],
  ];
  const names = (descending) =>
    sortedBy(rows, ([, key]) => key, descending)
      .map(([name]) => name)
      .join("");
  assert.equal(names(false), "bdac");
  assert.equal(names(true), "acbd");
});
