import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeDots } from "../../../../../reports/page/scripts/figures/dot_paths.js";
import { logStep, rescaled } from "../../../../../reports/page/scripts/figures/log_axis.js";
import { mergeLayouts } from "../../../../../reports/page/scripts/figures/merge_layouts.js";

test("a logarithmic axis spans the positive values of lines, in powers of ten", () => {
  const panels = [{ data: [{ y: [0.01, null, 0, -1, 100] }, { y: [1e-9], fill: "toself" }] }];
  const { yaxis } = rescaled(panels, "log")({ yaxis: { title: "kept" } });
  assert.deepEqual(
    yaxis.range.map((each) => Math.round(each * 100) / 100),
    [-2.2, 2.2],
  );
  assert.equal(yaxis.title, "kept");
});

test("a linear axis begins at nought and ends where the logarithmic one did", () => {
  const { yaxis } = rescaled([], "linear")({ yaxis: { type: "log", range: [-1, 2] } });
  assert.deepEqual([yaxis.type, yaxis.range], ["linear", [0, 100]]);
});

test("without a positive value there is no range", () => {
  assert.equal(rescaled([{ data: [{ y: [0] }] }], "log")({ yaxis: {} }).yaxis.range, undefined);
});

test("labels are at powers of ten, or at 1, 2 and 5 within a decade", () => {
  assert.equal(logStep([0, 1]), "D2");
  assert.equal(logStep([-6, 6]), 2);
});

test("panels that are seen together share their range", () => {
  const layout = (range) => ({ xaxis: { range: [0, 1] }, yaxis: { range } });
  const merged = mergeLayouts([layout([0, 1])], [layout([0, 1]), layout([-1, 0.5])], false);
  assert.deepEqual(merged.yaxis.range, [-1, 1]);
  assert.deepEqual(merged.xaxis.range, [0, 1]);
});

test("each line and label is drawn once", () => {
  const mark = { y0: 1, xref: "paper" };
  const layout = { xaxis: {}, yaxis: {}, shapes: [mark], annotations: [] };
  const merged = mergeLayouts([layout, layout], [layout], true);
  assert.deepEqual(merged.shapes, [mark]);
  assert.equal(merged.annotations, undefined);
});

test("hundreds of dots of a colour become one path; few stay dots", () => {
  const dots = (count) => ({
    mode: "markers",
    marker: { size: 5, color: "#112233", opacity: 0.5 },
    x: Array(count).fill(1),
    y: [null, ...Array(count - 1).fill(2)],
  });
  const few = { data: [dots(10)], layout: {} };
  assert.deepEqual(mergeDots(few), few);
  const many = mergeDots({ data: [dots(301)], layout: {} });
  assert.equal(many.data[0].mode, "none");
  assert.equal(many.layout.shapes[0].path, "M1,2L1,2".repeat(300));
});
