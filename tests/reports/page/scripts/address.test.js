import assert from "node:assert/strict";
import { test } from "node:test";
import { fragmentOf, loadFragment } from "../../../../reports/page/scripts/address.js";
import { LevelFilters } from "../../../../reports/page/scripts/filters/level_filters.js";
import { Roles } from "../../../../reports/page/scripts/filters/roles.js";
import { study } from "./sample.js";

function parts() {
  const made = study();
  return [new LevelFilters(made), new Roles(made)];
}

test("a page as it opens has an empty fragment", () => {
  assert.equal(fragmentOf(null, parts()), "");
});

test("a fragment gives another page the same state", () => {
  const [filters, roles] = parts();
  filters.toggle("model.activation", 0, false);
  roles.give("colour", "model.depth");
  const fragment = fragmentOf("results", [filters, roles]);
  const [others, theirs] = parts();
  assert.equal(loadFragment(`#${fragment}`, [others, theirs]), "results");
  assert.deepEqual([others.shown, theirs.paths], [filters.shown, roles.paths]);
});

test("an unknown fragment leaves the page as it opens", () => {
  const fresh = parts();
  assert.equal(loadFragment("#%E0%A4%A&<img>=1&hide", fresh), null);
  assert.equal(fragmentOf(null, fresh), "");
});

test("a section's name alone leads to it", () => {
  assert.equal(loadFragment("#across-tasks", parts()), "across-tasks");
  assert.equal(loadFragment("", parts()), null);
});
