// What the package promises, for Node and for browsers: each case is a name and a function, which throws where the promise is broken.

const text = (bytes) => new TextDecoder().decode(bytes);
const body = '{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[999]}]}';
const request = '{"v":1,"do":"check","endpoint":"modify_user_info"}';

function equal(found, expected) {
    if (found !== expected) throw new Error(`found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

function begins(found, expected) {
    if (!found.startsWith(expected)) throw new Error(`found ${found}, expected that it begins with ${expected}`);
}

/** Calls it, and gives what it throws. */
function thrown(call) {
    try {
        call();
    } catch (error) {
        return error;
    }
    throw new Error("nothing was thrown");
}

/** The bytes of a text in which %XX is a byte. */
const decoded = (cell) =>
    Uint8Array.from([...cell.matchAll(/%([0-9A-F]{2})|(.)/gs)], ([, hex, character]) => (hex ? parseInt(hex, 16) : character.charCodeAt(0)));

/** The cases. `avmarks` is the module of the package, loaded, and `border` the text of tests/border.tsv. */
export function cases(avmarks, border) {
    const { AvmarksError, ask, call, check, job, session } = avmarks;
    const rows = border.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split("\t"));
    return [
        ["the table of the border has rows", () => equal(rows.length > 40, true)],
        ...rows.map(([name, asked, about, reply]) => [name, () => begins(text(call(decoded(asked), decoded(about))), reply)]),
        ["a request is checked", () => {
            const found = check("modify_user_info", body, { want: ["answer"] });
            equal(found.accepted, false);
            equal(found.violations[0].pointer, "/MemberList/0/Marks/0");
            equal(found.answer.ErrorCode, 10004);
            equal(check("modify_user_info", body.replace("999", "1000")).accepted, true);
        }],
        ["text and bytes are the same", () => {
            const bytes = (text) => new TextEncoder().encode(text);
            equal(text(call(bytes(request), bytes(body))), text(call(request, body)));
            begins(text(call("")), '{"v":1,"error":{"kind":"not-json"');
        }],
        ["characters of any length are the same as their bytes", () => {
            for (const account of ["é", "中", "😀", "a".repeat(33), "中".repeat(11), "\u0000"]) {
                const of = JSON.stringify({ GroupId: "g", CommandType: 1, MemberList: [{ Member_Account: account, Marks: [1000] }] });
                equal(text(call(request, of)), text(call(new TextEncoder().encode(request), new TextEncoder().encode(of))));
            }
        }],
        ["what is neither text nor bytes is refused", () => {
            for (const wrong of [{}, [], null, 1, new ArrayBuffer(2), new Uint16Array(2), new DataView(new ArrayBuffer(2))]) {
                begins(thrown(() => call(request, wrong)).message, "expected a string or a Uint8Array, found ");
                equal(thrown(() => call(wrong)) instanceof TypeError, true);
            }
            equal(thrown(() => check("get_members")) instanceof TypeError, true);
            begins(thrown(() => check("get_members", {})).message, "expected a string or a Uint8Array, found an object; JSON.stringify");
        }],
        ["fields that are not an object are refused", () => {
            for (const [wrong, named] of [["{}", "string"], [5, "number"], [[], "an array"]]) {
                begins(thrown(() => ask("about", wrong)).message, `expected an object of fields, found ${named};`);
                equal(thrown(() => session(wrong)) instanceof TypeError, true);
                equal(thrown(() => check("get_members", "{}", wrong)) instanceof TypeError, true);
            }
        }],
        ["a bigint is passed as its digits", () => {
            equal(ask("plan", { change: "set", group: "g", inputs: [{ account: "a", marks: [1000n] }] }).accepted, true);
            equal(thrown(() => ask("plan", { change: "set", group: "g", inputs: [{ account: "a", marks: [2n ** 64n] }] })).kind, "invalid-value");
        }],
        ["a body of 16 MiB is measured", () => {
            equal(text(call(request, new Uint8Array(1 << 24))).includes("the body has 16777216 bytes"), true);
            equal(text(call(" ".repeat(1 << 24) + request, body)), text(call(request, body)));
        }],
        ["a body is not taken for the one before it, whatever their lengths", () => {
            const members = '{"v":1,"do":"check","endpoint":"get_members"}';
            for (const length of [0, 1, 1 << 20, 3, (1 << 20) + 1, 2, 1 << 24, 1]) {
                const of = "x".repeat(length);
                const reply = text(call(members, of));
                equal(reply, text(call(members, new TextEncoder().encode(of))));
                equal(reply.includes(`${length} bytes`), length > 1 << 20);
            }
        }],
        ["an error is thrown with its place", () => {
            const error = thrown(() => check("modify_user_info", "", { polcy: {} }));
            equal(error instanceof AvmarksError, true);
            equal(error.kind, "unknown-field");
            equal(error.pointer, "/polcy");
            begins(error.message, "/polcy: `polcy` is not a field here");
            begins(thrown(() => ask("about", {}, "x")).message, "invalid body of length `1`");
            equal(thrown(() => job({})) instanceof AvmarksError, true);
        }],
        ["marks cross as JSON", () => {
            for (const [mark, accepted] of [[0, false], [1000, true], [1000.0, true], ["1000", true], [4294967295, true], [4294967296, false], [-1, false]]) {
                equal(ask("plan", { change: "set", group: "g", inputs: [{ account: "a", marks: [mark] }] }).accepted, accepted);
            }
            equal(thrown(() => ask("plan", { change: "set", group: "g", inputs: [{ account: "a", marks: [1.5] }] })).kind, "wrong-type");
        }],
        ["a session keeps its state until it is closed", () => {
            const of = session();
            equal(of.ask("line", {}, '{"at":0,"do":"create_group","group":"g"}').line, 1);
            const snapshot = text(of.call('{"v":1,"do":"snapshot"}')).slice('{"v":1,"ok":'.length, -1);
            begins(thrown(() => of.ask("line", {}, "{}")).message, "line 2: ");
            of.close();
            of.close();
            equal(thrown(() => of.ask("snapshot")).message, "the session or job is closed");
            const again = session({}, snapshot);
            equal(text(again.call('{"v":1,"do":"snapshot"}')).slice('{"v":1,"ok":'.length, -1), snapshot);
            again.close();
        }],
        ["a job says what to send", () => {
            const plans = [{ change: "set", group: "g", inputs: [{ account: "a", marks: [1000] }] }];
            const of = job({ plans, sdkappid: 1400000000, identifier: "administrator", key: "throw-away", url: "https://adminapisgp.im.qcloud.com", seed: 7 });
            const step = of.ask("poll", { now_ms: 1 });
            equal(step.step, "send");
            of.ask("response", { id: step.id, now_ms: 2, status: 502 }, "<html>");
            equal(of.ask("poll", { now_ms: 2 }).step, "wait");
            of.close();
        }],
        ["memory is given back", () => {
            const large = " ".repeat(1 << 20);
            for (let turn = 0; turn < 300; turn++) check("get_members", large);
        }],
    ];
}
