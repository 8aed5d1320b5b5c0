/**
 * One role of the local server, as a process of its own: `node serve.mjs '{"name": …}'`. It starts what `wrangler dev`
 * starts, through wrangler's programmatic interface, because the command cannot leave the inspector out, and with an
 * inspector attached kernels run several times slower and the runtime crashes (docs/design/local-server.md).
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
