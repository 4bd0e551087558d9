// Tables are sorted by a click on a heading, and lose the rows of hidden variants.
function sortBy(header) {
  const table = header.closest("table");
  const column = header.cellIndex;
  const descending = header.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const key = (row) => row.cells[column].dataset.sort;
  const rows = [...table.tBodies[0].rows].map((row, place) => ({ row, place, key: key(row) }));
  rows.sort((a, b) => compare(a.key, b.key, descending) || a.place - b.place);
  table.tBodies[0].append(...rows.map((each) => each.row));
}

// Cells without a value stay last in both directions.
function compare(a, b, descending) {
  if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
  const order = isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
  return descending ? -order : order;
}

class Tables {
  constructor(chips) {
    this.chips = chips;
    this.tagged = [...document.querySelectorAll("[data-variant]")];
    this.holders = [...document.querySelectorAll("[data-holds]")];
    this.notes = [...document.querySelectorAll("[data-covers-all]")].map(coverNote);
    for (const button of document.querySelectorAll(".sortable th button")) {
      button.addEventListener("click", () => sortBy(button.closest("th")));
    }
  }

  // What holds variants goes when none of them is left.
  filter() {
    for (const each of this.tagged) hide(each, !this.chips.shown[each.dataset.variant]);
    for (const each of this.holders) each.hidden = ![...each.querySelectorAll("[data-variant]")].some(isShown);
    for (const table of document.querySelectorAll(".matrix")) filterColumns(table);
    for (const note of this.notes) note.hidden = this.chips.all;
  }
}

const isShown = (each) => !each.hidden && !each.classList.contains("off");

// A cell keeps its place in the row.
function hide(each, hidden) {
  if (each.tagName === "TD") each.classList.toggle("off", hidden);
  else each.hidden = hidden;
}

function filterColumns(table) {
  for (const head of table.tHead.rows[0].cells) {
    const cells = [...table.tBodies[0].rows].map((row) => row.cells[head.cellIndex]);
    const variants = cells.filter((cell) => "variant" in cell.dataset);
    const gone = variants.length > 0 && !variants.some(isShown);
    for (const cell of [head, ...cells]) cell.hidden = gone;
  }
}

// Stands where numbers of all variants stand, as long as chips hide some of them.
function coverNote(place) {
  const note = element("p", { class: "covers", hidden: "" }, `Of all ${study.variants.length} variants, whatever the chips show.`);
  const head = place.querySelector(":scope > h2, :scope > h3");
  if (head) head.after(note);
  else if (place.tagName === "SECTION") place.prepend(note);
  else place.after(note);
  return note;
}
