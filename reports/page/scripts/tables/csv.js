// Texts of a table as CSV.

/**
 * @param {string[][]} rows
 */
export const csvText = (rows) => rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");

/**
 * A spreadsheet takes a text that begins with = or @ for a formula.
 * @param {string} shown
 */
function field(shown) {
  const text = shown.replace(/\s+/g, " ").trim().replaceAll("−", "-").replace(/^–$/, "");
  const plain = /^[=@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/**
 * @param {string} study
 * @param {string} caption of the table
 */
export function csvFile(study, caption) {
  const [start] = caption.split(/[;,:(]/);
  return `${study}_${start
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .slice(0, 60)}.csv`;
}
