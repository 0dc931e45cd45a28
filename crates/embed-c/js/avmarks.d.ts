/** JSON of a reply. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** The value of a field of a request. A bigint becomes a string of its digits. */
export type Field = null | boolean | number | bigint | string | Field[] | { [name: string]: Field };
export type Fields = { [name: string]: Field };

/**
 * An invalid request. `kind` is one of the words in docs/embed.md, `pointer` a JSON pointer to the field, or null. `message` begins with
 * the pointer.
 */
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

/** Sends a request and returns the reply, which may be an `error`, as bytes. */
export function call(request: string | Uint8Array, body?: string | Uint8Array): Uint8Array;
/** Sends a request, given its fields, and returns the reply. Throws AvmarksError if the request is invalid. */
export function ask(what: string, fields?: Fields, body?: string | Uint8Array): Json;
/** Lists every rule that the body of a call breaks, as far as the body alone shows it. */
export function check(endpoint: string, body: string | Uint8Array, fields?: Fields): Checked;

/** A session or a job: state that is kept between requests. */
export class Handle {
    call(request: string | Uint8Array, body?: string | Uint8Array): Uint8Array;
    ask(what: string, fields?: Fields, body?: string | Uint8Array): Json;
    close(): void;
}
/** A service with its groups. `snapshot` is that of an earlier session, as JSON; without it there are no groups. */
export function session(fields?: Fields, snapshot?: string | Uint8Array): Handle;
/** A client that says what to send and does no I/O. `progress` is that of an earlier job with the same plans, as JSON. */
export function job(fields: Fields, progress?: string | Uint8Array): Handle;
