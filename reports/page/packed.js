"use strict";
// Reads what reports/page/packed.py has packed. Everything here is asynchronous, as inflating is.
const packs = (() => {
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

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

  async function unpacked(base64) {
    const bytes = await inflated(base64);
    const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
    const all = numbers(bytes.subarray(end));
    // Plain arrays with null for what is not known, as JSON has it: they are filtered and joined.
    const list = (start, count) => Array.from(all.subarray(start, start + count), (x) => (x === x ? x : null));
    const text = new TextDecoder().decode(bytes.subarray(4, end));
    return JSON.parse(text, (key, value) => (value && value.$ ? list(...value.$) : value));
  }

  // A library that stands in the page deflated. The page's policy knows the digest of its text.
  async function run(base64) {
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(await inflated(base64));
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

  return { unpacked, run, beside, arrived: (name, base64) => waiting.get(name)(base64) };
})();
