// Reads what reports/page/encode/encoding.py has encoded: base64 of deflated JSON and numbers.

/**
 * @param {string} base64
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function inflated(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length); // filled by a loop: Uint8Array.from is many times slower
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Byte planes → numbers.
 * @param {Uint8Array} planes
 */
function numbers(planes) {
  const count = planes.length / 4;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0; plane < 4; plane++) {
    for (let i = 0; i < count; i++) bytes[4 * i + plane] = planes[plane * count + i];
  }
  return new Float32Array(bytes.buffer);
}

/**
 * JSON in which {"$": [start, count]} replaces a list, and the numbers of all lists.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function parted(bytes) {
  const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const tree = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end)));
  return { tree, all: numbers(bytes.subarray(end)) };
}

/**
 * A plain array with null for NaN, as JSON has it: it is filtered and joined.
 * @param {Float32Array} all
 * @param {[number, number]} place
 */
const list = (all, [start, count]) =>
  Array.from(all.subarray(start, start + count), (x) => (Number.isNaN(x) ? null : x));

/**
 * The tree with its lists of numbers in their places.
 * @param {any} value
 * @param {Float32Array} all
 * @returns {any}
 */
function filled(value, all) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each) => filled(each, all));
  if (value.$) return list(all, value.$);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, all)]));
}

/**
 * The whole value.
 * @param {string} base64
 * @returns {Promise<any>}
 */
export async function decode(base64) {
  const { tree, all } = parted(await inflated(base64));
  return filled(tree, all);
}

/**
 * Place → entry of a list, put together when it is asked for.
 * @param {string} base64
 * @returns {Promise<(place: number) => any>}
 */
export async function decodeEntries(base64) {
  const { tree, all } = parted(await inflated(base64));
  /** @type {any[]} */
  const made = [];
  return (place) => {
    made[place] ??= filled(tree[place], all);
    return made[place];
  };
}

/** @param {string} base64 */
export const decodeText = async (base64) => new TextDecoder().decode(await inflated(base64));

/** Browsers have it since 2023. */
export const canDecode = () => "DecompressionStream" in globalThis;
