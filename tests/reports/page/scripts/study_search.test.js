import assert from "node:assert/strict";
import { test } from "node:test";
import {
  differences,
  fragmentOf,
  matches,
  ORDERS,
  studiesOf,
} from "../../../../reports/page/scripts/study_search.js";

const facts = (study, trials, settings) => ({
  study,
  trials,
  settings,
  question: "q",
  finding: "f",
  date: `2026-0${trials}`,
  done: "1 of 1",
});

test("a search asks for all of its words, in any case and order", () => {
  assert.ok(matches("Is it the width?", " WIDTH it "));
  assert.ok(!matches("Is it the width?", "width depth"));
  assert.ok(matches("anything", ""));
});

test("studies are sorted by date and trials downwards, by name upwards", () => {
  const studies = [facts("b", 1, {}), facts("a", 2, {})];
  const sorted = (order) => [...studies].sort(ORDERS[order])[0].study;
  assert.deepEqual(Object.keys(ORDERS).map(sorted), ["a", "a", "a"]);
});

test("settings that two studies share are left out", () => {
  const rows = differences(
    facts("a", 1, { seed: "0", width: "8" }),
    facts("b", 1, { seed: "0", depth: "2" }),
  );
  assert.deepEqual(rows.slice(4), [
    ["width", "8", "–"],
    ["depth", "–", "2"],
  ]);
});

test("the fragment keeps two studies, whatever their names", () => {
  const names = ["a&b=c", "ü"];
  assert.deepEqual(studiesOf(`#${fragmentOf([...names, "third"])}`), names);
  assert.equal(fragmentOf([]), "");
});
