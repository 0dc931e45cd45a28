// A validator that people would write in JavaScript beside ours: whether they agree, and how long each takes. As measure.py.
//
//     node measure.mjs CASES SECONDS SCHEMA
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import { check } from "avmarks";

const [cases, seconds, schema] = process.argv.slice(2);
const validate = new Ajv().compile(JSON.parse(readFileSync(schema, "utf8")));

function byAjv(body) {
    try {
        return validate(JSON.parse(body));
    } catch {
        return false;
    }
}

const byAvmarks = (body) => check("modify_user_info", body).accepted;

let asked = 0;
const differ = [];
for (const line of readFileSync(cases, "utf8").split("\n")) {
    if (line === "") continue;
    const { id, endpoint, level, body, body_b64, verdict } = JSON.parse(line);
    if (endpoint !== "modify_user_info" || level !== "must") continue;
    // A string, as a program has it that is about to send it; bytes that are no text are ours to refuse alone.
    const text = body ?? Buffer.from(body_b64, "base64").toString();
    asked += 1;
    if (byAjv(text) !== verdict.accepted) differ.push(id);
    if (byAvmarks(body ?? Buffer.from(body_b64, "base64")) !== verdict.accepted) throw new Error(id);
}
const members = Array.from({ length: 500 }, (_, at) => ({ Member_Account: `student${String(at).padStart(5, "0")}`, Marks: [1000, 1001], NickName: "xxxxxxxx" }));
const body = JSON.stringify({ GroupId: "@TGS#a6I4ZUUGO", CommandType: 1, MemberList: members });
if (!byAjv(body) || !byAvmarks(body)) throw new Error("the body is to be accepted");
const took = { ajv: [], avmarks: [] };
const until = performance.now() + Number(seconds) * 1000;
while (performance.now() < until) {
    for (const [name, of] of [["ajv", byAjv], ["avmarks", byAvmarks]]) {
        const began = performance.now();
        for (let turn = 0; turn < 10; turn++) of(body);
        took[name].push((performance.now() - began) * 100);
    }
}
const [theirs, ours] = [Math.min(...took.ajv), Math.min(...took.avmarks)];
console.log(
    `ajv            ${theirs.toFixed(1).padStart(8)} us, ours ${ours.toFixed(1).padStart(6)}: ${(theirs / ours).toFixed(2)}` +
        `; of ${asked} cases ${differ.length} otherwise: ${differ.join(", ")}`,
);
