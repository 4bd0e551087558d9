// Scripts that the page starts itself: plotly.js, and files of data beside the page.

import { decodeText } from "./encoding.js";
import { fileMissing } from "./text.js";

/**
 * Runs a library that the page holds deflated. The page's policy knows the digest of its text.
 * @param {string} base64
 */
export async function runLibrary(base64) {
  const script = document.createElement("script");
  script.textContent = await decodeText(base64);
  document.head.append(script);
}

/** @type {Map<string, (base64: string) => void>} */
const waiting = new Map();

window.receiveData = (name, base64) => waiting.get(name)?.(base64);

/**
 * Encoded data from a file beside the page. It is a script, as a page from a disk may read no other.
 * @param {string} name
 * @param {string} file
 * @returns {Promise<string>}
 */
export function loadData(name, file) {
  return new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const script = document.createElement("script");
    script.src = file;
    script.addEventListener("error", () => reject(new Error(fileMissing(file))));
    document.head.append(script);
  });
}
