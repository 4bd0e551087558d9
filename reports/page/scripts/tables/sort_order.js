// The order of the rows of a table.

/** @typedef {string | number | undefined} SortKey */

/**
 * Numbers by size, others as text; cells without a value stay last in both directions.
 * @param {SortKey} a
 * @param {SortKey} b
 * @param {boolean} descending
 */
export function compareKeys(a, b, descending) {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const [first, second] = [Number(a), Number(b)];
  const areNumbers = !Number.isNaN(first) && !Number.isNaN(second);
  const order = areNumbers ? first - second : String(a).localeCompare(String(b));
  return descending ? -order : order;
}

/**
 * Equal values keep the order in which they were.
 * @template Value
 * @param {Value[]} values
 * @param {(value: Value) => SortKey} keyOf
 * @param {boolean} descending
 */
export function sortedBy(values, keyOf, descending) {
  const keyed = values.map((value) => ({ value, key: keyOf(value) }));
  keyed.sort((a, b) => compareKeys(a.key, b.key, descending));
  return keyed.map(({ value }) => value);
}
