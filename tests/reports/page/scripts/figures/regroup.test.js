import assert from "node:assert/strict";
import { test } from "node:test";
import { follows, regrouped } from "../../../../../reports/page/scripts/figures/regroup.js";
import { LevelFilters } from "../../../../../reports/page/scripts/filters/level_filters.js";
import { Roles } from "../../../../../reports/page/scripts/filters/roles.js";
import { study } from "../sample.js";

const means = (variants, colour) => ({
  name: "mean",
  x: variants.map((_, i) => i),
  y: variants.map((variant) => variant / 10),
  legendgroup: String(colour),
  error_y: { array: variants.map(() => 0.1), visible: true },
  meta: { variants },
});

/** Final accuracy by depth: one panel, two colours. */
const SPEC = {
  name: "outcomes",
  title: "Accuracy by depth",
  columns: 1,
  legend_title: "activation",
  legend: [
    { place: 0, text: "tanh" },
    { place: 1, text: "relu" },
  ],
  choosers: [],
  panels: [
    {
      title: "",
      note: "",
      when: {},
      variants: [0, 1, 2, 3],
      part: "",
      short: [[3, "2"]],
      contents: () => ({
        data: [means([0, 1], 0), means([2, 3], 1)],
        layout: { xaxis: { range: [-0.5, 1.5] }, yaxis: { range: [0, 1] } },
      }),
    },
  ],
  scale: "",
  arrangement: {
    panels: ["columns", "rows"],
    along: "levels",
    most: 100,
    dashed: true,
    whole: false,
  },
};

function shownWith(change, spec = SPEC) {
  const made = study();
  const [roles, filters] = [new Roles(made), new LevelFilters(made)];
  change({ roles, filters });
  return regrouped(made, spec, roles, filters);
}

test("with the roles that it came with a figure stays as it is", () => {
  const shown = shownWith(() => {});
  assert.equal(shown.panels, SPEC.panels);
  assert.equal(shown.legendTitle, "activation");
});

test("another colour: every mean keeps its value, x and title follow", () => {
  const shown = shownWith(({ roles }) => roles.give("colour", "model.depth"));
  assert.equal(shown.title, "Accuracy by activation");
  assert.deepEqual(
    shown.legend.map(({ text }) => text),
    ["1", "8"],
  );
  const { data, layout } = shown.panels[0].contents();
  assert.deepEqual(layout.xaxis.ticktext, ["tanh", "relu"]);
  const found = data.flatMap(({ meta, y }) => meta.variants.map((variant, i) => [variant, y[i]]));
  assert.deepEqual(found.sort(), [
    [0, 0],
    [1, 0.1],
    [2, 0.2],
    [3, 0.3],
  ]);
  assert.equal(shown.panels[0].note, "fewer than 3 replicates: depth 8 2");
});

test("a factor that makes panels gives one for each of its levels", () => {
  const shown = shownWith(({ roles }) => {
    roles.give("columns", "model.depth");
  });
  assert.deepEqual(
    shown.panels.map(({ title }) => title),
    ["depth 1", "depth 8"],
  );
  assert.deepEqual(
    shown.panels.map(({ variants }) => variants),
    [
      [0, 2],
      [1, 3],
    ],
  );
});

test("an axis loses the levels that filters hide", () => {
  const shown = shownWith(({ filters }) => filters.toggle("model.depth", 0, false));
  assert.deepEqual(shown.panels[0].contents().layout.xaxis.ticktext, ["8"]);
});

test("a figure without an arrangement does not follow", () => {
  const spec = { ...SPEC, arrangement: null };
  const roles = new Roles(study());
  roles.give("colour", "model.depth");
  assert.ok(!follows(spec, roles));
  assert.equal(
    shownWith(({ roles: own }) => own.give("colour", "model.depth"), spec).panels,
    SPEC.panels,
  );
});
