/**
 * Writes asm/linalg/generated/tiles.ts and asm/neighbors/generated/tiles.ts: the register-blocked inner loops of the panel product and
 * of distances that are no product. The results are checked in, so that a build needs nothing but the compiler; tests fail when
 * they are stale.
 *
 *   node scripts/generate-kernels.mjs
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const target = (path) => fileURLToPath(new URL(`../asm/${path}`, import.meta.url));

/**
 * Tiles of `rows` data rows × `columns` panel columns: rows × columns / 4 accumulators, the panel's row, one broadcast and one product
 * in the 15 vector registers that V8 gives to code. What decides is loads per multiply-add, because each load is bounds-checked.
 */
const TILES = [
  { rows: 3, columns: 12 },
  { rows: 4, columns: 8 },
  { rows: 8, columns: 4 },
];

const range = (n) => [...Array(n).keys()];

/** Distances that are no product: panels of 8 columns, and what one dimension does to four of them (asm/neighbors/power.ts). */
const DIFFERENCES = [
  {
    name: "squared",
    step: "addSquare",
    formula: "out[i][j] = panel[0][j] + Σ_t (x[list[i]][t] − panel[t + 1][j])²",
    rows: 4,
  },
  {
    name: "manhattan",
    step: "addDifference",
    formula: "out[i][j] = panel[0][j] + Σ_t |x[list[i]][t] − panel[t + 1][j]|",
    rows: 4,
  },
  {
    name: "chebyshev",
    step: "maxDifference",
    formula: "out[i][j] = max(panel[0][j], max_t |x[list[i]][t] − panel[t + 1][j]|)",
    rows: 4,
  },
  {
    name: "minkowski",
    step: "addPower",
    formula: "out[i][j] = panel[0][j] + Σ_t |x[list[i]][t] − panel[t + 1][j]|^p",
    rows: 2,
  },
].map((difference) => ({ ...difference, columns: 8 }));

const PRODUCT = {
  name: "tile",
  step: "multiplyAdd",
  formula: "out[i][j] = panel[0][j] + Σ_t x[list[i]][t] · panel[t + 1][j]",
};

function tile({ name, step, formula, rows, columns }) {
  const vectors = range(columns / 4);
  const lines = [
    `/** ${formula}, ${rows} rows at a time; see panels.ts. */`,
    `export function ${name}${rows}x${columns}(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {`,
    ...vectors.map((v) => `  const start${v} = load<v128>(panel, ${16 * v});`),
    `  const end = list + (<usize>count << 2);`,
    `  for (; list < end; list += ${4 * rows}, out += ${rows} * stride) {`,
    ...range(rows).map((r) => `    let x${r} = x + <usize>load<i32>(list, ${4 * r}) * rowBytes;`),
    ...range(rows).map((r) => `    let ${vectors.map((v) => `a${r}${v} = start${v}`).join(", ")};`),
    `    let p = panel + ${4 * columns};`,
    `    const xEnd = x0 + rowBytes;`,
    `    while (x0 < xEnd) {`,
    `      const ${vectors.map((v) => `b${v} = load<v128>(p, ${16 * v})`).join(", ")};`,
    ...range(rows).map(
      (r) =>
        `      const s${r} = v128.load_splat<f32>(x${r}); ${vectors
          .map((v) => `a${r}${v} = ${step}(s${r}, b${v}, a${r}${v});`)
          .join(" ")}`,
    ),
    `      ${range(rows)
      .map((r) => `x${r} += 4;`)
      .join(" ")} p += ${4 * columns};`,
    `    }`,
    ...(rows > 1 ? [`    let o = out;`] : []),
    ...range(rows).map(
      (r) =>
        `    ${vectors.map((v) => `store<v128>(o, a${r}${v}, ${16 * v});`).join(" ")}${r + 1 < rows ? " o += stride;" : ""}`,
    ),
    `  }`,
    `}`,
  ];
  return lines.join("\n");
}

const HEADER = "// Written by scripts/generate-kernels.mjs; do not edit.";

export function generate() {
  const tiles = TILES.map((shape) => tile({ ...PRODUCT, ...shape }));
  return [HEADER, 'import { multiplyAdd } from "../../math";', "", tiles.join("\n\n"), ""].join("\n");
}

export function generateDifferences() {
  const steps = 'import { addDifference, addPower, addSquare, maxDifference } from "../power";';
  return [HEADER, steps, "", DIFFERENCES.map(tile).join("\n\n"), ""].join("\n");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(target("linalg/generated/tiles.ts"), generate());
  writeFileSync(target("neighbors/generated/tiles.ts"), generateDifferences());
}
