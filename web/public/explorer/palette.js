/**
 * Colours of clusters. Both themes' eight were found by a search that started at Okabe and Ito's and Paul Tol's hues and raised
 * the least distance of any two of them, and of noise, as seen with common vision, protanopia, deuteranopia and tritanopia, while
 * each had to stand out from the ground. The tests hold them to it. Further clusters repeat the hues in other lightnesses.
 * Grey is for noise alone. https://jfly.uni-koeln.de/color/ https://personal.sron.nl/~pault/
 */

/** @typedef {[number, number, number]} Rgb 0–255 each */

/** @type {Record<"light" | "dark", Rgb[]>} */
const HUES = {
  light: [
    [18, 84, 170],
    [230, 140, 7],
    [9, 138, 110],
    [250, 7, 98],
    [10, 166, 250],
    [105, 34, 107],
    [133, 82, 5],
    [188, 114, 181],
  ],
  dark: [
    [96, 110, 250],
    [249, 226, 74],
    [18, 183, 147],
    [232, 9, 22],
    [152, 235, 237],
    [201, 67, 179],
    [214, 153, 26],
    [209, 166, 250],
  ],
};

/** @type {Record<"light" | "dark", Rgb>} */
const NOISE = { light: [176, 184, 188], dark: [92, 104, 110] };

/** Steps towards white (positive) or black, for each time that the hues are used up: first away from the theme's own hues. */
const CYCLE_SHIFTS = { light: [0, 0.4, -0.4, 0.6, -0.6], dark: [0, -0.34, 0.4, -0.55, 0.6] };
const SUB_SHIFTS = [0, 0.28, -0.25, 0.45, -0.4];

export const NOISE_ID = "-1";
export const HUE_COUNT = HUES.light.length;

/** `cl_3_sub_1` → `[3, 1]`; an id of another shape gives []. @param {string} id @returns {number[]} */
export const pathOf = (id) => (/^cl_\d+(_sub_\d+)*$/.test(id) ? id.match(/\d+/g).map(Number) : []);

/** The cluster of the execution's list that `id` belongs to: `cl_3_sub_1` → `cl_3`. @param {string} id */
export const topLevel = (id) => id.replace(/_sub_.*$/, "");

/**
 * The colour of a cluster: the same in every run, table and map. A sub-cluster is a shade of its parent.
 * @param {string} id `cl_<n>`, `cl_<n>_sub_<m>`, `-1` @param {"light" | "dark"} theme @returns {Rgb}
 */
export function clusterColor(id, theme) {
  const [index, ...sub] = pathOf(id);
  if (index === undefined) return NOISE[theme];
  const hues = HUES[theme];
  const shifts = CYCLE_SHIFTS[theme];
  const shift = sub.reduce(
    (sum, n) => sum + SUB_SHIFTS[n % SUB_SHIFTS.length],
    shifts[Math.floor(index / hues.length) % shifts.length],
  );
  return shade(hues[index % hues.length], Math.max(-0.7, Math.min(0.75, shift)));
}

const shade = (rgb, shift) => rgb.map((c) => Math.round(shift < 0 ? c * (1 + shift) : c + (255 - c) * shift));

/** @type {Record<"light" | "dark", Rgb>} */
export const GROUND = { light: [255, 255, 255], dark: [10, 16, 19] };
const FADED = 0.84;

/** A colour nearly gone into the ground: opacity alone would add up again where many points overlap. @param {Rgb} rgb */
export const faded = (rgb, theme) => rgb.map((c, i) => Math.round(c + (GROUND[theme][i] - c) * FADED));

/** @param {Rgb} rgb */
export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

/** A pixel as `ImageData` holds it, seen through an `Int32Array` on a little-endian machine. @param {Rgb} rgb */
export const packed = ([r, g, b]) => 0xff000000 | (b << 16) | (g << 8) | r;
