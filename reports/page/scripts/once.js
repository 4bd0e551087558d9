// A value that is computed when it is first asked for.

/**
 * @template Value
 * @param {() => Value} make
 * @returns {() => Value}
 */
export function once(make) {
  /** @type {Value | undefined} */
  let made;
  return () => {
    made ??= make();
    return made;
  };
}
