// Another y axis for the same panels: logarithmic ones made linear, and the other way round.
// panels: those seen together, which share their range
function rescaled(panels, wanted) {
  if (wanted === "linear") return (layout) => ({ ...layout, yaxis: linearAxis(layout.yaxis) });
  const range = logRange(panels);
  return (layout) => ({ ...layout, yaxis: { ...layout.yaxis, type: "log", range, exponentformat: "power", dtick: logStep(range) } });
}

function linearAxis({ range, zeroline }) {
  return { type: "linear", zeroline, range: range && [0, 10 ** range[1]], exponentformat: "power" };
}

// Around the lines, not the bands, as a band may reach below zero.
function logRange(panels) {
  const lines = panels.flatMap((panel) => panel.data.filter((trace) => !trace.fill));
  const logs = lines.flatMap((trace) => trace.y.filter((y) => y > 0).map(Math.log10));
  if (!logs.length) return undefined;
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const air = Math.max(0.05 * (high - low), 0.02);
  return [low - air, high + air];
}

// Labels at whole powers of ten, or within little more than one decade at 1, 2 and 5.
function logStep([low, high] = [0, 1]) {
  return high - low > 1.5 ? Math.ceil((high - low) / 6) : "D2";
}
