import type { KernelModule } from "../../module";
import type { UmapCurve } from "../contract";

export function umapCurve(kernel: KernelModule, minDist: number, spread = 1): UmapCurve {
  if (!(spread > 0 && spread < Infinity)) throw new RangeError(`spread must be > 0, not ${spread}`);
  if (!(minDist >= 0 && minDist <= spread)) throw new RangeError(`minDist must be from 0 to ${spread}, not ${minDist}`);
  kernel.raw.umapCurve(minDist, spread);
  return { a: kernel.raw.umapCurveA(), b: kernel.raw.umapCurveB() };
}
