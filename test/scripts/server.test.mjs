import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { family, isAlive, survivors, waitForEnd } from "../../scripts/lib/processes.mjs";

const folders = [];
const started = [];

function stateFolder() {
  const folder = mkdtempSync(join(tmpdir(), "shoal-server-test-"));
  folders.push(folder);
  return folder;
}

/** `npm run dev` over the fixture, without npm; resolves when it serves or has ended. */
function dev(folder, ...args) {
  const config = inRoot("test/scripts/fixture/wrangler.toml");
  const script = inRoot("scripts/dev.mjs");
  const child = spawn(process.execPath, [script, "--persist-to", folder, "--config", config, ...args], {
    detached: true,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let output = "";
  const serving = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        const url = /API\s+(http:\S+)/.exec(output)?.[1];
        if (url) resolve(url);
      });
    }
    exited.then(() => resolve(null));
  });
  return { child, exited, serving, output: () => output };
}

const text = async (url) => (await fetch(url)).text();
const entry = (folder) => JSON.parse(readFileSync(join(folder, "server.json"), "utf8"));

async function totalReaches(url, wanted) {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline && (await text(`${url}/total`)) !== wanted) await new Promise((r) => setTimeout(r, 50));
  return text(`${url}/total`);
}

const runtimesOf = (pid) =>
  family([pid])
    .map((member) => member.pid)
    .filter((member) => /\bworkerd\b.*\bserve\b/s.test(commandOf(member)));

function commandOf(pid) {
  try {
    return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return ""; // ended while we looked
  }
}

afterEach(() => {
  for (const { pid } of started.splice(0)) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // it has ended, as it should
    }
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("npm run dev", { timeout: 240_000 }, () => {
  it("serves both roles, migrated; keeps a second server off its state; ends whole on SIGTERM", async () => {
    const folder = stateFolder();
    const server = dev(folder);
    const url = await server.serving;
    expect(url, server.output()).not.toBeNull();
    expect(await text(`${url}/tables`)).toBe("1");
    await text(`${url}/send`);
    expect(await totalReaches(url, "1")).toBe("1");

    const second = dev(folder);
    expect(await second.serving).toBeNull();
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(`in use by the server at ${url}, process ${server.child.pid}`);

    const { children } = entry(folder);
    expect(survivors(children)).toHaveLength(children.length);
    server.child.kill("SIGTERM");
    expect(await server.exited).toBe(0);
    expect(survivors(children)).toEqual([]);
  });

  it("two servers with two folders never take each other's tasks; state survives SIGKILL, children do not", async () => {
    const [a, b] = [stateFolder(), stateFolder()];
    const [first, second] = [dev(a), dev(b)];
    const [urlA, urlB] = [await first.serving, await second.serving];
    expect(urlA, first.output()).not.toBeNull();
    expect(urlB, second.output()).not.toBeNull();
    expect(urlA).not.toBe(urlB);
    await text(`${urlA}/send`);
    await text(`${urlA}/send`);
    await text(`${urlB}/send`);
    expect([await totalReaches(urlA, "2"), await totalReaches(urlB, "1")]).toEqual(["2", "1"]);

    const { children } = entry(a);
    process.kill(first.child.pid, "SIGKILL"); // the server alone: its children must notice
    expect(await waitForEnd(children, 10_000)).toEqual([]);
    expect(isAlive(second.child.pid)).toBe(true);

    const again = dev(a);
    const url = await again.serving;
    expect(url, again.output()).not.toBeNull();
    expect(await text(`${url}/total`)).toBe("2");
  });

  it("starts a role again whose runtime crashed, and its tasks go on", async () => {
    const server = dev(stateFolder());
    const url = await server.serving;
    expect(url, server.output()).not.toBeNull();
    const runtimes = runtimesOf(server.child.pid);
    // The newest runtime is the consumer's own; the others are proxies and the API's.
    process.kill(Math.max(...runtimes), "SIGKILL");
    await expect
      .poll(server.output, { timeout: 10_000 })
      .toContain("The runtime of compute crashed; it is started again");
    // What is sent while nobody consumes is lost, as in a restart: Shoal's coordinator sends it again, and so does this test.
    const sendAgain = async () => Number(await text(`${url}/send`).then(() => text(`${url}/total`)));
    await expect.poll(sendAgain, { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
    expect(runtimesOf(server.child.pid)).toHaveLength(runtimes.length);
  });

  it("refuses a port that is taken, and an option that it does not know", async () => {
    const wrong = dev(stateFolder(), "--port", "70000");
    expect([await wrong.exited, wrong.output()]).toEqual([1, expect.stringContaining("a port is 1 to 65535")]);
    const unknown = dev(stateFolder(), "--prot", "8787");
    expect([await unknown.exited, unknown.output()]).toEqual([1, expect.stringContaining("--prot")]);
  });
});
