/** Small tables of an attribute run in scratch, as JSON. */
import type { Scratch } from "../scratch";

export function putJson(scratch: Scratch, name: string, value: unknown): void {
  scratch.put(name, Uint8Array.from(new TextEncoder().encode(JSON.stringify(value))));
}

export async function getJson<T>(scratch: Scratch, name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await scratch.bytes(name))) as T;
}
