import { describe, expect, it } from "vitest";
import {
  clusterColor,
  GROUND,
  HUE_COUNT,
  NOISE_ID,
  packed,
  pathOf,
  topLevel,
} from "../../web/public/explorer/palette.js";
import { Points } from "../../web/public/explorer/points.js";
import { drawLayer, stamp } from "../../web/public/explorer/raster.js";
import { pan, toMap, toScreen, wholeOf, zoomAt } from "../../web/public/explorer/viewport.js";
import { colorDistance, DEFICIENCIES, luminance, seenWith } from "./color-vision";

type Rgb = [number, number, number];
const THEMES = ["light", "dark"] as const;
const first = (theme: "light" | "dark") =>
  Array.from({ length: HUE_COUNT }, (_, i) => clusterColor(`cl_${i}`, theme) as Rgb);

describe("clusterColor", () => {
  /** In OKLab, where 0.02 is about the least difference that is seen side by side. */
  const APART = 0.1;

  it.each(THEMES.flatMap((theme) => Object.keys(DEFICIENCIES).map((kind) => [theme, kind] as const)))(
    "tells the hues and noise apart in the %s theme with %s",
    (theme, kind) => {
      const colors = [...first(theme), clusterColor(NOISE_ID, theme) as Rgb].map((rgb) => seenWith(kind, rgb));
      for (let i = 0; i < colors.length; i++) {
        for (let j = 0; j < i; j++)
          expect(colorDistance(colors[i]!, colors[j]!), `${i} and ${j}`).toBeGreaterThan(APART);
      }
    },
  );

  it.each(THEMES)("stands out from the ground of the %s theme", (theme) => {
    const ground = luminance(GROUND[theme] as Rgb);
    for (const rgb of first(theme)) {
      const [low, high] = [ground, luminance(rgb)].sort((a, b) => a - b) as [number, number];
      expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(2);
    }
  });

  it("gives a sub-cluster a shade of its parent, and noise grey", () => {
    expect(clusterColor("cl_2_sub_0", "light")).toEqual(clusterColor("cl_2", "light"));
    expect(clusterColor("cl_2_sub_1", "light")).not.toEqual(clusterColor("cl_2", "light"));
    const [r, g, b] = clusterColor(NOISE_ID, "light") as Rgb;
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(20);
  });

  it("repeats hues in other shades", () => {
    const many = Array.from({ length: HUE_COUNT * 5 }, (_, i) => clusterColor(`cl_${i}`, "light").join());
    expect(new Set(many).size).toBe(many.length);
  });

  it("reads ids", () => {
    expect(pathOf("cl_3_sub_1_sub_0")).toEqual([3, 1, 0]);
    expect(pathOf("-1")).toEqual([]);
    expect(topLevel("cl_3_sub_1_sub_0")).toBe("cl_3");
  });
});

describe("viewport", () => {
  const bounds = { minX: -2, maxX: 6, minY: 10, maxY: 12 };
  const view = wholeOf(bounds, 800, 600);

  it("shows all, y upwards", () => {
    for (const [x, y] of [
      [-2, 10],
      [6, 12],
    ] as const) {
      const [left, top] = toScreen(view, x, y) as [number, number];
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(800);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top).toBeLessThanOrEqual(600);
    }
    expect(toScreen(view, 0, 12)[1]).toBeLessThan(toScreen(view, 0, 10)[1]!);
  });

  it("shows points that lie on one spot or line", () => {
    expect(wholeOf({ minX: 3, maxX: 3, minY: 4, maxY: 4 }, 800, 600)).toMatchObject({ x: 3, y: 4, scale: 1 });
    expect(wholeOf({ minX: 0, maxX: 10, minY: 4, maxY: 4 }, 800, 600).scale).toBeCloseTo(74.4);
  });

  it("leads screen and map back to each other", () => {
    const [x, y] = toMap(view, 123, 456) as [number, number];
    expect(toScreen(view, x, y)[0]).toBeCloseTo(123);
    expect(toScreen(view, x, y)[1]).toBeCloseTo(456);
  });

  it("keeps the point under the pointer when zooming, also at the bound", () => {
    for (const factor of [1.7, 0.5, 1e9]) {
      const zoomed = zoomAt(view, 200, 150, factor, view.scale);
      expect(toMap(zoomed, 200, 150)[0]).toBeCloseTo(toMap(view, 200, 150)[0]!);
      expect(toMap(zoomed, 200, 150)[1]).toBeCloseTo(toMap(view, 200, 150)[1]!);
      expect(zoomed.scale).toBeLessThanOrEqual(view.scale * 2000);
    }
  });

  it("pans as a hand moves paper", () => {
    const [left, top] = toScreen(pan(view, 30, -20), 1, 11) as [number, number];
    expect(left - toScreen(view, 1, 11)[0]!).toBeCloseTo(30);
    expect(top - toScreen(view, 1, 11)[1]!).toBeCloseTo(-20);
  });
});

describe("Points", () => {
  const points = new Points();
  for (let i = 0; i < 10_000; i++) {
    points.add({ document_id: `doc_${i}`, cluster_id: i % 2 ? "cl_1_sub_0" : "cl_0", x: i, y: 1 - i });
  }

  it("grows and keeps order, bounds and clusters", () => {
    expect(points.count).toBe(10_000);
    expect(points.x[9999]).toBe(9999);
    expect(points.documents[5000]).toBe("doc_5000");
    expect(points.bounds).toEqual({ minX: 0, maxX: 9999, minY: -9998, maxY: 1 });
    expect(points.clusters).toEqual([
      { id: "cl_0", top: "cl_0" },
      { id: "cl_1_sub_0", top: "cl_1" },
    ]);
    expect(points.centres()).toEqual([
      { id: "cl_0", x: 4999, y: -4998 },
      { id: "cl_1", x: 5000, y: -4999 },
    ]);
  });

  it("finds the nearest point within reach", () => {
    expect(points.nearest(41.8, -41.1, 1)).toBe(42);
    expect(points.nearest(41.5, 100, 1)).toBe(-1);
  });
});

describe("drawLayer", () => {
  const size = 9;
  const draw = (x: number, y: number, radius: number, opacity = 1) => {
    const pixels = new Int32Array(size * size).fill(packed([255, 255, 255]));
    const points = { count: 1, x: Float32Array.of(x), y: Float32Array.of(y), cluster: Uint32Array.of(0) };
    const place = { scale: 1, left: 0, top: size - 1 };
    const colors = Int32Array.of(packed([200, 10, 30]));
    drawLayer(
      { pixels, width: size, height: size },
      points,
      place,
      colors,
      Uint8Array.of(1),
      1,
      stamp(radius, opacity),
    );
    return pixels;
  };

  it("paints the colour in the middle, at the map's y, and no other layer", () => {
    expect(draw(4, 6, 1)[2 * size + 4]).toBe(packed([200, 10, 30]));
    expect(draw(4, 6, 1)[6 * size + 4]).toBe(packed([255, 255, 255]));
  });

  it("mixes by opacity in every channel", () => {
    const bytes = new Uint8Array(draw(4, 4, 1, 0.5).buffer, 4 * (4 * size + 4), 4);
    expect([...bytes]).toEqual([227, 132, 142, 255]);
  });

  it("cuts points at the edge instead of wrapping them round", () => {
    const pixels = draw(0, 4, 2);
    const touched = [...pixels.keys()].filter((i) => pixels[i] !== packed([255, 255, 255]));
    expect(touched.length).toBeGreaterThan(3);
    expect(touched.every((i) => i % size <= 2)).toBe(true);
  });
});
