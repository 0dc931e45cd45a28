import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AvmarksError, ask, call, check, init, job, session } from "../node.mjs";

const body = '{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[999]}]}';
const text = (bytes) => new TextDecoder().decode(bytes);

test("a request is checked", () => {
    const found = check("modify_user_info", body, { want: ["answer"] });
    assert.equal(found.accepted, false);
    assert.equal(found.violations[0].pointer, "/MemberList/0/Marks/0");
    assert.equal(found.answer.ErrorCode, 10004);
    assert.equal(check("modify_user_info", body.replace("999", "1000")).accepted, true);
});

test("bytes cross as they are", () => {
    const reply = call('{"v":1,"do":"check","endpoint":"get_members"}', new Uint8Array([255, 0]));
    assert.ok(text(reply).startsWith('{"v":1,"ok":{"accepted":false,'));
    assert.ok(text(call(new Uint8Array([255]))).startsWith('{"v":1,"error":{"kind":"not-json"'));
    assert.ok(text(call("")).startsWith('{"v":1,"error":{"kind":"not-json"'));
});

test("an error is thrown with its place", () => {
    const of = (error) => error instanceof AvmarksError && error.kind === "unknown-field" && error.pointer === "/polcy";
    assert.throws(() => check("modify_user_info", "", { polcy: {} }), of);
    assert.throws(() => job({}), AvmarksError);
});

test("marks cross as JSON", () => {
    for (const [mark, accepted] of [[1000, true], [4294967295, true], [4294967296, false], [-1, false]]) {
        const inputs = [{ account: "a", marks: [mark] }];
        assert.equal(ask("plan", { change: "set", group: "g", inputs }).accepted, accepted);
    }
});

test("a session keeps its state until it is closed", () => {
    const of = session();
    assert.equal(of.ask("line", {}, '{"at":0,"do":"tick"}').line, 1);
    const snapshot = text(of.call('{"v":1,"do":"snapshot"}')).slice('{"v":1,"ok":'.length, -1);
    assert.throws(() => of.ask("line", {}, "{}"), /line 2: /);
    of.close();
    of.close();
    assert.throws(() => of.ask("snapshot"), /closed/);
    assert.equal(text(session({}, snapshot).call('{"v":1,"do":"snapshot"}')).slice('{"v":1,"ok":'.length, -1), snapshot);
});

test("memory is given back", () => {
    const large = " ".repeat(1 << 20);
    for (let turn = 0; turn < 300; turn++) check("get_members", large);
});

test("the module can be loaded from bytes", async () => {
    await init(readFileSync(new URL("../avmarks.wasm", import.meta.url)));
    assert.equal(ask("about").v, 1);
});
