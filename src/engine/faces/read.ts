/** Boxes, frames and scenes as payloads have them. */
import type { Box } from "./merge";

/**
 * `[x1, y1, x2, y2]`, `{x1, y1, x2, y2}` or `{x, y, width, height}` (`w`, `h`), in any unit that all boxes share; null for anything else
 * and for a box without an area.
 */
export function readBox(value: unknown): Box | null {
  const corners = Array.isArray(value) ? value : isRecord(value) ? cornersOf(value) : [];
  if (corners.length !== 4 || !corners.every((one) => typeof one === "number" && Number.isFinite(one))) return null;
  const [x1, y1, x2, y2] = corners as [number, number, number, number];
  return x2 > x1 && y2 > y1 ? [x1, y1, x2, y2] : null;
}

function cornersOf(box: Record<string, unknown>): unknown[] {
  if ("x1" in box) return [box.x1, box.y1, box.x2, box.y2];
  const { x, y, width = box.w, height = box.h } = box;
  if (![x, y, width, height].every((one) => typeof one === "number")) return [];
  return [x, y, (x as number) + (width as number), (y as number) + (height as number)];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** What two values must have in common to name the same frame; null for a missing one. */
export const readFrame = (value: unknown): string | null => (isScalar(value) ? JSON.stringify(value) : null);

/** The scenes that a value names: it, or its elements. */
export const readScenes = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter(isScalar).map((one) => JSON.stringify(one));

const isScalar = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);
