/**
 * Writes asm/linalg/generated/tiles.ts: the register-blocked inner loops of the panel product. The result is checked in, so that a
 * build needs nothing but the compiler; `test/kernels/generated.test.ts` fails when it is stale.
 *
 *   node scripts/generate-kernels.mjs
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const TARGET = fileURLToPath(new URL("../asm/linalg/generated/tiles.ts", import.meta.url));

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

function tile({ rows, columns }) {
  const vectors = range(columns / 4);
  const lines = [
    `/** out[i][j] = panel[0][j] + Σ_t x[list[i]][t] · panel[t + 1][j], ${rows} rows at a time; see panels.ts. */`,
    `export function tile${rows}x${columns}(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {`,
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
          .map((v) => `a${r}${v} = multiplyAdd(s${r}, b${v}, a${r}${v});`)
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

export function generate() {
  return [
    "// Written by scripts/generate-kernels.mjs; do not edit.",
    'import { multiplyAdd } from "../../math";',
    "",
    TILES.map(tile).join("\n\n"),
    "",
  ].join("\n");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(TARGET, generate());
}
