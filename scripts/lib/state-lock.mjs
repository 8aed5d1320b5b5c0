/** One server a state folder: two that write one SQLite or R2 state lose writes. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expected } from "./output.mjs";
import { family, signal, survivors, waitForEnd } from "./processes.mjs";

const fileOf = (folder) => join(folder, "server.json");

function readLock(folder) {
  try {
    return JSON.parse(readFileSync(fileOf(folder), "utf8"));
  } catch {
    return null; // absent, or its writer was killed half-way: nobody's
  }
}

/**
 * Takes the folder. A server that was killed leaves its entry behind; its children end by themselves within seconds, and
 * what remains of them is ended here, so that a restart always finds the state at rest. `fresh` empties the folder.
 */
export async function lockState(folder, { fresh = false } = {}) {
  mkdirSync(folder, { recursive: true });
  const entry = readLock(folder);
  if (entry) {
    if (survivors([entry.owner]).length > 0) {
      throw expected(
        `${folder} is in use by the server at ${entry.url ?? "(starting)"}, process ${entry.owner.pid}. ` +
          "Stop it, or name another folder with --persist-to.",
      );
    }
    const left = await waitForEnd(entry.children, 5_000);
    signal(left, "SIGKILL");
    await waitForEnd(left, 2_000);
    rmSync(fileOf(folder), { force: true });
  }
  const [owner] = family([process.pid]);
  try {
    writeFileSync(fileOf(folder), JSON.stringify({ owner, url: null, children: [] }), { flag: "wx" });
  } catch (error) {
    if (error.code === "EEXIST") throw expected(`${folder} was just taken by another server.`);
    throw error;
  }
  if (fresh) {
    for (const name of readdirSync(folder)) {
      if (join(folder, name) !== fileOf(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
  return {
    /** Notes the address and the processes, for whoever comes next. */
    note(url, children) {
      writeFileSync(fileOf(folder), JSON.stringify({ owner, url, children }));
    },
    release() {
      rmSync(fileOf(folder), { force: true });
    },
  };
}
