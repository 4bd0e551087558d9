// The button that saves a table as it is seen: the rows that filters leave, in the order of the sorting.

import { element } from "../dom.js";
import { csvFile, csvText } from "./csv.js";

/**
 * @param {string} study its name
 * @param {HTMLTableElement} table
 * @param {() => Promise<HTMLTableRowElement[]>} rows gives those on other pages too
 */
export function offerCsv(study, table, rows) {
  const scroll = table.closest(".scroll");
  const caption = scroll?.getAttribute("aria-label") ?? "";
  const button = element(
    "button",
    { type: "button", class: "csv", "aria-label": `save as CSV: ${caption}` },
    "CSV",
  );
  button.addEventListener("click", async () =>
    save(csvText(texts(table, await rows())), csvFile(study, caption)),
  );
  const above = scroll?.previousElementSibling;
  if (above?.matches(".caption")) above.append(" ", button);
  else scroll?.before(element("p", { class: "caption" }, button));
}

/**
 * Columns of pictures are left out.
 * @param {HTMLTableElement} table
 * @param {HTMLTableRowElement[]} rows
 */
function texts(table, rows) {
  const heads = table.tHead?.rows[0];
  const columns = [...(heads?.cells ?? [])].map((_, column) => column);
  const kept = columns.filter(
    (column) => !rows.some(({ cells }) => cells[column]?.matches(".bar")),
  );
  const every = heads ? [heads, ...rows] : rows;
  return every.map(({ cells }) => kept.map((column) => cells[column]?.textContent ?? ""));
}

/**
 * @param {string} text
 * @param {string} file
 */
function save(text, file) {
  const href = URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/csv" }));
  element("a", { href, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
