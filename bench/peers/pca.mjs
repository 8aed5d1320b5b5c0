import { Matrix, PCA } from "@saehrimnir/druidjs";
import { measure, request } from "./lib.mjs";

const { data, params } = request();
const matrix = Matrix.from(data);
measure(() => new PCA(matrix, { d: params.components }).transform());
