import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LabelingRequest } from "../../../src/domain/definition/labeling";
import type { RunRecord, RunSpec } from "../../../src/domain/run/types";
import { type LanguageEnv, languageModels } from "../../../src/providers/language";
import { clustersIn, LlmServer, namesOf, reply } from "../../support/llm-server";
import type { FakeDocument } from "../fake-collection";
import { blobs, kmeansSpec, makeWorld } from "../fixtures";
import type { World } from "../harness";

let server: LlmServer;
beforeAll(async () => {
  server = await LlmServer.start();
});
afterAll(() => server.close());
beforeEach(() => {
  server.received.length = 0;
  server.script = [];
  server.respond = (request) => reply(namesOf(request));
});

const SUBJECTS = ["red apple pie", "fast night train", "sleepy grey cat", "warm winter coat"];
const documents = (name: string, rows: number): FakeDocument[] =>
  blobs(name, rows).map((one, i) => ({
    ...one,
    attributes: {
      title: `${SUBJECTS[i % 4]} ${["of old", "of today"][i % 2]}`,
      sku: `sku_${String(i).padStart(6, "0")}`,
      link: `https://shop.shoal-test.org/${i}`,
      secret: "do not send me",
      images: [{ url: `https://img.shoal-test.org/${i % 4}.png` }],
    },
  }));

const MAPPED = { labeling_inputs: { input_mappings: [{ input_key: "text", source_type: "payload", path: "title" }] } };
const asked = (changes: Record<string, unknown> = {}) =>
  LabelingRequest.parse({ enabled: true, provider: "openai", ...MAPPED, ...changes });

interface Ran {
  world: World;
  record: RunRecord;
}

async function ran(
  labeling: RunSpec["labeling"],
  {
    env = {},
    answers,
    prepare,
  }: { env?: Partial<LanguageEnv>; answers?: World["answers"]; prepare?: (world: World) => void } = {},
): Promise<Ran> {
  const world = await makeWorld(kmeansSpec({ labeling }), { a: documents("a", 400), b: documents("b", 200) });
  const { limits, ...rest } = languageModels({ ENVIRONMENT: "local", ...server.env, LLM_TIMEOUT_MS: "400", ...env });
  world.language = { ...rest, limits: { ...limits, firstPauseMs: 10 } };
  if (answers) world.answers = answers;
  prepare?.(world);
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  expect(record.status).toBe("completed");
  return { world, record };
}

const labelsOf = ({ record }: Ran) => record.centroids!.map(({ label }) => label!);
const errorsOf = ({ record }: Ran) =>
  (record.labelingErrors ?? []).map((text) => JSON.parse(text) as { error: string; clusters: string[] });

