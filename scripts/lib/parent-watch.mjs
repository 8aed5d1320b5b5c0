/**
 * Loaded into each wrangler process by `--import`: ends it when the server's process is gone, however that ended.
 * A parent that is killed with SIGKILL runs no handler of its own, and workerd would go on serving for nobody.
 */
const parent = process.ppid;
const GRACE_MS = 3_000;

const timer = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(timer);
  process.kill(process.pid, "SIGTERM"); // wrangler ends its workerd
  setTimeout(endAll, GRACE_MS);
}, 300);
timer.unref();

async function endAll() {
  const { family, signal } = await import("./processes.mjs");
  const everyone = family([process.pid]);
  signal(
    everyone.filter(({ pid }) => pid !== process.pid),
    "SIGKILL",
  );
  process.kill(process.pid, "SIGKILL");
}
