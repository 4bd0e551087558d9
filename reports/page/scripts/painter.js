// Draws plots one after another, those in the window first; between them the page can answer.
const SLICE_MS = 100;  // of drawing, until the page may do something else: no longer than a click may wait

class Painter {
  constructor() {
    this.waiting = new Map();  // plot → what draws it
  }

  // A plot that waits already is drawn once, as it was asked for last.
  add(plot, paint) {
    this.waiting.set(plot, paint);
    this.running ??= this.run().finally(() => { this.running = null; });
  }

  drop(plot) {
    this.waiting.delete(plot);
  }

  async run() {
    document.documentElement.dataset.drawing = "";
    await null;  // until all figures have said what they want
    while (this.waiting.size) {
      this.paint(SLICE_MS);
      if (this.waiting.size) await new Promise((resolve) => setTimeout(resolve));
    }
    delete document.documentElement.dataset.drawing;
  }

  paint(most_ms) {
    const end = performance.now() + most_ms;
    const plots = [...this.waiting.keys()];
    const seen = new Set(plots.filter(isOnScreen));
    for (const plot of [...seen, ...plots.filter((each) => !seen.has(each))]) {
      const draw = this.waiting.get(plot);
      this.waiting.delete(plot);
      draw();
      if (performance.now() > end) return;
    }
  }
}

function isOnScreen(each) {
  const { top, bottom } = each.getBoundingClientRect();
  return top < innerHeight && bottom > 0;
}
