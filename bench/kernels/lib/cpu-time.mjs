/** CPU time of another process, where the system tells it: what a busy machine does not lengthen. */
import { readdirSync, readFileSync } from "node:fs";

/** Processes called `name` that this one has started. */
export function childrenOf(name) {
  return ids("/proc").filter((id) => {
    const [, comm, rest] = /^\d+ \((.*)\) (.*)$/s.exec(read(`/proc/${id}/stat`)) ?? [];
    return comm === name && Number(rest.split(" ")[1]) === process.pid;
  });
}

/** Seconds that all threads of a process have run, or null where that is not told. */
export function cpuSeconds(id) {
  let nanoseconds = 0;
  for (const thread of ids(`/proc/${id}/task`)) {
    nanoseconds += Number(read(`/proc/${id}/task/${thread}/schedstat`).split(" ")[0]);
  }
  return nanoseconds > 0 ? nanoseconds / 1e9 : null;
}

function ids(folder) {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** What has ended meanwhile, or is not there at all, reads as nothing. */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
