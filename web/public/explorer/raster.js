/**
 * Draws round, smooth-edged points straight into pixels: a pass over the points for each layer, no calls to the canvas.
 * A hundred thousand points fit a frame without a GPU, which a machine that serves its own explorer may not have.
 */

/** Radius in device pixels: small where many points share the ground. @param {number} count @param {number} ratio */
export const pointRadius = (count, ratio) =>
  ratio * (count > 30_000 ? 1.3 : count > 5000 ? 1.8 : count > 800 ? 2.6 : 3.6);

/**
 * The pixels that a point covers, as offsets from its middle, with how much of each it covers (0–256).
 * @param {number} radius device pixels @param {number} opacity 0–1
 */
export function stamp(radius, opacity) {
  const reach = Math.ceil(radius);
  const dx = [];
  const dy = [];
  const cover = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const covered = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
      if (covered === 0) continue;
      dx.push(x);
      dy.push(y);
      cover.push(Math.round(256 * covered * opacity));
    }
  }
  return { reach, dx: Int32Array.from(dx), dy: Int32Array.from(dy), cover: Int32Array.from(cover) };
}

/**
 * @param {{ pixels: Int32Array, width: number, height: number }} image device pixels, opaque
 * @param {{ count: number, x: Float32Array, y: Float32Array, cluster: Uint32Array }} points
 * @param {{ scale: number, left: number, top: number }} place device position of the map's origin, device pixels a unit
 * @param {Int32Array} colors packed, by cluster index
 * @param {Uint8Array} layers by cluster index
 * @param {number} layer which to draw
 * @param {ReturnType<typeof stamp>} shape
 */
export function drawLayer({ pixels, width, height }, points, place, colors, layers, layer, shape) {
  const { scale, left, top } = place;
  const { reach, dx, dy, cover } = shape;
  const { x, y, cluster, count } = points;
  const offsets = dy.map((down, k) => down * width + dx[k]);
  for (let i = 0; i < count; i++) {
    if (layers[cluster[i]] !== layer) continue;
    const column = Math.round(left + x[i] * scale);
    const row = Math.round(top - y[i] * scale);
    if (column < -reach || row < -reach || column >= width + reach || row >= height + reach) continue;
    const color = colors[cluster[i]];
    const inside = column >= reach && row >= reach && column < width - reach && row < height - reach;
    const middle = row * width + column;
    for (let k = 0; k < cover.length; k++) {
      if (!inside && !isWithin(column + dx[k], row + dy[k], width, height)) continue;
      const at = middle + offsets[k];
      pixels[at] = blend(pixels[at], color, cover[k]);
    }
  }
}

const isWithin = (column, row, width, height) => column >= 0 && row >= 0 && column < width && row < height;

/**
 * Red and blue are mixed at once: eight bits of nothing between them take what either overflows. All in 32-bit integers, and so
 * are the pixels (`Int32Array`): unsigned ones would pass through floating point, at several times the cost.
 */
function blend(below, above, cover) {
  const rest = 256 - cover;
  const redBlue = (Math.imul(above & 0xff00ff, cover) + Math.imul(below & 0xff00ff, rest)) >>> 8;
  const green = (Math.imul(above & 0x00ff00, cover) + Math.imul(below & 0x00ff00, rest)) >>> 8;
  return 0xff000000 | (redBlue & 0xff00ff) | (green & 0x00ff00);
}
