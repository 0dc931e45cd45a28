/** JSON as it is given and taken. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Fields = { [name: string]: Json };

/** A question that could not be put. `kind` is one of a closed list of words. */
export class AvmarksError extends Error {
    readonly kind: string;
    readonly pointer: string | null;
}

export interface Violation {
    step: number;
    code: number;
    because: string[];
    pointer: string | null;
    message: string;
}

export interface Checked {
    accepted: boolean;
    violations: Violation[];
    answer?: Json;
    because?: string[];
    notes?: { kind: string; pointer: string; message: string }[];
}

/** Loads the module: by its bytes, its URL, a Response or a compiled module; by itself the file beside this one. In Node it is loaded. */
export function init(source?: BufferSource | URL | string | Response | WebAssembly.Module): Promise<void>;
/** Loads the module at once. Browsers allow that for small modules alone, and in workers: use init there. */
export function initSync(bytes: BufferSource): void;

/** Answers a question: the reply as it is, `error` included, as bytes. */
export function call(question: string | Uint8Array, body?: string | Uint8Array): Uint8Array;
/** Answers a question. Throws AvmarksError where it could not be put. */
export function ask(what: string, fields?: Fields, body?: string | Uint8Array): Json;
/** Everything that is wrong with the body of a call, as far as the body shows it. */
export function check(endpoint: string, body: string | Uint8Array, fields?: Fields): Checked;

/** A machine that is kept between questions: a session or a job. */
export class Handle {
    call(question: string | Uint8Array, body?: string | Uint8Array): Uint8Array;
    ask(what: string, fields?: Fields, body?: string | Uint8Array): Json;
    close(): void;
}
export function session(fields?: Fields, snapshot?: string | Uint8Array): Handle;
export function job(fields: Fields, progress?: string | Uint8Array): Handle;
