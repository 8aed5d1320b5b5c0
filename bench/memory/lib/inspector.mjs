/** Memory of a Node process's isolate, measured from outside through its inspector, which answers within a computation too. */
import { setTimeout as sleep } from "node:timers/promises";

const SAMPLE_MS = 100;

/** One connection to the isolate of the process that listens there. */
async function connect(port) {
  const [target] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`no inspector at ${target.webSocketDebuggerUrl}`));
  });
  const waiting = new Map();
  let id = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    const settle = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) settle?.reject(new Error(message.error.message));
    else settle?.resolve(message.result);
  };
  socket.onclose = () => {
    for (const { reject } of waiting.values()) reject(new Error("the inspector closed"));
  };
  return {
    call: (method, params = {}) =>
      new Promise((resolve, reject) => {
        waiting.set(++id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    close: () => socket.close(),
  };
}

/** Bytes of every WebAssembly memory of the isolate. */
async function wasmBytes({ call }) {
  const prototype = await call("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
  const { objects } = await call("Runtime.queryObjects", { prototypeObjectId: prototype.result.objectId });
  const { result } = await call("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: "function () { return this.map((memory) => memory.buffer.byteLength); }",
    returnByValue: true,
  });
  return result.value.sort((a, b) => b - a);
}

/** Heap, and what its array buffers hold: in Node these include the WebAssembly memories. In bytes. */
async function usage({ call }, collect) {
  if (collect) await call("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize } = await call("Runtime.getHeapUsage");
  return { heap: usedSize, backing: backingStorageSize, total: usedSize + backingStorageSize };
}

/**
 * Watches the isolate. `start()` answers its usage before any work and begins to sample, about every 100 ms, after a
 * collection of garbage when `collect` says so; `stop()` answers the sample with the largest total, with the text that
 * `label`, an expression evaluated in the isolate, gave at that moment, the largest total of every label, the number of
 * samples and the WebAssembly memories; these never shrink, so what they are at the end is their peak.
 */
export async function memoryOf(port, { collect, label }) {
  const isolate = await connect(port);
  const peaks = new Map();
  let [stopping, samples, sampling] = [false, 0, Promise.resolve()];
  const sample = async () => {
    const now = await usage(isolate, collect);
    const { result } = await isolate.call("Runtime.evaluate", { expression: label, returnByValue: true });
    samples += 1;
    if (now.total > (peaks.get(result.value)?.total ?? 0)) peaks.set(result.value, { ...now, label: result.value });
  };
  return {
    async start() {
      const idle = await usage(isolate, true);
      sampling = (async () => {
        for (; !stopping; await sleep(SAMPLE_MS)) await sample();
      })();
      sampling.catch(() => {}); // heard by `stop`, if the work gets that far
      return idle;
    },
    async stop() {
      stopping = true;
      await sampling;
      await sample();
      const memories = await wasmBytes(isolate);
      isolate.close();
      const byLabel = [...peaks.values()].sort((a, b) => b.total - a.total);
      return { peak: byLabel[0], byLabel, samples, memories };
    },
  };
}
