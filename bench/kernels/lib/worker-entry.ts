import plain from "./kernels.wasm";
import relaxed from "./kernels-relaxed.wasm";
import { createRunner, type Job } from "./worker";

const runners = { plain: createRunner(plain), relaxed: createRunner(relaxed) };

export default {
  async fetch(request: Request): Promise<Response> {
    const { build, ...job } = (await request.json()) as Job & { build: "plain" | "relaxed" };
    return Response.json(runners[build](job));
  },
};
