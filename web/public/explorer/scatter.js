/** The map: a canvas of members coloured by cluster. Draws at most once a frame, whatever asks for it. */
import { clusterColor, css, faded, GROUND, NOISE_ID, packed } from "./palette.js";
import { Points } from "./points.js";
import { drawLayer, pointRadius, stamp } from "./raster.js";
import { followInput } from "./scatter-input.js";
import { pan, toMap, toScreen, wholeOf, zoomAt } from "./viewport.js";

const MAX_RATIO = 2;
const HOVER_PX = 9;
const MOST_LABELS = 24;
const BEHIND = 0;
const FRONT = 1;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ onHover(point: { document: string, cluster: string, left: number, top: number } | null): void, onPick(cluster: string | null): void }} events
 */
export function createScatter(canvas, { onHover, onPick }) {
  const context = canvas.getContext("2d", { alpha: false });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let points = new Points();
  let labels = new Map();
  let highlighted = null;
  let hovered = -1;
  let view = null;
  let fitted = 1;
  let followsFit = true;
  let image = null;
  let requested = false;

  const requestDraw = () => {
    if (requested) return;
    requested = true;
    requestAnimationFrame(() => {
      requested = false;
      draw();
    });
  };

  function draw() {
    const { width, height, ratio } = resize();
    if (width === 0 || height === 0) return;
    const whole = points.count > 0 ? wholeOf(points.bounds, width, height) : { x: 0, y: 0, scale: 1, width, height };
    fitted = whole.scale;
    view = followsFit || !view ? whole : { ...view, width, height };
    paintPoints(ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (hovered >= 0) paintRing(hovered);
    paintLabels();
  }

  /** Keeps the canvas's pixels in step with its place on the page and the screen's density. */
  function resize() {
    const ratio = Math.min(MAX_RATIO, devicePixelRatio);
    const { clientWidth: width, clientHeight: height } = canvas;
    const columns = Math.round(width * ratio);
    const rows = Math.round(height * ratio);
    if (columns > 0 && rows > 0 && (!image || image.width !== columns || image.height !== rows)) {
      canvas.width = columns;
      canvas.height = rows;
      const data = context.createImageData(columns, rows);
      image = { data, pixels: new Int32Array(data.data.buffer), width: columns, height: rows };
    }
    return { width, height, ratio };
  }

  function paintPoints(ratio) {
    const theme = dark.matches ? "dark" : "light";
    const { clusters } = points;
    const isFront = ({ top }) => (highlighted === null ? top !== NOISE_ID : top === highlighted);
    const colorOf = (cluster) => {
      const color = clusterColor(cluster.id, theme);
      return highlighted === null || isFront(cluster) ? color : faded(color, theme);
    };
    const colors = Int32Array.from(clusters, (cluster) => packed(colorOf(cluster)));
    const layers = Uint8Array.from(clusters, (cluster) => (isFront(cluster) ? FRONT : BEHIND));
    const [left, top] = toScreen(view, 0, 0);
    const place = { scale: view.scale * ratio, left: left * ratio, top: top * ratio };
    const radius = pointRadius(points.count, ratio);
    image.pixels.fill(packed(GROUND[theme]));
    drawLayer(image, points, place, colors, layers, BEHIND, stamp(radius, 0.6));
    drawLayer(image, points, place, colors, layers, FRONT, stamp(radius, 0.85));
    context.putImageData(image.data, 0, 0);
  }

  function paintRing(index) {
    const [left, top] = toScreen(view, points.x[index], points.y[index]);
    context.beginPath();
    context.arc(left, top, 7, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = dark.matches ? "#ffffff" : "#16252b";
    context.stroke();
  }

  function paintLabels() {
    const centres = points.centres().filter(({ id }) => id !== NOISE_ID);
    const shown = highlighted === null ? centres : centres.filter(({ id }) => id === highlighted);
    if (shown.length > MOST_LABELS) return;
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = dark.matches ? "rgb(10 16 19 / 0.85)" : "rgb(255 255 255 / 0.9)";
    for (const { id, x, y } of shown) {
      const [left, top] = toScreen(view, x, y);
      const text = labels.get(id) ?? id;
      context.strokeText(text, left, top);
      context.fillStyle = dark.matches ? "#f2f7f8" : "#16252b";
      context.fillText(text, left, top);
    }
  }

  function hover(left, top) {
    const [x, y] = view ? toMap(view, left, top) : [0, 0];
    const next = left === null || !view ? -1 : points.nearest(x, y, HOVER_PX / view.scale);
    if (next !== hovered) requestDraw();
    hovered = next;
    if (hovered < 0) return onHover(null);
    const [atLeft, atTop] = toScreen(view, points.x[hovered], points.y[hovered]);
    const cluster = points.clusters[points.cluster[hovered]].id;
    onHover({ document: points.documents[hovered], cluster, left: atLeft, top: atTop });
  }

  const change = (next) => {
    if (!view) return;
    followsFit = false;
    view = next(view);
    hover(null);
    requestDraw();
  };

  const reset = () => {
    followsFit = true;
    requestDraw();
  };

  followInput(canvas, {
    pan: (left, top) => change((current) => pan(current, left, top)),
    zoom: (left, top, factor) => change((current) => zoomAt(current, left, top, factor, fitted)),
    reset,
    hover,
    pick: () => onPick(hovered < 0 ? null : points.clusters[points.cluster[hovered]].top),
  });
  dark.addEventListener("change", requestDraw);
  new ResizeObserver(requestDraw).observe(canvas);

  return {
    /** Starts anew with `next`; call `requestDraw` whenever it has grown. */
    show(next) {
      points = next;
      hovered = -1;
      onHover(null);
      reset();
    },
    /** @param {string | null} cluster a top-level cluster, `-1` for noise, null for all */
    highlight(cluster) {
      highlighted = cluster;
      requestDraw();
    },
    /** @param {Map<string, string>} next human names by cluster */
    name(next) {
      labels = next;
      requestDraw();
    },
    requestDraw,
    reset,
    zoom: (factor) => change((current) => zoomAt(current, current.width / 2, current.height / 2, factor, fitted)),
  };
}

/** The colour of a cluster's mark on the page, in step with the map. */
export const swatchColor = (id) =>
  css(clusterColor(id, matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
