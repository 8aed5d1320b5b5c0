/** Registers the Parquet writer of a Worker: import it for its effect where the Worker is composed. */
import module from "parquet-wasm/esm/parquet_wasm_bg.wasm";
import { initParquet } from "./parquet";

initParquet(module);
