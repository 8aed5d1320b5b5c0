/** Looking after child processes, so that none outlives the command that started it. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Every process as {pid, ppid, started}. `started` tells a process from a later one with the same number.
 * Linux is read from /proc, because a slim container has no `ps`.
 */
function processTable() {
  if (process.platform !== "linux") return psTable();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        // The command name (field 2) may hold spaces and brackets: count from its end.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return fields[0] === "Z" ? [] : [{ pid: Number(name), ppid: Number(fields[1]), started: fields[19] }];
      } catch {
        return []; // ended while we looked
      }
    });
}

function psTable() {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,lstart="], { encoding: "utf8" }).trim().split("\n");
  return rows.map((row) => {
    const [pid, ppid, ...started] = row.trim().split(/\s+/);
    return { pid: Number(pid), ppid: Number(ppid), started: started.join(" ") };
  });
}

/** The parent of a process, or 0 when it is gone. */
export const parentOf = (pid) => processTable().find((entry) => entry.pid === pid)?.ppid ?? 0;

/** The given processes and all that they started, as {pid, started}. */
export function family(pids) {
  const table = processTable();
  const found = table.filter((entry) => pids.includes(entry.pid));
  for (let i = 0; i < found.length; i++) {
    found.push(...table.filter((entry) => entry.ppid === found[i].pid && !found.includes(entry)));
  }
  return found.map(({ pid, started }) => ({ pid, started }));
}

/** Those of `members` that still run. */
export function survivors(members) {
  const table = processTable();
  return members.filter((member) =>
    table.some((entry) => entry.pid === member.pid && entry.started === member.started),
  );
}

/** Waits until none of `members` runs; returns those that still do when the time is up. */
export async function waitForEnd(members, ms) {
  const deadline = Date.now() + ms;
  let left = survivors(members);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(50);
    left = survivors(left);
  }
  return left;
}

export function signal(members, name) {
  for (const { pid } of members) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }
}
