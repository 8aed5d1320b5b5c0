import { euclidean, HierarchicalClustering, Matrix } from "@saehrimnir/druidjs";
import { measure, request } from "./lib.mjs";

const { data, params } = request();
const matrix = Matrix.from(data);
measure(() => new HierarchicalClustering(matrix, { linkage: params.linkage, metric: euclidean }));
