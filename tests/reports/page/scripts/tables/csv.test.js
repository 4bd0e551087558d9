import assert from "node:assert/strict";
import { test } from "node:test";
import { csvFile, csvText } from "../../../../../reports/page/scripts/tables/csv.js";

test("fields are quoted where they must be", () => {
  assert.equal(csvText([["a,b", 'say "x"', "c"]]), '"a,b","say ""x""",c\r\n');
});

test("a minus sign is one that spreadsheets read; a dash is an empty field", () => {
  assert.equal(csvText([["−0.5 %", "–", " two\n lines "]]), "-0.5 %,,two lines\r\n");
});

test("no text is taken for a formula", () => {
  assert.equal(csvText([["=1+1", "@x"]]), "'=1+1,'@x\r\n");
});

test("a file has the names of study and table", () => {
  assert.equal(
    csvFile("memory", "Final accuracy, test: every variant"),
    "memory_final_accuracy.csv",
  );
});
