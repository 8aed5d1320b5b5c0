/** The platform as a task sees it, with the time that it waits for it known to its pulse. */
import type { ObjectStore } from "../objects/object-store";
import type { FrozenReader, Pulse } from "./context";

export function meteredStore(objects: ObjectStore, pulse: Pulse): ObjectStore {
  return {
    get: (key) => pulse.wait(objects.get(key)),
    range: (key, offset, length) => pulse.wait(objects.range(key, offset, length)),
    stream: (key) => pulse.wait(objects.stream(key)),
    head: (key) => pulse.wait(objects.head(key)),
    put: (key, bytes) => pulse.wait(objects.put(key, bytes)),
    writer: (key) => {
      const writer = objects.writer(key);
      return {
        write: (chunk) => pulse.wait(writer.write(chunk)),
        close: () => pulse.wait(writer.close()),
        abort: () => pulse.wait(writer.abort()),
      };
    },
    delete: (names) => pulse.wait(objects.delete(names)),
    list: (prefix, cursor) => pulse.wait(objects.list(prefix, cursor)),
  };
}

export const meteredReader = (reader: FrozenReader, pulse: Pulse): FrozenReader => ({
  frozen: (...request) => pulse.wait(reader.frozen(...request)),
  frozenNoise: (...request) => pulse.wait(reader.frozenNoise(...request)),
  texts: (request) => pulse.wait(reader.texts(request)),
  get: (...request) => pulse.wait(reader.get(...request)),
  payloads: (documentIds) => pulse.wait(reader.payloads(documentIds)),
});
