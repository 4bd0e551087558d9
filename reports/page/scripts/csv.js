// A table of the page as CSV, as it is seen: the rows that chips leave, in the order of the sorting.

// rows: gives the rows of the table, those on other pages too.
function offerCsv(root, rows) {
  const scroll = root.closest(".scroll");
  const name = scroll.getAttribute("aria-label");
  const button = element("button", { type: "button", class: "csv", "aria-label": `save as CSV: ${name}` }, "CSV");
  button.addEventListener("click", async () => save(csvOf(root, await rows()), name));
  const caption = scroll.previousElementSibling;
  if (caption?.matches(".caption")) caption.append(" ", button);
  else scroll.before(element("p", { class: "caption" }, button));
}

// Columns of pictures are left out.
function csvOf(root, rows) {
  const heads = [...root.tHead.rows[0].cells];
  const kept = heads.map((_, column) => column).filter((column) => !rows.some(({ cells }) => cells[column]?.matches(".bar")));
  return [root.tHead.rows[0], ...rows].map(({ cells }) => kept.map((column) => csvText(cells[column])).join(",") + "\r\n").join("");
}

// A spreadsheet takes a text that begins with = or @ for a formula.
function csvText(cell) {
  const text = (cell?.textContent ?? "").replace(/\s+/g, " ").trim().replaceAll("−", "-").replace(/^–$/, "");
  const plain = /^[=@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function save(text, name) {
  const file = name.split(/[;,:(]/)[0].toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").slice(0, 60);
  const href = URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/csv" }));
  element("a", { href, download: `${study.study}_${file}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
