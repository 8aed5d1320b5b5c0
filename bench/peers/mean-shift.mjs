import { Matrix, MeanShift } from "@saehrimnir/druidjs";
import { measure, request } from "./lib.mjs";

const { data, params } = request();
const matrix = Matrix.from(data);
measure(() => new MeanShift(matrix, params.bandwidth ? { bandwidth: params.bandwidth } : {}).get_clusters());
