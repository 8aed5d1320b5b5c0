/**
 * What an isolate keeps between tasks: one instance of the kernels, one matrix inside it, and small scratch results. All of
 * it belongs to one run and goes when a task of another run comes. WebAssembly memory never shrinks, so there is never a
 * second instance: a run that wants the other build replaces it.
 */
import type { RunSpec } from "../domain/run/types";
import { createKernels } from "../kernels";
import type { Kernels, Matrix } from "../kernels/contract";
import { KERNEL_BYTES } from "./limits";
import { ScratchMemory } from "./scratch";

export interface KernelModules {
  plain: WebAssembly.Module;
  relaxed: WebAssembly.Module;
}

interface Held {
  name: string;
  matrix: Matrix;
  centered: boolean;
}

export class Workspace {
  readonly memory = new ScratchMemory();
  readonly #modules: KernelModules;
  readonly #limitBytes: number;
  #kernels: Kernels | null = null;
  #base = 0;
  #top = 0;
  #runId: string | null = null;
  #held: Held | null = null;

  constructor(modules: KernelModules, limitBytes = KERNEL_BYTES) {
    this.#modules = modules;
    this.#limitBytes = limitBytes;
  }

  get kernels(): Kernels {
    if (!this.#kernels) throw new Error("no run is open in this workspace");
    return this.#kernels;
  }

  /** Prepares for a task of this run; what another run left goes. */
  open({ runId, reproducible }: Pick<RunSpec, "runId" | "reproducible">): void {
    if (this.#runId !== runId) {
      this.memory.clear();
      this.drop();
      this.#runId = runId;
    }
    if (this.#kernels && this.#kernels.relaxed === !reproducible) return;
    this.#held = null;
    const module = reproducible ? this.#modules.plain : this.#modules.relaxed;
    this.#kernels = createKernels(module, { limitBytes: this.#limitBytes });
    this.#base = this.#top = this.#kernels.mark();
  }

  /** Frees what a task allocated beside the held matrix. */
  tidy(): void {
    this.kernels.release(this.#top);
  }

  /** Frees the held matrix. */
  drop(): void {
    this.#held = null;
    this.#kernels?.release(this.#base);
    this.#top = this.#base;
  }

  held(name: string): Held | null {
    return this.#held?.name === name ? this.#held : null;
  }

  /** A new matrix that stays until another takes its place. Throws `OutOfMemory`. */
  hold(name: string, rows: number, dimensions: number): Held {
    this.drop();
    const matrix = this.kernels.matrix(rows, dimensions);
    this.#held = { name, matrix, centered: false };
    this.#top = this.kernels.mark();
    return this.#held;
  }
}
