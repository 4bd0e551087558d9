import assert from "node:assert/strict";
import { test } from "node:test";
import { Choices } from "../../../../../reports/page/scripts/figures/choices.js";
import { LevelFilters } from "../../../../../reports/page/scripts/filters/level_filters.js";
import { study } from "../sample.js";

const METRIC = {
  key: "metric",
  label: "metric",
  options: [
    ["a", "accuracy"],
    ["l", "loss $&"],
  ],
  chosen: "a",
};
const DEPTH = {
  key: "model.depth",
  label: "depth",
  options: [
    ["1", "1"],
    ["8", "8"],
  ],
  chosen: "1",
};
const LEGEND = [
  { place: 0, text: "tanh" },
  { place: 1, text: "relu" },
];

function made() {
  const filters = new LevelFilters(study());
  const shown = {
    choosers: [METRIC, DEPTH],
    legend: LEGEND,
    colour: "model.activation",
    title: "{metric} by size",
  };
  return {
    filters,
    shown,
    choices: new Choices({ name: "outcomes", scale: "log" }, shown, filters),
  };
}

test("a list falls back to the first level that filters leave, and comes back", () => {
  const { filters, choices } = made();
  choices.state["model.depth"] = "8";
  filters.toggle("model.depth", 1, false);
  assert.equal(choices.now()["model.depth"], "1");
  filters.clear();
  assert.equal(choices.now()["model.depth"], "8");
});

test("with all levels hidden a list keeps all of them", () => {
  const { filters, choices } = made();
  filters.toggle("model.depth", 0, false);
  filters.toggle("model.depth", 1, false);
  assert.deepEqual(choices.left("model.depth"), ["1", "8"]);
});

test("the title names the chosen option, whatever characters it has", () => {
  const { choices } = made();
  assert.equal(choices.titled(choices.now()), "Accuracy by size");
  choices.state.metric = "l";
  assert.equal(choices.titled(choices.now()), "Loss $& by size");
});

test("the address keeps lists, scale and legend", () => {
  const { choices } = made();
  const params = new URLSearchParams();
  choices.save(params);
  assert.equal(params.toString(), "");
  choices.state.metric = "l";
  choices.rescale();
  choices.toggle(1);
  choices.save(params);
  assert.equal(params.toString(), "outcomes.metric=l&outcomes.y=linear&outcomes.without=relu");
  const other = made().choices;
  other.load(params);
  assert.deepEqual(
    [other.state, other.scale, other.hidden],
    [choices.state, "linear", new Set([1])],
  );
});

test("what an address names wrongly is passed over", () => {
  const { choices } = made();
  choices.load(new URLSearchParams("outcomes.metric=x&outcomes.y=cubic&outcomes.without=elu"));
  assert.deepEqual([choices.now().metric, choices.scale, choices.hidden.size], ["a", "log", 0]);
});

test("lists that stay keep what was chosen; another colour shows all of its levels", () => {
  const { choices, shown } = made();
  choices.state.metric = "l";
  choices.toggle(0);
  assert.ok(!choices.regroup({ ...shown }));
  assert.ok(choices.regroup({ ...shown, choosers: [METRIC], colour: "model.depth" }));
  assert.equal(choices.now().metric, "l");
  assert.equal(choices.hidden.size, 0);
});
