/** The WebAssembly module behind names and bounds: its exports, its memory, its arena. */
import type { Slices } from "./contract";
import { OutOfMemory } from "./errors";
import type { RawKernels } from "./raw";

const PAGE_BYTES = 65_536;

/**
 * A module over a memory of its own. Addresses stay valid until the arena is released below them; a view does not survive the next
 * allocation, because growing detaches it, so views are made where they are used.
 */
export class KernelModule {
  readonly raw: RawKernels;
  readonly #memory: WebAssembly.Memory;

  constructor(
    module: WebAssembly.Module,
    readonly limitBytes: number,
  ) {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.raw = exports as unknown as RawKernels;
    this.raw.setLimit(limitBytes - (limitBytes % PAGE_BYTES));
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Address of `bytes` uninitialised bytes, aligned to 64. */
  allocate(bytes: number): number {
    const address = bytes < 2 ** 31 ? this.raw.allocate(bytes) : 0;
    if (address === 0) throw new OutOfMemory(bytes, this.limitBytes);
    return address;
  }

  /** Frees what `work` allocates when it returns or throws. */
  scoped<T>(work: () => T): T {
    const mark = this.raw.mark();
    try {
      return work();
    } finally {
      this.raw.release(mark);
    }
  }

  /** The same for a generator, one that is abandoned by `return()` included. */
  *scopedSlices<T>(work: () => Slices<T>): Slices<T> {
    const mark = this.raw.mark();
    try {
      return yield* work();
    } finally {
      this.raw.release(mark);
    }
  }

  f32(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  f64(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  i32(address: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length);
  }

  /** Allocates `length` floats and fills them with `values`, or with zeros. */
  allocateF32(length: number, values?: Float32Array): number {
    const address = this.allocate(4 * length);
    if (values) this.f32(address, length).set(values);
    else this.f32(address, length).fill(0);
    return address;
  }

  allocateF64(length: number, values?: Float64Array): number {
    const address = this.allocate(8 * length);
    if (values) this.f64(address, length).set(values);
    else this.f64(address, length).fill(0);
    return address;
  }

  allocateI32(length: number, values?: Int32Array): number {
    const address = this.allocate(4 * length);
    if (values) this.i32(address, length).set(values);
    else this.i32(address, length).fill(0);
    return address;
  }
}