describe("a run whose clusters a language model names", () => {
  it.each([
    ["openai", "gpt-4o-mini-2024-07-18"],
    ["google", "gemini-2.5-flash-lite"],
    ["anthropic", "claude-haiku-4-5-20251001"],
  ])("has its labels from %s in tables, record and manifest", async (provider, model) => {
    const run = await ran(asked({ provider }));
    expect(labelsOf(run).toSorted()).toEqual([
      expect.stringMatching(/^All about/),
      expect.stringMatching(/^All about/),
      expect.stringMatching(/^All about/),
      expect.stringMatching(/^All about/),
    ]);
    expect(new Set(labelsOf(run)).size).toBe(4);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ wire: provider, model });
    const centroids = await parquetReadObjects({
      file: run.world.artifact("centroids.parquet")!.slice().buffer as ArrayBuffer,
    });
    expect(centroids.map((row) => row.label)).toEqual(labelsOf(run));
    expect(centroids[0]!.summary).toMatch(/^Documents on/);
    const members = await parquetReadObjects({
      file: run.world.artifact("members.parquet")!.slice().buffer as ArrayBuffer,
    });
    expect(new Set(members.map((row) => row.cluster_label)).size).toBe(4);
    expect(run.record.labeling).toEqual({
      provider,
      model,
      requests: 1,
      cached: 0,
      input_tokens: 100,
      output_tokens: 20,
      // The server of the test is not the provider's: what it charges is not known.
      cost_usd: null,
    });
    expect(run.record.labelingErrors).toBeUndefined();
    const manifest = JSON.parse(new TextDecoder().decode(run.world.artifact("manifest.json")!));
    expect(manifest.labeling).toMatchObject({ provider, requests: 1, errors: [] });
    expect(JSON.stringify(manifest)).not.toContain("0123456789");
    expect(run.world.scratchKeys).toEqual([]);
  });

  it("shows the model only what the mappings name", async () => {
    await ran(asked());
    const [{ text, system }] = server.received as [(typeof server.received)[0]];
    expect(text).toMatch(/red apple pie/);
    expect(text).not.toMatch(/do not send me|sku_|https:/);
    expect(system).toMatch(/never an instruction/);
  });

  it("shows what is readable where nothing is mapped, and tells which fields those are", async () => {
    const run = await ran(asked({ labeling_inputs: null }));
    const [{ text }] = server.received as [(typeof server.received)[0]];
    expect(text).toMatch(/red apple pie/);
    expect(text).not.toMatch(/sku_|https:|title/);
    expect(run.record.warnings.map(({ msg }) => msg)).toContainEqual(
      expect.stringMatching(/shown the readable values of .*title/),
    );
  });

  it("passes images as parts", async () => {
    const input_mappings = [
      { input_key: "text", path: "title" },
      { input_key: "image_url", path: "images.0.url" },
      { input_key: "video_url", path: "images.0.url" },
    ];
    const run = await ran(asked({ labeling_inputs: { input_mappings }, max_samples_per_cluster: 2 }));
    expect(server.received.flatMap(({ files }) => files)).toHaveLength(8);
    expect(server.received[0]!.files[0]).toMatch(/^https:\/\/img\.shoal-test\.org\/\d\.png$/);
    expect(run.record.warnings.map(({ msg }) => msg)).toContain(
      "8 files were not shown to the model: openai takes no video here",
    );
  });

  it("keeps the keywords' labels without a key, and says why", async () => {
    const run = await ran(asked(), { env: { OPENAI_API_KEY: "", OPENAI_BASE_URL: "" } });
    expect(labelsOf(run).every((label) => !label.startsWith("All about"))).toBe(true);
    expect(new Set(labelsOf(run)).size).toBe(4);
    expect(errorsOf(run)).toEqual([
      {
        error: "no key of openai is configured on this deployment (secret OPENAI_API_KEY)",
        clusters: ["cl_0", "cl_1", "cl_2", "cl_3"],
      },
    ]);
    expect(run.record.labeling).toMatchObject({ requests: 0, cost_usd: 0 });
    expect(server.received).toHaveLength(0);
  });

  it("gets over limits, failures, hangs and broken replies", async () => {
    server.script = [
      { kind: "status", status: 429, headers: { "retry-after-ms": "20" } },
      { kind: "status", status: 503 },
      { kind: "hang" },
    ];
    const run = await ran(asked());
    expect(labelsOf(run).every((label) => label.startsWith("All about"))).toBe(true);
    expect(server.received).toHaveLength(4);
    server.script = [reply("no JSON at all")];
    server.received.length = 0;
    expect(errorsOf(await ran(asked()))).toEqual([]);
    expect(server.received.map(({ roles }) => roles)).toEqual([["user"], ["user", "assistant", "user"]]);
  });

  it("fails only the clusters that the model refuses", async () => {
    server.respond = (request) =>
      request.text.includes("cat")
        ? { kind: "reply", text: "I'm sorry, but I can't help with that." }
        : reply(namesOf(request));
    const run = await ran(asked());
    expect(labelsOf(run).filter((label) => label.startsWith("All about"))).toHaveLength(3);
    expect(errorsOf(run)).toEqual([
      { error: expect.stringMatching(/refused/), clusters: [expect.stringMatching(/^cl_\d$/)] },
    ]);
  });

  it("ends a run whose provider is down, with an error and the keywords' labels", async () => {
    server.respond = () => ({ kind: "status", status: 500, message: "down" });
    const run = await ran(asked());
    expect(errorsOf(run)).toEqual([
      { error: expect.stringMatching(/500: down \(after 4 attempts\)/), clusters: ["cl_0", "cl_1", "cl_2", "cl_3"] },
    ]);
    expect(labelsOf(run).some((label) => label.startsWith("All about"))).toBe(false);
  });

  it("asks again for labels that are alike, and ends with labels that are not", async () => {
    server.respond = (request) =>
      reply(clustersIn(request).map(({ id }) => ({ cluster_id: id, label: "Things for sale" })));
    const run = await ran(asked());
    expect(server.received.length).toBeGreaterThan(1);
    expect(server.received[1]!.text).toMatch(/too much like another cluster/);
    expect(labelsOf(run)[0]).toBe("Things for sale");
    expect(
      labelsOf(run)
        .slice(1)
        .every((label) => /^Things for sale \(.+\)$/.test(label)),
    ).toBe(true);
    expect(new Set(labelsOf(run)).size).toBe(4);
  });

  it("asks nothing the second time, until the labels expire or the question changes", async () => {
    const first = await ran(asked());
    const again = await ran(asked(), { answers: first.world.answers });
    expect(labelsOf(again)).toEqual(labelsOf(first));
    expect(again.record.labeling).toMatchObject({ requests: 0, cached: 4, input_tokens: 0 });
    expect(server.received).toHaveLength(1);
    await ran(asked({ custom_prompt: "Name them in Latin." }), { answers: first.world.answers });
    expect(server.received).toHaveLength(2);
    expect(server.received[1]!.text).toMatch(/^Name them in Latin\./);
    const kept = first.world.answers.size;
    await ran(asked({ cache_ttl_seconds: 0 }), { answers: first.world.answers });
    expect(server.received).toHaveLength(3);
    expect(first.world.answers.size).toBe(kept);
  });

  it("keeps what a response_shape adds", async () => {
    server.respond = (request) =>
      reply(clustersIn(request).map(({ id, words }) => ({ cluster_id: id, label: `${words[0]} ${id}`, mood: "calm" })));
    const shape = { type: "object", properties: { mood: { enum: ["calm", "wild"] } }, required: ["mood"] };
    const run = await ran(asked({ response_shape: shape }));
    expect(run.record.centroids!.map(({ metadata }) => metadata)).toEqual(
      Array.from({ length: 4 }, () => ({ mood: "calm" })),
    );
    server.respond = (request) =>
      reply(clustersIn(request).map(({ id }) => ({ cluster_id: id, label: id, mood: "odd" })));
    const wrong = await ran(asked({ response_shape: shape }));
    expect(errorsOf(wrong)[0]!.error).toMatch(/answer\.mood must be one of "calm", "wild"/);
  });

  it("pays once although its task fails at the end and is done again", async () => {
    let failures = 0;
    const run = await ran(asked({ cache_ttl_seconds: 0 }), {
      prepare: ({ objects }) => {
        const put = objects.put.bind(objects);
        objects.put = async (key, bytes) => {
          if (key.endsWith("naming/names") && failures++ === 0) throw new Error("the bucket did not answer");
          await put(key, bytes);
        };
      },
    });
    expect(failures).toBe(2);
    expect(labelsOf(run).every((label) => label.startsWith("All about"))).toBe(true);
    expect(server.received).toHaveLength(1);
    expect(run.record.labeling).toMatchObject({ requests: 1, input_tokens: 100 });
  });

  it("compares labels by their words where the embedding model does not answer", async () => {
    const run = await ran(asked(), {
      prepare: (world) => {
        world.language = {
          ...world.language,
          embed: async () => {
            throw new Error("no such model");
          },
        };
      },
    });
    expect(run.record.warnings.map(({ msg }) => msg)).toContainEqual(
      expect.stringMatching(/compared by their words.*no such model/),
    );
  });

  it("lets another task compute in its isolate while it waits", async () => {
    const order: string[] = [];
    await ran(asked(), {
      prepare: (world) => {
        const services = world.workServices.bind(world);
        world.workServices = (link, workspace) => ({
          ...services(link, workspace),
          idle: async (wait) => {
            order.push("free");
            const answer = await wait();
            order.push("taken");
            return answer;
          },
        });
        const { open } = world.language;
        world.language = {
          ...world.language,
          open: (settings) => {
            const model = open(settings);
            if ("missing" in model) return model;
            return {
              ...model,
              ask: async (...call) => {
                order.push("asked");
                return model.ask(...call);
              },
            };
          },
        };
      },
    });
    expect(order).toEqual(["free", "asked", "taken"]);
  });

  it("leaves the clusters that people named alone, and gives their labels to no other", async () => {
    const first = await ran(asked());
    const centroids = await parquetReadObjects({
      file: first.world.artifact("centroids.parquet")!.slice().buffer as ArrayBuffer,
    });
    const representatives = centroids[1]!.representatives as string[];
    server.received.length = 0;
    const groups = [{ groupId: "cl_1", label: "Our best sellers", representatives }];
    const run = await ran(asked(), {
      prepare: (world) => {
        world.spec = { ...world.spec, labelled: { runId: "run_before", groups } };
      },
    });
    expect(run.record.keptLabels?.kept).toEqual([["cl_1", "cl_1"]]);
    expect(clustersIn(server.received[0]!).map(({ id }) => id)).toEqual(["cl_0", "cl_2", "cl_3"]);
    expect(server.received[0]!.text).toContain('["Our best sellers"]');
    expect(run.record.labelingErrors).toBeUndefined();
  });

  it("plans how many requests it will make", async () => {
    const { record } = await ran(asked());
    expect(record.plan!.notes).toContainEqual(
      expect.stringMatching(/naming: labels by openai gpt-4o-mini-2024-07-18: about \d+ requests for 4 clusters/),
    );
  });
});
