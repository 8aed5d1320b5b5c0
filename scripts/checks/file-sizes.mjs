/** A file does one thing: 350 lines of source, 500 of a test. Generated files are nobody's to read. */
import { readText, textFiles } from "./files.mjs";

const CEILINGS = [
  { files: /^test\/.*\.(ts|mjs)$/, lines: 500 },
  { files: /^(src|asm|durable-objects|web|scripts|bench)\/.*\.(ts|mjs|js|css|html)$/, lines: 350 },
];
const GENERATED = /\/generated\//;

const countLines = (text) => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

export function fileSizes() {
  return textFiles()
    .filter((name) => !GENERATED.test(name))
    .flatMap((name) => {
      const ceiling = CEILINGS.find(({ files }) => files.test(name));
      const lines = ceiling ? countLines(readText(name)) : 0;
      return ceiling && lines > ceiling.lines ? [`${name}: ${lines} lines, at most ${ceiling.lines}`] : [];
    });
}
