/**
 * Which part of the map is seen. Immutable: every change gives a new viewport.
 * Screen positions are CSS pixels from the top left; the map's y grows upwards.
 */

/**
 * @typedef {{ x: number, y: number, scale: number, width: number, height: number }} Viewport
 *   x, y: the map's point in the middle; scale: CSS pixels for one unit
 * @typedef {{ minX: number, maxX: number, minY: number, maxY: number }} Bounds
 */

const PADDING = 28;
const MAX_ZOOM = 2000;
const MIN_ZOOM = 0.2;

/** All of `bounds`, centred. @param {Bounds} bounds @param {number} width @param {number} height @returns {Viewport} */
export function wholeOf({ minX, maxX, minY, maxY }, width, height) {
  const room = (size) => Math.max(1, size - 2 * PADDING);
  // Points on one spot or line have no extent: any scale shows them.
  const scale = Math.min(room(width) / (maxX - minX || 1e-9), room(height) / (maxY - minY || 1e-9));
  const shown = maxX === minX && maxY === minY ? 1 : scale;
  return { x: (minX + maxX) / 2, y: (minY + maxY) / 2, scale: shown, width, height };
}

/** @param {Viewport} view @param {number} x @param {number} y @returns {[number, number]} */
export const toScreen = (view, x, y) => [
  view.width / 2 + (x - view.x) * view.scale,
  view.height / 2 - (y - view.y) * view.scale,
];

/** @param {Viewport} view @param {number} left @param {number} top @returns {[number, number]} */
export const toMap = (view, left, top) => [
  view.x + (left - view.width / 2) / view.scale,
  view.y - (top - view.height / 2) / view.scale,
];

/** Moves what is seen by screen pixels, as a hand on paper does. @param {Viewport} view @returns {Viewport} */
export const pan = (view, left, top) => ({ ...view, x: view.x - left / view.scale, y: view.y + top / view.scale });

/**
 * Zooms by `factor` with the map's point at `left`, `top` staying where it is.
 * @param {Viewport} view @param {number} fitted scale of `wholeOf`, to which zoom is bounded @returns {Viewport}
 */
export function zoomAt(view, left, top, factor, fitted) {
  const [x, y] = toMap(view, left, top);
  const scale = Math.min(fitted * MAX_ZOOM, Math.max(fitted * MIN_ZOOM, view.scale * factor));
  const kept = view.scale / scale;
  return { ...view, scale, x: x - (x - view.x) * kept, y: y - (y - view.y) * kept };
}
