/** Colours as readers with a colour-vision deficiency see them, and how far apart they then are. */

type Rgb = [number, number, number];
type Matrix = [Rgb, Rgb, Rgb];

/** Full severity, on linear RGB: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, IEEE TVCG 15(6), 2009, table 1. */
export const DEFICIENCIES: Record<string, Matrix> = {
  "common vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const linear = (rgb: Rgb): Rgb =>
  rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
const apply = (matrix: Matrix, v: Rgb): Rgb =>
  matrix.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Rgb;

/** Linear RGB, 0–1 each. @param rgb 0–255 each */
export const seenWith = (kind: string, rgb: Rgb): Rgb =>
  apply(DEFICIENCIES[kind]!, linear(rgb)).map((c) => Math.min(1, Math.max(0, c))) as Rgb;

/** Relative luminance, 0–1, as WCAG 2 has it. @param rgb 0–255 each */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = linear(rgb);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Distance in OKLab (B. Ottosson, 2020) of two colours in linear RGB. */
export function colorDistance(a: Rgb, b: Rgb): number {
  const [p, q] = [oklab(a), oklab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const TO_CONES: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const oklab = (rgb: Rgb): Rgb => apply(TO_LAB, apply(TO_CONES, rgb).map(Math.cbrt) as Rgb);
