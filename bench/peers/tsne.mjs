import { Matrix, TSNE } from "@saehrimnir/druidjs";
import { measure, request } from "./lib.mjs";

const { data, params } = request();
const matrix = Matrix.from(data);
measure(() => new TSNE(matrix, { d: 2, perplexity: params.perplexity }).transform(1000));
