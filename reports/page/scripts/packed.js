"use strict";
// Reads what reports/page/packed.py has packed: in its time, as the browser inflates; or Now, to print.
const packs = (() => {
  function bytesOf(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }

  async function inflated(base64) {
    const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  // Byte planes → numbers.
  function numbers(planes) {
    const count = planes.length / 4;
    const bytes = new Uint8Array(planes.length);
    for (let plane = 0; plane < 4; plane++) {
      for (let i = 0; i < count; i++) bytes[4 * i + plane] = planes[plane * count + i];
    }
    return new Float32Array(bytes.buffer);
  }

  function parted(bytes) {
    const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
    const tree = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end)));
    return { tree, all: numbers(bytes.subarray(end)) };
  }

  // Plain arrays with null for what is not known, as JSON has it: they are filtered and joined.
  const list = (all, [start, count]) => Array.from(all.subarray(start, start + count), (x) => (x === x ? x : null));

  // The tree with its lists of numbers in their places.
  function filled(value, all) {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((each) => filled(each, all));
    if (value.$) return list(all, value.$);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, all)]));
  }

  async function unpacked(base64) {
    const { tree, all } = parted(await inflated(base64));
    return filled(tree, all);
  }

  const entries = async (base64) => entriesOf(await inflated(base64));
  const entriesNow = (base64) => entriesOf(inflatedNow(bytesOf(base64)));

  // A list of which each entry is put together when it is asked for: place → entry.
  function entriesOf(bytes) {
    const { tree, all } = parted(bytes);
    const made = [];
    return (place) => (made[place] ??= filled(tree[place], all));
  }

  const text = async (base64) => new TextDecoder().decode(await inflated(base64));

  // A library that stands in the page deflated. The page's policy knows the digest of its text.
  const run = async (base64) => start(await text(base64));
  const runNow = (base64) => start(new TextDecoder().decode(inflatedNow(bytesOf(base64))));

  let started = false;

  function start(source) {
    if (started) return;
    started = true;
    const script = document.createElement("script");
    script.textContent = source;
    document.head.append(script);
  }

  // Figures whose data lie in files beside the page; each calls `packs.arrived` when it is loaded.
  const waiting = new Map();

  function beside(name, file) {
    return new Promise((resolve, reject) => {
      waiting.set(name, resolve);
      const script = document.createElement("script");
      script.src = file;
      script.addEventListener("error", () => reject(new Error(`${file} is not beside this page.`)));
      document.head.append(script);
    });
  }

  return { unpacked, entries, entriesNow, text, run, runNow, beside, arrived: (name, base64) => waiting.get(name)(base64) };
})();
