// The JavaScript package in headless Chromium, from a page that loads it over HTTP as any page would.
//
//     node .ci/package-browser.mjs PACKAGE test CASES BORDER     runs the cases of the package, and those that only a browser has
//     node .ci/package-browser.mjs PACKAGE replay                answers scenario lines of standard input on standard output
//     node .ci/package-browser.mjs PACKAGE bench                 microseconds of one `check` of the body on standard input
//
// CHROMIUM names the program, NODE_TOOLS the folder that playwright-core is installed in.
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { launch } from "./browser.mjs";

const [folder, what, cases, border] = process.argv.slice(2);
const types = { ".mjs": "text/javascript", ".wasm": "application/wasm" };
const input = what === "test" ? null : readFileSync(0);

const server = http.createServer(async (request, response) => {
    // Isolated, so that the page's clock is fine enough to measure with.
    const head = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
    const of = (type, body) => response.writeHead(200, { ...head, "Content-Type": type }).end(body);
    const inPackage = /^\/avmarks\/([\w-]+\.(mjs|wasm))$/.exec(request.url);
    if (request.method === "POST") {
        const parts = [];
        for await (const part of request) parts.push(part);
        process.stdout.write(Buffer.concat(parts), () => of("text/plain", ""));
    } else if (request.url === "/") of("text/html", "<!doctype html><title>avmarks</title><link rel=icon href='data:,'>");
    else if (request.url === "/input") of("application/octet-stream", input);
    else if (request.url === "/cases.mjs") of("text/javascript", readFileSync(cases));
    else if (request.url === "/border.tsv") of("text/plain; charset=utf-8", readFileSync(border));
    else if (inPackage && existsSync(path.join(folder, inPackage[1]))) of(types[`.${inPackage[2]}`], readFileSync(path.join(folder, inPackage[1])));
    else response.writeHead(404, head).end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

// These run in the page.
const pages = {
    async test() {
        const avmarks = await import("/avmarks/avmarks.mjs");
        const failed = [];
        const all = [
            ["without init it says what to do", () => {
                try {
                    avmarks.ask("about");
                } catch (error) {
                    if (error.message === "the module is not loaded: await init() first") return;
                }
                throw new Error("it did not");
            }],
            ["a file that is not there is named", async () => {
                const error = await avmarks.init("/avmarks/other.wasm").then(() => null, (error) => error);
                if (!/other\.wasm is answered with 404/.test(error?.message)) throw new Error(String(error));
            }],
            ["it loads the file beside it", () => avmarks.init()],
        ];
        const run = async ([name, of]) => {
            try {
                await of();
            } catch (error) {
                failed.push(`${name}: ${error.stack}`);
            }
        };
        for (const one of all) await run(one);
        const { cases } = await import("/cases.mjs");
        const shared = cases(avmarks, await (await fetch("/border.tsv")).text());
        for (const one of shared) await run(one);
        const more = [
            ["it loads a Response, and the module without sessions and jobs", async () => {
                await avmarks.init(await fetch("/avmarks/avmarks-validation.wasm"));
                if (avmarks.check("get_members", "{}").accepted) throw new Error("it accepts what is wrong");
                let kind = "none";
                try {
                    avmarks.session();
                } catch (error) {
                    kind = error.kind;
                }
                if (kind !== "unknown-verb") throw new Error(kind);
            }],
            ["workers may ask at once", async () => {
                const script = `
                    import { check, init } from "${location.origin}/avmarks/avmarks.mjs";
                    await init();
                    let refused = 0;
                    for (let turn = 0; turn < 200; turn++) refused += check("get_members", "{}").accepted ? 0 : 1;
                    postMessage(refused);`;
                const source = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
                const ended = [1, 2, 3, 4].map(() => new Promise((resolve, reject) => {
                    const worker = new Worker(source, { type: "module" });
                    worker.onmessage = ({ data }) => resolve(data);
                    worker.onerror = (event) => reject(new Error(event.message));
                }));
                const refused = String(await Promise.all(ended));
                if (refused !== "200,200,200,200") throw new Error(refused);
            }],
        ];
        for (const one of more) await run(one);
        return { count: all.length + shared.length + more.length, failed };
    },

    async replay() {
        const { init, session } = await import("/avmarks/avmarks.mjs");
        await init();
        const input = new Uint8Array(await (await fetch("/input")).arrayBuffer());
        const [ok, of, replies] = [new TextEncoder().encode('{"v":1,"ok":'), session(), []];
        for (let from = 0; from < input.length; ) {
            const end = input.indexOf(10, from);
            const reply = of.call('{"v":1,"do":"line"}', input.subarray(from, end < 0 ? input.length : end));
            replies.push(ok.every((byte, at) => reply[at] === byte) ? reply.subarray(ok.length, -1) : reply, "\n");
            from = end < 0 ? input.length : end + 1;
        }
        await fetch("/output", { method: "POST", body: new Blob(replies) });
        return { failed: [] };
    },

    async bench() {
        const { call, init } = await import("/avmarks/avmarks.mjs");
        await init();
        const text = await (await fetch("/input")).text();
        const body = new TextEncoder().encode(text.split("\n")[0]);
        let best = Infinity;
        for (let burst = 0; burst < 400; burst++) {
            const began = performance.now();
            for (let turn = 0; turn < 50; turn++) call('{"v":1,"do":"check","endpoint":"modify_user_info"}', body);
            best = Math.min(best, (performance.now() - began) * 20);
        }
        await fetch("/output", { method: "POST", body: `${best.toFixed(2)}\n` });
        return { failed: [] };
    },
};

const browser = await launch();
try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(url);
    const { count, failed } = await page.evaluate(pages[what]);
    if (count) console.log(`${count - failed.length} cases passed in ${browser.version()}`);
    for (const one of failed) console.error(`failed: ${one}`);
    process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
    await browser.close();
    server.close();
}
