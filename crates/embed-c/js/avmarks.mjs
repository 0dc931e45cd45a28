// The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent. docs/embed.md describes all requests.
// WebAssembly without imports: no native build, in Node as in browsers.

const ABI = 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An invalid request. `message` begins with `pointer`, the JSON pointer to the field, if there is one. */
export class AvmarksError extends Error {
    constructor(kind, pointer, message) {
        super(pointer ? `${pointer}: ${message}` : message);
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
    [area, capacity, bytes, view] = [0, 0, null, null];
}

// Memory of the module, kept between requests: 8 bytes for what a function writes besides its reply, the request, the body.
let area = 0;
let capacity = 0;
// What is kept at most; a larger body has memory of its own.
const KEPT = 1 << 20;
// All memory of the module. Views of it die when it grows.
let bytes = null;
let view = null;

function look() {
    if (bytes !== null && bytes.buffer === wasm.memory.buffer) return;
    bytes = new Uint8Array(wasm.memory.buffer);
    view = new DataView(wasm.memory.buffer);
}

function release() {
    if (area !== 0) wasm.avmarks_free(area, capacity - 1);
    [area, capacity] = [0, 0];
}

/** What a value is, in words, for an error. */
const named = (value) => (value === null ? "null" : Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : typeof value);

/** How many bytes a text may have. */
function most(text) {
    if (typeof text === "string") return text.length * 3;
    // Not by its class, which another realm (a frame, a test runner) has once more.
    if (ArrayBuffer.isView(text) && text.BYTES_PER_ELEMENT === 1) return text.length;
    throw new TypeError(`expected a string or a Uint8Array, found ${named(text)}; JSON.stringify makes a string of a value`);
}

function write(text, at) {
    if (typeof text === "string") return encoder.encodeInto(text, bytes.subarray(at)).written;
    bytes.set(text, at);
    return text.length;
}

/** Asks a function of the module. `take` is given the bytes of its reply, which it has to copy, and the handle if one was opened. */
function asked(request, body, ask, take) {
    if (wasm === null) throw new Error("the module is not loaded: await init() first");
    const needed = 8 + most(request) + most(body);
    try {
        if (needed > capacity) {
            release();
            // What is too much is too much for the module as well; its own numbers end at 4 GiB.
            area = wasm.avmarks_alloc(Math.min(needed, 2 ** 32 - 1)) >>> 0;
            capacity = needed;
        }
        look();
        const length = write(request, area + 8);
        const text = ask(area + 8, length, area + 8 + length, write(body, area + 8 + length), area) >>> 0;
        look();
        const size = view.getUint32(area, true);
        const taken = take(bytes.subarray(text, text + size), view.getUint32(area + 4, true));
        wasm.avmarks_free(text, size);
        if (capacity > KEPT) release();
        return taken;
    } catch (error) {
        // A trap ends the instance, with all its memory: the next request has a new one. Sessions and jobs are lost.
        if (error instanceof WebAssembly.RuntimeError) begin(new WebAssembly.Instance(compiled));
        throw error;
    }
}

const copy = (reply) => reply.slice();
const decode = (reply, handle) => ({ read: JSON.parse(decoder.decode(reply)), handle });

/** What a reply gave. */
function value({ ok, error }) {
    if (error) throw new AvmarksError(error.kind, error.pointer, error.message);
    return ok;
}

// JSON has no BigInt: the library takes the digits.
const digits = (_, value) => (typeof value === "bigint" ? String(value) : value);

/** The fields of a request, of which null are none. */
function object(fields) {
    if (typeof fields === "object" && !Array.isArray(fields)) return fields;
    throw new TypeError(`expected an object of fields, found ${named(fields)}; the body is an argument of its own`);
}

const request = (what, fields) => JSON.stringify({ v: 1, do: what, ...object(fields) }, digits);

const calling = (...where) => wasm.avmarks_call(...where);

/** Sends a request and returns the reply, which may be an `error`, as bytes. */
export function call(request, body = "") {
    return asked(request, body, calling, copy);
}

/** Sends a request, given its fields, and returns the reply. Throws AvmarksError if the request is invalid. */
export const ask = (what, fields = {}, body = "") => value(asked(request(what, fields), body, calling, decode).read);

/** Lists every rule that the body of a call breaks, as far as the body alone shows it. */
// A body that is not there is a mistake, and not an empty one.
export const check = (endpoint, body, fields = {}) => ask("check", { endpoint, ...object(fields) }, body ?? null);

/** A session or a job: state that is kept between requests. */
export class Handle {
    #handle;
    #of;
    #asking = (...where) => wasm.avmarks_ask(this.#handle, ...where);

    constructor(what, fields, body) {
        const open = (req, reqLength, body, length, out) => wasm.avmarks_open(req, reqLength, body, length, out + 4, out);
        const { read, handle } = asked(request(what, fields), body, open, decode);
        value(read);
        this.#handle = handle;
        this.#of = wasm;
    }

    #asked(request, body, take) {
        if (this.#handle === 0 || this.#of !== wasm) throw new Error("the session or job is closed");
        return asked(request, body, this.#asking, take);
    }

    /** Sends a request and returns the reply, which may be an `error`, as bytes. */
    call(request, body = "") {
        return this.#asked(request, body, copy);
    }

    /** Sends a request, given its fields, and returns the reply. Throws AvmarksError if the request is invalid. */
    ask(what, fields = {}, body = "") {
        return value(this.#asked(request(what, fields), body, decode).read);
    }

    /** Frees the memory. Later requests throw an Error. */
    close() {
        if (this.#handle !== 0 && this.#of === wasm) wasm.avmarks_close(this.#handle);
        this.#handle = 0;
    }
}

/** A service with its groups. `snapshot` is that of an earlier session, as JSON; without it there are no groups. */
export const session = (fields = {}, snapshot = "") => new Handle("session", fields, snapshot);

/** A client that says what to send and does no I/O. `progress` is that of an earlier job with the same plans, as JSON. */
export const job = (fields, progress = "") => new Handle("job", fields, progress);
