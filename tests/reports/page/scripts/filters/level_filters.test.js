import assert from "node:assert/strict";
import { test } from "node:test";
import { LevelFilters } from "../../../../../reports/page/scripts/filters/level_filters.js";
import { study } from "../sample.js";

const saved = (filters) => {
  const params = new URLSearchParams();
  filters.save(params);
  return params;
};

test("a hidden level hides its variants, and a second click shows them", () => {
  const filters = new LevelFilters(study());
  filters.toggle("model.activation", 1, false);
  assert.deepEqual(filters.shown, [true, true, false, false]);
  assert.deepEqual(filters.left("model.activation"), ["tanh"]);
  assert.equal(filters.count, 2);
  filters.toggle("model.activation", 1, false);
  assert.ok(filters.all);
});

test("one level alone hides all others of its factor", () => {
  const filters = new LevelFilters(study());
  filters.toggle("model.depth", 0, false);
  filters.toggle("model.depth", 0, true);
  assert.deepEqual(filters.shown, [true, false, true, false]);
  filters.clear();
  assert.ok(filters.all);
});

test("a path that is no factor has no levels left to speak of", () => {
  const filters = new LevelFilters(study());
  assert.equal(filters.left("metric"), null);
  assert.equal(filters.left(null), null);
});

test("the address keeps what is hidden and nothing else", () => {
  const filters = new LevelFilters(study());
  assert.equal(saved(filters).toString(), "");
  filters.toggle("model.depth", 1, false);
  const other = new LevelFilters(study());
  other.toggle("model.activation", 0, false); // forgotten as it loads
  other.load(saved(filters));
  assert.deepEqual(other.shown, filters.shown);
});

test("what an address names wrongly is passed over", () => {
  const filters = new LevelFilters(study());
  filters.load(new URLSearchParams("hide=model.depth=9&hide=nonsense&hide=&hide=model.depth"));
  assert.ok(filters.all);
});

test("a trace keeps the points of variants that are shown", () => {
  const filters = new LevelFilters(study());
  const points = {
    x: [1, 2, 3],
    y: [4, 5, 6],
    meta: { variants: [0, 2, 1], replicates: [0, 1, 2] },
  };
  assert.equal(filters.kept(points), points);
  filters.toggle("model.activation", 1, false);
  const kept = filters.kept(points);
  assert.deepEqual(
    [kept.x, kept.y],
    [
      [1, 3],
      [4, 6],
    ],
  );
  assert.deepEqual(kept.meta, { variants: [0, 1], replicates: [0, 2] });
  assert.equal(filters.kept({ x: [1], y: [1], meta: { variant: 3 } }), null);
  const theory = { x: [1], y: [1] };
  assert.equal(filters.kept(theory), theory);
});
