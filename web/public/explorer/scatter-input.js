/** Pointer, wheel, touch and keyboard as movements of the map. */

const CLICK_PX = 4;
const KEY_STEP = 60;
const KEY_ZOOM = 1.3;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ pan(left: number, top: number): void, zoom(left: number, top: number, factor: number): void, reset(): void,
 *   hover(left: number | null, top?: number): void, pick(): void }} act positions in CSS pixels of the canvas
 */
export function followInput(canvas, act) {
  /** Pointers that are down, where they were last. */
  const down = new Map();
  let travelled = 0;

  const position = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return { left: clientX - box.left, top: clientY - box.top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, position(event));
    travelled = down.size > 1 ? CLICK_PX : 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = position(event);
    const before = down.get(event.pointerId);
    if (!before) return act.hover(now.left, now.top);
    travelled += Math.hypot(now.left - before.left, now.top - before.top);
    const [other] = [...down].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    if (other) pinch(other, before, now);
    else if (travelled >= CLICK_PX) act.pan(now.left - before.left, now.top - before.top);
    down.set(event.pointerId, now);
  });
  canvas.addEventListener("pointerup", (event) => {
    down.delete(event.pointerId);
    if (travelled >= CLICK_PX) return;
    const { left, top } = position(event);
    act.hover(left, top);
    act.pick();
  });
  canvas.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => act.hover(null));

  /** Two fingers: the map follows their middle, and grows with their distance. */
  function pinch(other, before, now) {
    const distance = (at) => Math.max(1, Math.hypot(at.left - other.left, at.top - other.top));
    act.pan((now.left - before.left) / 2, (now.top - before.top) / 2);
    act.zoom((now.left + other.left) / 2, (now.top + other.top) / 2, distance(now) / distance(before));
  }

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { left, top } = position(event);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      act.zoom(left, top, Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)));
    },
    { passive: false },
  );
  canvas.addEventListener("dblclick", act.reset);

  const keys = {
    ArrowLeft: () => act.pan(KEY_STEP, 0),
    ArrowRight: () => act.pan(-KEY_STEP, 0),
    ArrowUp: () => act.pan(0, KEY_STEP),
    ArrowDown: () => act.pan(0, -KEY_STEP),
    "+": () => zoomMiddle(KEY_ZOOM),
    "=": () => zoomMiddle(KEY_ZOOM),
    "-": () => zoomMiddle(1 / KEY_ZOOM),
    0: act.reset,
    Home: act.reset,
  };
  const zoomMiddle = (factor) => act.zoom(canvas.clientWidth / 2, canvas.clientHeight / 2, factor);
  canvas.addEventListener("keydown", (event) => {
    const move = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
}
