import { type Bench, createBench } from "./bench-jobs";
import plain from "./kernels.wasm";

let bench: Bench | null = null;

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/load") {
      bench = createBench(plain, Number(searchParams.get("limit")));
      const values = new Float32Array(await request.arrayBuffer());
      bench.load({
        values,
        rows: Number(searchParams.get("rows")),
        dimensions: Number(searchParams.get("dimensions")),
      });
      return new Response();
    }
    if (pathname === "/prepare") {
      const { job, params } = (await request.json()) as { job: string; params: Record<string, number> };
      bench!.prepare(job, params);
      return new Response();
    }
    if (pathname === "/nothing") return Response.json({});
    return Response.json(bench!.run());
  },
};
