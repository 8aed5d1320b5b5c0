/** Tables, bars and small images in characters, for 80 columns. */
import { seconds } from "./output.mjs";

const SHADES = [" ", "·", "░", "▒", "▓", "█"];
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A horizontal bar of `share` (0–1) of `width` characters. */
export function bar(share, width) {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return ("█".repeat(eighths >> 3) + EIGHTHS[eighths & 7]).padEnd(width);
}

/** Rows of cells in columns as wide as their widest cell; numbers to the right. */
export function table(header, rows) {
  const cells = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  const right = header.map((_, i) =>
    rows.every((row) => typeof row[i] === "number" || /^[\d.,]+ ?(%|MiB|ms|s)?$/.test(row[i])),
  );
  const line = (row) => row.map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  ");
  return [line(header), widths.map((width) => "─".repeat(width)).join("  "), ...cells.slice(1).map(line)];
}

/**
 * A square image as lines of characters, `columns` wide. A character is about twice as high as wide, so columns are
 * interpolated between the pixels of their row.
 *
 * @param {number[]} pixels row by row @param {number} maximum the value drawn as full
 */
export function image(pixels, maximum, columns) {
  const side = Math.sqrt(pixels.length);
  return Array.from({ length: side }, (_, y) =>
    Array.from({ length: columns }, (_, column) => {
      const x = ((column + 0.5) / columns) * side - 0.5;
      const left = Math.max(0, Math.floor(x));
      const right = Math.min(side - 1, left + 1);
      const t = Math.max(0, x - left);
      const value = pixels[y * side + left] * (1 - t) + pixels[y * side + right] * t;
      return SHADES[Math.min(SHADES.length - 1, Math.round((value / maximum) * (SHADES.length - 1)))];
    }).join(""),
  );
}

/** Blocks of lines side by side, `perRow` a row, each `width` wide. */
export function sideBySide(blocks, perRow, width, gap = "  ") {
  const lines = [];
  for (let start = 0; start < blocks.length; start += perRow) {
    const row = blocks.slice(start, start + perRow);
    for (let i = 0; i < row[0].length; i++)
      lines.push(
        row
          .map((block) => block[i].padEnd(width))
          .join(gap)
          .trimEnd(),
      );
    lines.push("");
  }
  return lines;
}

/**
 * Shows a run's events: one line redrawn in place on a terminal, a line a stage elsewhere.
 * `onEvent` takes each event; `end` closes the line.
 */
export function progress(out = process.stdout) {
  let stage = null;
  return {
    onEvent(event) {
      const share = `${Math.round(event.fraction * 100)}`.padStart(3);
      const eta = event.eta_ms ? `, ${seconds(event.eta_ms)} left` : "";
      const objective = event.objective === null ? "" : `, objective ${event.objective.toPrecision(6)}`;
      const name = (event.stage ?? event.type).padEnd(10);
      if (out.isTTY) out.write(`\r\u001b[K  ${bar(event.fraction, 30)} ${share} %  ${name}${objective}${eta}`);
      else if (event.stage !== stage) out.write(`  ${share} %  ${name}${objective}\n`);
      stage = event.stage;
    },
    end() {
      if (out.isTTY) out.write("\r\u001b[K");
    },
  };
}
