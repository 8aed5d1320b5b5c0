/** House rules that no linter has: nothing unfinished, nothing that holds on one machine only. */
import { posix } from "node:path";
import { readText, textFiles } from "./files.mjs";

const HERE = "scripts/checks/rules.mjs";
const RULES = [
  { what: "unfinished work", pattern: /\b(TODO|FIXME|XXX)\b/ },
  { what: "type check switched off", pattern: /@ts-(ignore|nocheck)/, files: /\.(ts|mjs|js)$/, except: /^asm\// },
  { what: "test left out or run alone", pattern: /\b(it|test|describe)\.(skip|only|todo)\(/, files: /^test\// },
  { what: "path of one machine", pattern: /(^|[\s"'`(=])\/(root|home|Users|work)\/\w/ },
  { what: "address of a package registry", pattern: /"resolved":|registry\.npmjs\.org/ },
];
/** Lines that are data, or other people's. */
const EXEMPT = /^(examples\/.*\.ndjson|LICENSE|migrations\/meta\/.*)$/;
/** Tests and benchmarks may look for data beside the clone, and say so where it is absent; the generator writes files that lie deeper. */
const MAY_LOOK_OUTSIDE = /^((test|bench)\/|scripts\/generate-kernels\.mjs$)/;

const ABOVE = /(?:\.\.\/)+[\w.-]+/g;

/** Relative paths of `line` that lead out of the repository. */
export function pathsOutside(name, line) {
  const found = line.match(ABOVE) ?? [];
  return found.filter((path) => posix.normalize(posix.join(posix.dirname(name), path)).startsWith(".."));
}

export function rules() {
  const findings = [];
  for (const name of textFiles()) {
    if (EXEMPT.test(name) || name === HERE) continue;
    for (const [index, line] of readText(name).split("\n").entries()) {
      const at = `${name}:${index + 1}`;
      for (const { what, pattern, files, except } of RULES) {
        if (files?.test(name) === false || except?.test(name)) continue;
        if (pattern.test(line)) findings.push(`${at}: ${what}: ${line.trim().slice(0, 100)}`);
      }
      if (MAY_LOOK_OUTSIDE.test(name)) continue;
      for (const path of pathsOutside(name, line)) findings.push(`${at}: path outside of the repository: ${path}`);
    }
  }
  return findings;
}
