// The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent. docs/embed.md has every question.
// WebAssembly without imports: no native build, in Node as in browsers.

const ABI = 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A question that could not be put. */
export class AvmarksError extends Error {
    constructor(kind, pointer, message) {
        super(message);
        this.name = "AvmarksError";
        this.kind = kind;
        this.pointer = pointer;
    }
}

let wasm = null;
let compiled = null;

/** Loads the module: by its bytes, its URL, a Response or a compiled module; by itself the file beside this one. In Node it is loaded. */
export async function init(source = new URL("./avmarks.wasm", import.meta.url)) {
    if (source instanceof URL || typeof source === "string") source = await fetch(source);
    if (typeof Response !== "undefined" && source instanceof Response) {
        if (!source.ok) throw new Error(`${source.url} is answered with ${source.status}: expected the module; give init its URL or its bytes`);
        source = await source.arrayBuffer();
    }
    const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
    begin(await WebAssembly.instantiate(module));
    compiled = module;
}

/** Loads the module at once. Browsers refuse more than 8 MB, and some less, on the main thread: use init there. */
export function initSync(bytes) {
    const module = new WebAssembly.Module(bytes);
    begin(new WebAssembly.Instance(module));
    compiled = module;
}

function begin(instance) {
    const found = instance.exports.avmarks_abi();
    if (found !== ABI) throw new Error(`the module has interface ${found}, and this package wants ${ABI}`);
    wasm = instance.exports;
}

const bytesOf = (text) => (typeof text === "string" ? encoder.encode(text) : text);

/** Writes bytes into the module; views of its memory die when it grows, so each is taken anew. */
function lend(bytes) {
    if (bytes.length === 0) return 0;
    const at = wasm.avmarks_alloc(bytes.length) >>> 0;
    new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
    return at;
}

/** Asks a function of the module, whose last argument is where the length goes, and takes its reply out. */
function asked(request, body, ask) {
    if (wasm === null) throw new Error("the module is not loaded: await init() first");
    try {
        const [req, bytes] = [lend(request), lend(body)];
        const out = wasm.avmarks_alloc(8) >>> 0;
        const text = ask(req, request.length, bytes, body.length, out) >>> 0;
        const view = new DataView(wasm.memory.buffer);
        const [size, handle] = [view.getUint32(out, true), view.getUint32(out + 4, true)];
        const reply = new Uint8Array(wasm.memory.buffer, text, size).slice();
        wasm.avmarks_free(text, size);
        if (req !== 0) wasm.avmarks_free(req, request.length - 1);
        if (bytes !== 0) wasm.avmarks_free(bytes, body.length - 1);
        wasm.avmarks_free(out, 7);
        return { reply, handle };
    } catch (error) {
        // A trap ends the instance, with all its memory: the next question has a new one. Sessions and jobs are lost.
        if (error instanceof WebAssembly.RuntimeError) begin(new WebAssembly.Instance(compiled));
        throw error;
    }
}

const value = (reply) => {
    const { ok, error } = JSON.parse(decoder.decode(reply));
    if (error) throw new AvmarksError(error.kind, error.pointer, error.message);
    return ok;
};

const request = (what, fields) => encoder.encode(JSON.stringify({ v: 1, do: what, ...fields }));

/** Answers a question: the reply as it is, `error` included, as bytes. */
export function call(question, body = "") {
    return asked(bytesOf(question), bytesOf(body), (...where) => wasm.avmarks_call(...where)).reply;
}

/** Answers a question: its fields in, what it gave out. Throws AvmarksError where it could not be put. */
export const ask = (what, fields = {}, body = "") => value(call(request(what, fields), body));

/** Everything that is wrong with the body of a call, as far as the body shows it. */
export const check = (endpoint, body, fields = {}) => ask("check", { endpoint, ...fields }, body);

/** A machine that is kept between questions: a session or a job. */
export class Handle {
    #handle;
    #of;

    constructor(what, fields, body) {
        const open = (req, reqLength, bytes, length, out) => wasm.avmarks_open(req, reqLength, bytes, length, out + 4, out);
        const { reply, handle } = asked(request(what, fields), bytesOf(body), open);
        value(reply);
        this.#handle = handle;
        this.#of = wasm;
    }

    /** Answers a question: the reply as it is, `error` included, as bytes. */
    call(question, body = "") {
        if (this.#handle === 0 || this.#of !== wasm) throw new Error("it is closed");
        return asked(bytesOf(question), bytesOf(body), (...where) => wasm.avmarks_ask(this.#handle, ...where)).reply;
    }

    /** Answers a question: its fields in, what it gave out. Throws AvmarksError where it could not be put. */
    ask(what, fields = {}, body = "") {
        return value(this.call(request(what, fields), body));
    }

    /** Gives the memory back. Nothing can be asked afterwards. */
    close() {
        if (this.#handle !== 0 && this.#of === wasm) wasm.avmarks_close(this.#handle);
        this.#handle = 0;
    }
}

/** A service with its groups; `snapshot` is that of an earlier one. */
export const session = (fields = {}, snapshot = "") => new Handle("session", fields, snapshot);

/** The caller without a socket; `progress` is that of an earlier job of the same plans. */
export const job = (fields, progress = "") => new Handle("job", fields, progress);
