import { describe, expect, it } from "vitest";
import { patchDefinition } from "../../../src/domain/definition/patch";
import { renderCluster, renderDefinition, renderFilter } from "../../../src/domain/definition/render";
import { parseFilter } from "../../../src/domain/filters/parse";
import { define, issueAt, refusal, vectorBody, warningAt } from "./support";

const { definition: STORED } = define(
  vectorBody(
    { algorithm_params: { n_clusters: 9, n_init: 3 }, sample_size: 100, face_cluster_merge: { bbox_field: "box" } },
    { cluster_name: "a", metadata: { x: 1 }, filters: { status: "active" }, llm_labeling: { enabled: true } },
  ),
);

describe("a patch", () => {
  it("changes what it names and nothing else", () => {
    const { definition } = patchDefinition(STORED, { cluster_name: "b", description: "words" });
    expect(definition).toEqual({ ...STORED, cluster_name: "b", description: "words" });
  });

  it("leaves everything as it is where it says null", () => {
    const nothing = {
      cluster_name: null,
      metadata: null,
      filters: null,
      sample_size: null,
      algorithm_params: null,
      face_cluster_merge: null,
      llm_labeling: null,
    };
    expect(patchDefinition(STORED, nothing).definition).toEqual(STORED);
    expect(patchDefinition(STORED, {}).definition).toEqual(STORED);
  });

  it("keeps parameters that it does not name, and understands their aliases", () => {
    const { definition } = patchDefinition(STORED, { algorithm_params: { num_clusters: 4 } });
    expect(definition.vector_config?.algorithm_params).toMatchObject({ n_clusters: 4, n_init: 3 });
  });

  it("switches the merge of faces off and keeps its settings", () => {
    const { definition } = patchDefinition(STORED, { face_cluster_merge: { enabled: false } });
    expect(definition.vector_config?.face_cluster_merge).toMatchObject({ enabled: false, bbox_field: "box" });
  });

  it("replaces filters and metadata as a whole", () => {
    const { definition } = patchDefinition(STORED, { filters: { kind: "b" }, metadata: { y: 2 } });
    expect(definition.metadata).toEqual({ y: 2 });
    expect(definition.filters).toEqual(parseFilter({ kind: "b" }));
  });

  it.each([
    [{ sample_size: 1_000_001 }, "body.sample_size"],
    [{ algorithm_params: { n_clusters: 1 } }, "body.algorithm_params.n_clusters"],
    [{ cluster_name: 3 }, "body.cluster_name"],
    [{ face_cluster_merge: { bbox_iou_threshold: 2 } }, "body.face_cluster_merge.bbox_iou_threshold"],
    [{ llm_labeling: { sample_text_max_length: 10 } }, "body.llm_labeling.sample_text_max_length"],
  ])("refuses %j", (patch, loc) => {
    expect(
      issueAt(
        refusal(() => patchDefinition(STORED, patch)),
        loc,
      ),
    ).toBeDefined();
  });

  it("warns of fields that it cannot change", () => {
    const { warnings } = patchDefinition(STORED, { cluster_id: "clust_x", status: "COMPLETED" });
    expect(warningAt(warnings, "body.cluster_id")).toContain("no effect");
    expect(warningAt(warnings, "body.status")).toContain("no effect");
  });
});

describe("rendering", () => {
  const doc = renderCluster(
    { clusterId: "clust_1", namespaceId: "ns_1", createdAt: "2026-11-21T00:00:00.000000Z" },
    STORED,
  );

  it("holds both published shapes", () => {
    expect(doc).toMatchObject({
      cluster_name: "a",
      namespace_id: "ns_1",
      input_collections: ["col_a"],
      collection_ids: ["col_a"],
      cluster_type: "vector",
      algorithm: "kmeans",
      algorithm_params: { n_clusters: 9 },
      vector_config: { clustering_method: "kmeans" },
      status: "PENDING",
      output_collection_ids: [],
      num_clusters: null,
      last_run_id: null,
    });
  });

  it("gives filters in the wire's form, which parse to the same filter", () => {
    const wire = { OR: [{ status: "a" }, { NOT: [{ field: "n", operator: "gt", value: 3, case_sensitive: true }] }] };
    const parsed = parseFilter(wire);
    expect(parsed && parseFilter(renderFilter(parsed))).toEqual(parsed);
    expect(doc.filters).toEqual({ field: "status", operator: "eq", value: "active", case_sensitive: false });
  });

  it("of a definition does not touch what runs write", () => {
    const fields = Object.keys(renderDefinition(STORED));
    expect(fields).not.toContain("status");
    expect(fields.every((field) => field in doc)).toBe(true);
  });
});
