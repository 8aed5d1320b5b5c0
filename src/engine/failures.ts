/**
 * Failure classes. What a class does to a task is the state machine's (`domain/run/tasks.ts`); here errors get theirs, and
 * the short message that a client may see: platform errors are logged, never shown.
 */
import { ShoalError, unpackError } from "../domain/errors";
import type { TaskFailure } from "../domain/run/types";
import { InvalidParameter, OutOfMemory } from "../kernels/errors";
import { Stopped } from "./context";

/** How V8 and the WebAssembly engine say that memory is gone. */
const MEMORY_MESSAGE =
  /array buffer allocation failed|out of memory|invalid array length|could not allocate memory|memory limit/i;

export function classify(thrown: unknown): TaskFailure {
  const error = unpackError(thrown);
  if (error instanceof Stopped) return { class: "canceled", code: "internal_error", message: "stopped" };
  if (error instanceof OutOfMemory || isMemoryError(error))
    return { class: "memory", code: "internal_error", message: "a task ran out of memory" };
  if (error instanceof InvalidParameter)
    return {
      class: "input",
      code: "validation_failed",
      message: `algorithm_params.${error.parameter}: ${error.message}`,
    };
  if (error instanceof ShoalError) {
    if (error.status < 500) return { class: "input", code: error.code, message: error.message };
    return { class: "transient", code: error.code, message: error.message };
  }
  return { class: "transient", code: "internal_error", message: "a part of the platform did not answer" };
}

const isMemoryError = (error: unknown): boolean =>
  error instanceof Error && (error instanceof RangeError || error instanceof WebAssembly.RuntimeError)
    ? MEMORY_MESSAGE.test(error.message)
    : false;
