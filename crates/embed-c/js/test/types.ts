// What the types of the package promise, for the compiler alone: it is never run.
import { AvmarksError, ask, call, check, init, initSync, job, session, type Checked, type Violation } from "avmarks";

const found: Checked = check("modify_user_info", "{}", { want: ["answer"] });
const codes: number[] = found.violations.map((violation: Violation) => violation.code);
const reply: Uint8Array = call('{"v":1,"do":"about"}', new Uint8Array(1));
const loading: Promise<void>[] = [init(), init("/avmarks.wasm"), init(new URL("https://example.com/")), init(reply)];
initSync(new Uint8Array());
const service = session({ policy: { profile: "2023" } }, "");
const answer = service.ask("line", {}, '{"at":0,"do":"tick"}');
service.close();
job({ plans: [], seed: 7n }).close();
try {
    ask("about");
} catch (error) {
    if (error instanceof AvmarksError) console.log(error.kind, error.pointer?.length);
}
// @ts-expect-error: an endpoint is text
check(1, "{}");
console.log(codes, loading, answer);
