/** When a server command ends: on a signal, or when the npm that started it is gone. */
import { parentOf } from "./processes.mjs";

const POLL_MS = 1_000;

/**
 * Resolves with the reason to end. `npm run` puts a shell between itself and this process, so an npm that was killed
 * shows only in the shell's parent. A command started without npm may outlive its shell, as any background job.
 */
export function endOfLife() {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => resolve(name));
    if (!process.env.npm_lifecycle_event || process.platform === "win32") return;
    const parent = process.ppid;
    const grandparent = parentOf(parent);
    const timer = setInterval(() => {
      if (process.ppid === parent && parentOf(parent) === grandparent) return;
      clearInterval(timer);
      resolve("the end of npm");
    }, POLL_MS);
    timer.unref();
  });
}
