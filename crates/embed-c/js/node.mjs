// For Node: the module is read from the file beside this one.
import { readFileSync } from "node:fs";
import { initSync } from "./avmarks.mjs";

initSync(readFileSync(new URL("./avmarks.wasm", import.meta.url)));

export * from "./avmarks.mjs";
