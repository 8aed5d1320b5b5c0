/**
 * Whether `npm ci` will work elsewhere: every optional platform package that an entry names is locked too (npm leaves out
 * those that a registry lacked at that moment, and then `npm ci` refuses the lock), each with a checksum, and no entry
 * names a download address.
 */
import { readText } from "./files.mjs";

/** The locked path that `name` resolves to for the package at `from`, going up as Node does, or null. */
function resolveLocked(packages, from, name) {
  for (let folder = from; ; ) {
    const path = `${folder ? `${folder}/` : ""}node_modules/${name}`;
    if (packages[path]) return path;
    if (!folder) return null;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")));
  }
}

/** @param {string} [text] a lock file; the repository's own when absent. @returns {string[]} findings */
export function lockFile(text = readText("package-lock.json")) {
  const { packages } = JSON.parse(text);
  return Object.entries(packages).flatMap(([path, entry]) => {
    const findings = [];
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!resolveLocked(packages, path, name))
        findings.push(`${path || "the root"} names ${name}, which is not locked`);
    }
    if (entry.resolved) findings.push(`${path} names the download address ${entry.resolved}`);
    if (path && !entry.integrity && !entry.link) findings.push(`${path} has no checksum`);
    return findings;
  });
}
