/** Every stage kind and the file that implements it. */
import type { StageKind } from "../../domain/run/types";
import type { Stage } from "../context";
import { assign } from "./assign";
import { choose } from "./choose";
import { cluster } from "./cluster";
import { coreset } from "./coreset";
import { dbcv } from "./dbcv";
import { describe } from "./describe";
import { faces } from "./faces";
import { gather } from "./gather";
import { group } from "./group";
import { keywords } from "./keywords";
import { label } from "./label";
import { layout } from "./layout";
import { lloyd } from "./lloyd";
import { median } from "./median";
import { merged } from "./merged";
import { moments } from "./moments";
import { naming } from "./naming";
import { neighbors } from "./neighbors";
import { persist } from "./persist";
import { project } from "./project";
import { relate } from "./relate";
import { scatter } from "./scatter";
import { silhouette } from "./silhouette";
import { coresetSolve, kmeans } from "./solve";
import { embed } from "./sparse/embed";
import { subspace } from "./sparse/subspace";
import { terms } from "./sparse/terms";
import { spread } from "./spread";
import { stability } from "./stability";
import { subclusters } from "./subclusters";
import { subclusterSpread } from "./subclusters/spread";
import { transform } from "./transform";
import { values } from "./values";
import { weights } from "./weights";

export const STAGES: Record<StageKind, Stage> = {
  terms,
  subspace,
  embed,
  weights,
  gather,
  moments,
  kmeans,
  coreset,
  coreset_solve: coresetSolve,
  lloyd,
  assign,
  choose,
  cluster,
  label,
  spread,
  faces,
  merged,
  subclusters,
  subcluster_spread: subclusterSpread,
  median,
  describe,
  scatter,
  transform,
  layout,
  neighbors,
  project,
  silhouette,
  dbcv,
  stability,
  values,
  group,
  relate,
  keywords,
  naming,
  persist,
};
