/**
 * One role of the local server, as a process of its own: `node serve.mjs '{"name": …}'`. It starts what `wrangler dev`
 * starts, through wrangler's programmatic interface, because the command cannot leave the inspector out: its proxy enables
 * the debugger, and under a debugger V8 runs WebAssembly in its baseline code, which made a k-means run nine times slower.
 */
import { unstable_startWorker } from "wrangler";

const { config, env, port, inspectorPort, persist, verbose, watch } = JSON.parse(process.argv[2]);

const worker = await unstable_startWorker({
  config,
  env,
  dev: {
    server: { hostname: "localhost", port },
    inspector: inspectorPort === null ? false : { hostname: "127.0.0.1", port: inspectorPort },
    persist,
    watch,
    logLevel: verbose ? "info" : "warn",
    registry: process.env.WRANGLER_REGISTRY_PATH,
  },
});
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => worker.dispose().then(() => process.exit(0)));
await worker.ready;
process.stdout.write(`Ready on ${await worker.url}\n`);
