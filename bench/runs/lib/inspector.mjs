/** Memory of the isolates of a local process, measured from outside through its inspector. */
import { setTimeout as sleep } from "node:timers/promises";

const SAMPLE_MS = 100;
/** wrangler's inspector refuses clients that do not say where they come from. */
const HEADERS = { origin: "http://localhost:8080", "user-agent": "Mozilla/5.0" };

/** One connection to an isolate's debugger. */
async function connect(url) {
  const socket = new WebSocket(url, { headers: HEADERS });
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`no inspector at ${url}`));
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

/** Bytes of every WebAssembly memory of the isolate, which heap usage leaves out. Collects garbage first. */
async function wasmBytes(isolate) {
  const prototype = await isolate.call("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
  const { objects } = await isolate.call("Runtime.queryObjects", { prototypeObjectId: prototype.result.objectId });
  const { result } = await isolate.call("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: "function () { return this.map((memory) => memory.buffer.byteLength); }",
    returnByValue: true,
  });
  return result.value;
}

/**
 * Watches the isolate of a Worker until `stop()`, which answers the peak of heap and buffers over samples ~100 ms apart and
 * the bytes of the WebAssembly memories; these never shrink, so what they are at the end is their peak.
 */
export async function watchMemory(port) {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const isolate = await connect(targets[0].webSocketDebuggerUrl);
  const peak = { heap: 0, buffers: 0, together: 0, samples: 0 };
  let stopping = false;
  const sampling = (async () => {
    while (!stopping) {
      const { usedSize, backingStorageSize } = await isolate.call("Runtime.getHeapUsage");
      peak.heap = Math.max(peak.heap, usedSize);
      peak.buffers = Math.max(peak.buffers, backingStorageSize);
      peak.together = Math.max(peak.together, usedSize + backingStorageSize);
      peak.samples += 1;
      await sleep(SAMPLE_MS);
    }
  })();
  sampling.catch(() => {}); // heard by `stop`, if the run gets that far
  return {
    async stop() {
      stopping = true;
      await sampling;
      const memories = await wasmBytes(isolate);
      isolate.close();
      return { ...peak, wasm: memories.reduce((sum, bytes) => sum + bytes, 0), memories };
    },
  };
}
