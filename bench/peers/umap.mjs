import { UMAP } from "umap-js";
import { measure, request } from "./lib.mjs";

const { data, params } = request();
measure(() => new UMAP({ nComponents: params.components, nNeighbors: params.neighbors, minDist: 0 }).fit(data));
