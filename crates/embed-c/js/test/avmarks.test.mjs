import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import * as avmarks from "avmarks";
import { cases } from "./cases.mjs";

const border = readFileSync(process.env.AVMARKS_BORDER, "utf8");
for (const [name, run] of cases(avmarks, border)) test(name, run);

const { ask, call, init, session } = avmarks;

test("a request that fits into no memory ends nothing but the handles", () => {
    const of = session();
    // 4 GiB of zeros, which the system does not even lay out.
    const large = new Uint8Array(2 ** 32 - 2 ** 16);
    assert.throws(() => call('{"v":1,"do":"about"}', large), WebAssembly.RuntimeError);
    assert.equal(ask("about").v, 1);
    assert.throws(() => of.ask("snapshot"), /closed/);
    of.close();
    for (let turn = 0; turn < 50; turn++) assert.equal(ask("about").v, 1);
});

test("workers may ask at once", async () => {
    const script = `
        import { parentPort } from "node:worker_threads";
        import { check } from ${JSON.stringify(import.meta.resolve("avmarks"))};
        let refused = 0;
        for (let turn = 0; turn < 200; turn++) refused += check("get_members", "{}").accepted ? 0 : 1;
        parentPort.postMessage(refused);`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
    const ended = [1, 2, 3, 4].map(() => new Promise((resolve, reject) => {
        new Worker(url).once("message", resolve).once("error", reject);
    }));
    assert.deepEqual(await Promise.all(ended), [200, 200, 200, 200]);
});

test("the module can be loaded from bytes, from a module and by itself", async () => {
    const bytes = readFileSync(new URL(import.meta.resolve("avmarks/avmarks.wasm")));
    await init(bytes);
    assert.equal(ask("about").v, 1);
    await init(new WebAssembly.Module(bytes));
    assert.equal(ask("about").v, 1);
    await assert.rejects(init(new Uint8Array([0])), WebAssembly.CompileError);
    assert.equal(ask("about").v, 1);
});
