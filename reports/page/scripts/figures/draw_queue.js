// Draws plots one after another, those in the window first; between them the page can answer.

const SLICE_MS = 100; // of drawing, until the page may do something else: no longer than a click may wait

export class DrawQueue {
  constructor() {
    /** @type {Map<Element, () => void>} plot → what draws it */
    this.waiting = new Map();
    /** @type {Promise<void> | null} */
    this.running = null;
  }

  /**
   * A plot that waits already is drawn once, as it was asked for last.
   * @param {Element} plot
   * @param {() => void} draw
   */
  add(plot, draw) {
    this.waiting.set(plot, draw);
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
  }

  /** @param {Element} plot */
  drop(plot) {
    this.waiting.delete(plot);
  }

  async run() {
    document.documentElement.dataset.drawing = "";
    await null; // until all figures have said what they want
    while (this.waiting.size) {
      this.drawFor(SLICE_MS);
      if (this.waiting.size) await new Promise((resolve) => setTimeout(resolve));
    }
    delete document.documentElement.dataset.drawing;
  }

  /** @param {number} most_ms */
  drawFor(most_ms) {
    const end = performance.now() + most_ms;
    const plots = [...this.waiting.keys()];
    const seen = new Set(plots.filter(isOnScreen));
    for (const plot of [...seen, ...plots.filter((each) => !seen.has(each))]) {
      const draw = this.waiting.get(plot);
      this.waiting.delete(plot);
      draw?.();
      if (performance.now() > end) return;
    }
  }
}

/** @param {Element} plot */
function isOnScreen(plot) {
  const { top, bottom } = plot.getBoundingClientRect();
  return top < innerHeight && bottom > 0;
}
