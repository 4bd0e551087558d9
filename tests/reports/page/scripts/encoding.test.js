import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import {
  canDecode,
  decode,
  decodeEntries,
  decodeText,
} from "../../../../reports/page/scripts/encoding.js";

/** As encoding.py lays it out: length of the JSON, JSON, numbers by byte planes. */
function encoded(tree, numbers = []) {
  const json = Buffer.from(JSON.stringify(tree));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  const bytes = new Uint8Array(new Float32Array(numbers).buffer);
  const planes = [0, 1, 2, 3].flatMap((plane) => [...bytes].filter((_, i) => i % 4 === plane));
  return deflateSync(Buffer.concat([size, json, Buffer.from(planes)])).toString("base64");
}

test("lists of numbers return to their places, null for NaN", async () => {
  const tree = { a: { $: [1, 3] }, b: [{ $: [0, 1] }], c: "ü", d: null };
  const expected = { a: [2, null, -4.5], b: [[1]], c: "ü", d: null };
  assert.deepEqual(await decode(encoded(tree, [1, 2, Number.NaN, -4.5])), expected);
});

test("an entry is put together once, when it is asked for", async () => {
  const entry = await decodeEntries(encoded([{ y: { $: [0, 2] } }, 7], [1, 2]));
  assert.deepEqual(entry(0), { y: [1, 2] });
  assert.equal(entry(0), entry(0));
  assert.equal(entry(1), 7);
});

test("text comes back", async () => {
  assert.equal(await decodeText(deflateSync("<tr>ü</tr>").toString("base64")), "<tr>ü</tr>");
});

test("damaged data are an error", async () => {
  await assert.rejects(decode(btoa("not deflated")));
});

test("a browser of today can decode", () => assert.ok(canDecode()));
