/** The compiled kernels: workerd compiles no bytes, so the bundler imports them. Two builds of one source, see docs/kernels.md. */
import plain from "../../build/kernels.wasm";
import relaxed from "../../build/kernels-relaxed.wasm";
import type { KernelModules } from "./workspace";

export const kernelModules: KernelModules = { plain, relaxed };
