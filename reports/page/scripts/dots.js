// Hundreds of dots in one panel: all of a colour are one path, as an element for each takes a browser many times as long.
const MOST_MARKS = 300;  // of a panel
const DOT_PX = 5;  // style.css gives paths of this width round ends

// Traces and layout with such dots moved into the layout; what is left of their traces answers to the pointer.
function uncrowded({ data, layout }) {
  const dots = data.filter(isDots);
  if (dots.reduce((sum, { x }) => sum + x.length, 0) <= MOST_MARKS) return { data, layout };
  return {
    data: data.map((trace) => (isDots(trace) ? { ...trace, mode: "none" } : trace)),
    layout: { ...layout, shapes: [...(layout.shapes ?? []), ...dots.map(dotPath)] },
  };
}

const isDots = ({ mode, marker }) => mode === "markers" && marker.size === DOT_PX && !marker.symbol;

// Points without length.
function dotPath({ x, y, marker: { color, opacity } }) {
  const points = x.flatMap((each, i) => (y[i] === null ? [] : [`M${each},${y[i]}L${each},${y[i]}`]));
  return { type: "path", path: points.join(""), line: { color, width: DOT_PX }, opacity, layer: "below" };
}
