// For .ci/page-test: what a person does at the page, by keyboard alone, and what must be seen of it.

import assert from "node:assert/strict";
import http from "node:http";
import { execFile, spawn } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { launch, watched } from "./browser.mjs";

const [emulator, folder] = process.argv.slice(2);
const HTML = "<img src=x onerror=alert(1)>";
const FAMILY = "/v4/group_open_avchatroom_http_svc";
const QUERY = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";

async function start(port) {
  const child = spawn(emulator, [String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => resolve(String(text).trim().split("\n").at(0)));
    child.on("exit", (code) => reject(new Error(`the emulator ended with ${code}`)));
  });
  return { child, url };
}

const over = (child) => new Promise((resolve) => { child.on("exit", resolve); child.kill(); });

let { child, url } = await start(0);
const browser = await launch();
const step = (name) => console.log(`  ${name}`);

try {
  let away = false;
  const { page, faults } = await watched(browser, { width: 1440, height: 900 }, () => away);

  const sees = (selector, text) => page.locator(selector, { hasText: text }).first().waitFor();
  const said = (text) => sees("#said", text);
  const focused = (selector) => page.evaluate((selector) => document.activeElement?.matches(selector), selector);
  // To the control, as Tab gets there.
  const tab = async (selector) => {
    for (let pressed = 0; pressed < 150; pressed += 1) {
      if (await focused(selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not reach ${selector}`);
  };
  const press = async (selector, key = "Enter") => { await tab(selector); await page.keyboard.press(key); };
  const write = async (selector, text) => {
    await tab(selector);
    await page.keyboard.press("Control+A");
    if (text === "") await page.keyboard.press("Delete"); else await page.keyboard.type(text);
  };
  const post = (path, body) => fetch(url + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const call = async (command, body) => {
    const { ErrorCode, ErrorInfo } = await (await post(`${FAMILY}/${command}?${QUERY}`, body)).json();
    assert.equal(ErrorCode, 0, `${command}: ${ErrorInfo}`);
  };
  const fact = (name, value) => sees("#facts div", new RegExp(`^${name}\\s*${value}$`));
  const row = (account) => `#members tr[data-key$=" ${account}"]`;
  const shot = (name) => page.screenshot({ path: path.join(folder, `${name}.png`) });

  await page.goto(`${url}/_avmarks/`);
  await sees("#live", "live");
  await shot("empty");

  step("creates a group");
  await write("#new-group", "@TGS#page");
  await page.keyboard.press("Enter");
  await said("created @TGS#page");
  await sees("#room-title", "@TGS#page");

  step("lets members join");
  await tab("#joining");
  await page.keyboard.type("teacher10");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("student9");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type(HTML);
  await page.keyboard.press("Enter");
  await said("joined: 3 members");
  await sees("#members td.account", HTML);
  assert.equal(await page.locator("#members img").count(), 0, "an account became an element");
  await sees("#log .happened", "student9 joined in @TGS#page");

  step("pins a member through the API, and disconnects it");
  await press(`${row("teacher10")} input`, "Space");
  await sees("#selected", "1 selected");
  await write("#mark", "500");
  await press("[data-command='1']");
  await said("set 500 on 1 of 1 account");
  await sees(`${row("teacher10")} .marks`, "500");
  await sees(`${row("teacher10")} .left`, /^(2 d 23:59:\d\d|3 d 00:00:00)$/);
  await write("#mark", "1000");
  await press("[data-command='1']");
  await said("set 1000 on 1 of 1 account");
  await press("[data-presence=disconnect]");
  await said("disconnect: 1 account");
  await sees(`${row("teacher10")} .state`, "held by 500");
  assert.ok(await focused("[data-presence=disconnect]"), "a refresh took the focus away");
  await shot("pinned");

  step("sees the pin expire");
  await press("#run");
  await said("the clock stands still");
  await press("[data-advance='259200000']");
  await said("+3 days: 2 things happened");
  await sees(`${row("teacher10")} .state`, "offline");
  assert.equal(await page.locator(`${row("teacher10")} .left`).count(), 0);
  await sees("#log .happened", "pin expired");
  await sees("#log .happened", "lost 1000");

  step("is told why a call is refused, and what the clause says");
  await press("[data-command='1']");
  await said(/^10004: /);
  await press("#log .word");
  await sees("#meaning[open] #meaning-title", "ALL-FAILED");
  await sees("#meaning-says", /\w/);
  await sees("#meaning-more dd", /^2023-03-10 1047\/50294: .*, response fields$/);
  const address = await page.locator("#meaning-more a").first().getAttribute("href");
  assert.equal(address, "https://www.tencentcloud.com/document/product/1047/50294");
  assert.ok(await focused("#meaning button"), "Enter would open a page and not close the dialog");
  await shot("meaning");
  await page.keyboard.press("Escape");
  assert.ok(await focused("#log .word"), "the focus is lost behind the dialog");

  step("sees live what others do, as text");
  await post("/_avmarks/groups/@TGS%23page/join", { accounts: ["latecomer"] });
  await sees("#members td.account", "latecomer");
  await post("/_avmarks/groups", { group: HTML });
  await sees("#groups button", HTML);
  await post("/_avmarks/groups/@TGS%23page/kick", { accounts: [HTML] });
  await page.locator(row(HTML)).waitFor({ state: "detached" });
  assert.equal(await page.locator("img").count(), 0);

  step("tells a robot from a member, and sees it join");
  const members = await page.locator("#members tr").count();
  await call("add_robots", { GroupId: "@TGS#page", Member_Account: ["robot1", "robot2"] });
  await sees(`${row("robot1")} .state`, /^robot$/);
  await sees(`${row("robot2")} .state`, /^robot$/);
  await fact("robots", "2");
  await fact("members", String(members));
  await sees("#log b", "add_robots");
  await sees("#log .happened", "robot1 came online in @TGS#page (pin)");
  const place = await page.locator(row("robot1")).getAttribute("data-key");
  await tab("#joining");
  await page.keyboard.type("robot1");
  await page.keyboard.press("Enter");
  await said("joined: 1 member");
  await sees(`${row("robot1")} .state`, /^online$/);
  await fact("robots", "1");
  await fact("members", String(members + 1));
  assert.equal(await page.locator(row("robot1")).getAttribute("data-key"), place, "it has not kept its place");
  await shot("robots");

  step("adds a robot by the page, and deletes its 500");
  await tab("#joining");
  await page.keyboard.type("robot3");
  await press("#robots");
  await said("add_robots: 1 account");
  await sees(`${row("robot3")} .state`, /^robot$/);
  await press(`${row("teacher10")} input`, "Space");
  await press(`${row("robot2")} input`, "Space");
  await sees("#selected", "1 selected");
  await write("#mark", "500");
  await press("[data-command='2']");
  await said("deleted 500 on 1 of 1 account");
  await page.locator(row("robot2")).waitFor({ state: "detached" });
  await sees("#log .happened", "robot2 went offline in @TGS#page (pin)");
  await fact("robots", "1");
  await call("add_robots", { GroupId: "@TGS#page", Member_Account: ["stranger"] });
  await fetch(`${url}/_avmarks/settings`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ policy: { robot_days: "until-deleted" } }) });
  await call("add_robots", { GroupId: "@TGS#page", Member_Account: ["lasting"] });
  await sees(`${row("lasting")} .marks`, /^500$/);

  step("lists administrators");
  await call("modify_admin", { GroupId: "@TGS#page", CommandType: 1, Admin_Account: [HTML, "warden"] });
  await sees("#facts div", `administrators${HTML}, warden`);
  await sees("#log b", "modify_admin");

  step("has examples that a shell can run");
  await press("#examples summary");
  for (const [name, answer] of [["marks", '"Marks":[1000]'], ["robots", '"ErrorCode":0'], ["count", '"OnlineMemberNum":']]) {
    const line = await page.locator(`#example-${name}`).textContent();
    const { stdout } = await promisify(execFile)("sh", ["-c", line.replace("curl ", "curl -s ")]);
    assert.ok(stdout.startsWith('{"ActionStatus":"OK"') && stdout.includes(answer), `${line}\n${stdout}`);
  }
  await shot("examples");
  await press("#examples summary");

  step("shows what became of webhooks");
  const hook = http.createServer((request, response) => {
    request.resume();
    response.writeHead(500).end();
  });
  await new Promise((resolve) => hook.listen(0, "127.0.0.1", resolve));
  const sent = { url: `http://127.0.0.1:${hook.address().port}/hook`, retries: 1 };
  await fetch(`${url}/_avmarks/webhooks`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent) });
  await post("/_avmarks/groups/@TGS%23page/kick", { accounts: ["latecomer"] });
  await sees("#log .happened", /webhook Group.CallbackAfterMemberExit of @TGS#page: the status is 500/);
  await fetch(`${url}/_avmarks/webhooks`, { method: "DELETE" });
  hook.close();
  await shot("webhooks");

  step("shows whom a call was about, and its bodies without secrets");
  await call("check_members", { GroupId: "@TGS#page", Member_Account: [HTML], UserSig: "eJw-secret" });
  const checked = page.locator("#log li:not(.happened)", { hasText: "check_members" }).first();
  await checked.filter({ hasText: `in @TGS#page for ${HTML}` }).waitFor();
  await press("#log summary");
  await sees("#log pre", '"UserSig":"…"');
  await sees("#log pre", '"ActionStatus":"OK"');
  assert.ok(!(await page.content()).includes("eJw-secret"), "a secret is on the page");
  await page.keyboard.press("Enter");

  const pane = async (name) => { await press(`[data-pane=${name}]`); await page.locator(`section[data-in=${name}]`).waitFor(); };
  const choose = async (selector, text) => { await tab(selector); await page.keyboard.type(text); };

  step("imports an account, shows its profile, and deletes it");
  await pane("accounts");
  await sees("#no-accounts", "No account was imported");
  await write("#import-account", HTML);
  await write("#import-nick", "Anna");
  await page.keyboard.press("Enter");
  await said(`imported ${HTML}`);
  await sees("#accounts b", HTML);
  await sees("#accounts .head", "Anna");
  await press("#accounts summary");
  await sees("#accounts pre", "Tag_Profile_IM_Nick");
  await shot("accounts");
  await press("#accounts button.grave");
  await press("#sure-yes");
  await said(`deleted ${HTML}`);
  await page.locator("#accounts li").waitFor({ state: "detached" });

  step("sends messages to the open group and to an account, and shows both");
  await pane("messages");
  assert.equal(await page.locator("#messages-of").inputValue(), "@TGS#page");
  await write("#send-from", "teacher10");
  await write("#send-text", HTML);
  await page.keyboard.press("Enter");
  await said("sent");
  await sees("#messages li", `1 teacher10: ${HTML}`);
  await press("#messages summary");
  await sees("#messages pre", "TIMTextElem");
  await shot("messages");
  await choose("#messages-of", "accounts");
  await page.locator("#send-to").waitFor();
  await write("#send-to", "student9");
  await write("#send-text", "hello");
  await page.keyboard.press("Enter");
  await sees("#messages li", "1 teacher10 to student9: hello");
  assert.equal(await page.locator("img").count(), 0);

  step("sets a webhook that refuses, sees it refuse, and turns it off");
  const judge = http.createServer((request, response) => {
    request.resume();
    response.end(JSON.stringify({ ActionStatus: "OK", ErrorInfo: "", ErrorCode: 1 }));
  });
  await new Promise((resolve) => judge.listen(0, "127.0.0.1", resolve));
  await pane("webhooks");
  await write("#hook-url", `http://127.0.0.1:${judge.address().port}/hook`);
  await write("#hook-token", "xxxxyyyy");
  await press("#hook-events input[value='Group.CallbackBeforeSendMsg']", "Space");
  await press("#webhooks-form button.main");
  await said("webhooks go there from now on");
  await sees("#webhooks-total", "on, signed");
  const refusal = await (await post(`/v4/group_open_http_svc/send_group_msg?${QUERY}`, { GroupId: "@TGS#page", Random: 1, MsgBody: [{ MsgType: "TIMTextElem", MsgContent: { Text: "x" } }] })).json();
  assert.equal(refusal.ErrorCode, 10016);
  await sees("#deliveries li", "the call was refused");
  await sees("#log .happened", /webhook Group.CallbackBeforeSendMsg of @TGS#page: answered with status 200; the call was refused/);
  await press("#deliveries summary");
  await sees("#deliveries pre", '"CallbackCommand":"Group.CallbackBeforeSendMsg"');
  assert.ok(!(await page.content()).includes("xxxxyyyy"), "the token is on the page");
  await shot("webhooks-pane");
  await press("#hook-off");
  await said("webhooks are off");
  await sees("#webhooks-total", /^off/);
  judge.close();

  step("lets calls suffer, and calls a fault off");
  await pane("faults");
  await write("#fault-path", "/v4/openim/sendmsg");
  await choose("#fault-kind", "an HTTP");
  await write("#fault-number", "503");
  await press("#fault button.main");
  await said("the fault waits for its calls");
  await sees("#faults li", "status 503, html for the next call of /v4/openim/sendmsg");
  await shot("faults");
  assert.equal((await post(`/v4/openim/sendmsg?${QUERY}`, {})).status, 503);
  await sees("#no-faults", "No fault waits");
  await write("#fault-path", "");
  await choose("#fault-kind", "ErrorCode");
  await press("#fault button.main");
  await sees("#faults li", "code_as_string for the next call of any path");
  await press("#clear-faults");
  await said("no fault waits any more");
  await write("#fault-times", "x");
  await press("#fault button.main");
  await said('"x" is not an integer');
  await write("#fault-times", "1");

  step("answers a path by a stub");
  await pane("stubs");
  await write("#stub-path", "/v4/sns/friend_add");
  await write("#stub-body", '{"ErrorCode":0,"ResultItem":[9223372036854775807]}');
  await press("#stub button.main");
  await said("the stub is set");
  await sees("#stubs li", "/v4/sns/friend_add");
  await press("#stubs summary");
  await sees("#stubs pre", "[9223372036854775807]");
  assert.equal(await (await post(`/v4/sns/friend_add?${QUERY}`, {})).text(), '{"ErrorCode":0,"ResultItem":[9223372036854775807]}');
  await sees("#log p", "note: answered by a stub");
  await shot("stubs");
  await press("#clear-stubs");
  await said("there is no stub any more");
  await sees("#no-stubs", "No stub");

  step("changes settings, and nothing that was not touched");
  const settings = async () => (await fetch(`${url}/_avmarks/settings`)).json();
  const earlier = await settings();
  await pane("settings");
  await page.locator("#set-policy select[data-name=page_size]").waitFor();
  await press("#set-marks_supported", "Space");
  await choose("#set-policy select[data-name=page_size]", "250");
  await write("#set-limits input[data-name=marks_per_group_max]", "5");
  await press("#settings-form button.main");
  await said("3 settings were changed");
  assert.deepEqual(await settings(), { ...earlier, marks_supported: false,
    policy: { ...earlier.policy, page_size: "250" }, limits: { ...earlier.limits, marks_per_group_max: 5 } });
  await shot("settings");
  await write("#set-sdkappid", "7");
  await press("#set-back");
  await page.waitForFunction(() => document.getElementById("set-sdkappid").value !== "7");
  const kept = await (await fetch(`${url}/_avmarks/state`)).text();
  await post("/_avmarks/groups", { group: "later" });
  await page.locator("#load-state").setInputFiles({ name: "kept.json", mimeType: "application/json", buffer: Buffer.from(kept) });
  await press("#sure-yes");
  await said("loaded kept.json");
  assert.equal((await fetch(`${url}/_avmarks/groups/later`)).status, 404);
  await fetch(`${url}/_avmarks/settings`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ marks_supported: true, policy: { page_size: earlier.policy.page_size }, limits: { marks_per_group_max: earlier.limits.marks_per_group_max } }) });

  step("keeps its pane and its group when it is loaded anew");
  await page.reload();
  await page.locator("section[data-in=settings]").waitFor();
  await pane("groups");
  await sees("#room-title", "@TGS#page");

  step("is quick in a large room");
  await post("/_avmarks/groups", { group: "large" });
  await post("/_avmarks/groups/large/join", { accounts: Array.from({ length: 5_000 }, (_, at) => `user${at}`) });
  await page.getByRole("button", { name: "large" }).press("Enter");
  await sees("#page", "places 1 to 50; 5000 members");
  await press("#later");
  await sees("#page", "places 51 to 100");
  assert.equal(await page.locator("#members tr").count(), 50);
  await press("#all", "Space");
  await sees("#selected", "50 selected");
  await shot("large");

  step("fits every width, dark and light, with long names");
  for (let at = 1; at <= 37; at += 1) await post("/_avmarks/groups", { group: `@TGS#class-of-a-long-name-${String(at).padStart(4, "0")}` });
  const numbered = (name, length) => Array.from({ length }, (_, at) => `${name}${String(at + 1).padStart(4, "0")}`);
  const students = numbered("student-with-long-name-", 60);
  const longest = "M".repeat(32);
  await post("/_avmarks/groups", { group: "busy", owner: "teacher-with-long-name-0001", name: "A class" });
  await post("/_avmarks/groups/busy/join", { accounts: [longest, ...students] });
  await call("add_robots", { GroupId: "busy", Member_Account: [...numbered("robot-with-a-long-name-", 4), ...students.slice(0, 5), longest] });
  await call("modify_user_info", {
    GroupId: "busy", CommandType: 1,
    MemberList: [longest, ...students.slice(2, 30)].map((account) => ({ Member_Account: account, Marks: [600, 1000, 4294967295] })),
  });
  await call("modify_admin", { GroupId: "busy", CommandType: 1, Admin_Account: numbered("warden-with-long-name-", 5) });
  await post("/_avmarks/groups/busy/disconnect", { accounts: students.slice(1, 10) });
  await page.getByRole("button", { name: "busy" }).press("Enter");
  await sees("#page", "places 1 to 50; 61 members and 4 robots");
  await sees("#groups-total", "41 groups");
  const rest = async (path, body) => assert.equal((await (await post(`/v4/${path}?${QUERY}`, body)).json()).ErrorCode, 0, path);
  await rest("im_open_login_svc/account_import", { UserID: longest, Nick: "N".repeat(200) });
  for (const From_Account of [longest, students[0]]) {
    const MsgBody = [{ MsgType: "TIMTextElem", MsgContent: { Text: "W".repeat(300) } }];
    await rest("group_open_http_svc/send_group_msg", { GroupId: "busy", From_Account, Random: 5, MsgBody });
  }
  const longPath = `/v4/${"service_of_a_long_name".repeat(6)}/command`;
  await post("/_avmarks/stubs", { path: longPath, body: { text: "B".repeat(500) } });
  await post("/_avmarks/faults", { path: longPath, times: 1_000_000, fault: { kind: "delay", ms: 600_000 } });
  await fetch(`${url}/_avmarks/webhooks`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ url: `http://127.0.0.1:1/${"hook".repeat(60)}` }) });
  await post("/_avmarks/groups/busy/disconnect", { accounts: [students[20]] });
  // No sideways scrolling, and nothing that is shown ends outside its card.
  const fits = async (width, what) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${what}: ${wide} px wide at ${width}`);
    const beyond = await page.evaluate(() => [...document.querySelectorAll(".card")].flatMap((card) => {
      const { right } = card.getBoundingClientRect();
      const seen = [...card.querySelectorAll("*")].filter((element) => element.getClientRects().length && !element.closest(".unseen"));
      const scrolls = (element) => element.scrollWidth > element.clientWidth + 1 && !["visible", "clip"].includes(getComputedStyle(element).overflowX);
      return seen.filter((element) => element.getBoundingClientRect().right > right + 0.5 || !element.matches("input, select, textarea, option") && scrolls(element))
        .map((element) => `${element.tagName} ${element.className} "${element.textContent.slice(0, 30)}"`);
    }));
    assert.deepEqual(beyond, [], `${what}: outside its card at ${width} px`);
  };
  const panes = ["groups", "accounts", "messages", "webhooks", "faults", "stubs", "settings"];
  const widths = [360, 800, 1024, 1280, 1440, 1600];
  for (const name of panes) {
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        await page.locator(`[data-pane=${name}]`).press("Enter");
        await page.locator(`section[data-in=${name}]`).waitFor();
        if (name !== "groups" && name !== "settings") await page.locator(`section[data-in=${name}] .lines li`).first().waitFor();
        await fits(width, name);
        if (name === "groups") {
          if (width >= 1024) {
            const lines = await page.locator(row(students[2])).locator("td.account bdi").evaluate((name) => name.getClientRects().length);
            assert.equal(lines, 1, `the account wraps at ${width} px`);
          }
          // Where and when somebody joined is there at every width, in the columns or below the account.
          const told = await page.locator(row(students[2])).innerText();
          assert.match(told, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, `no join time at ${width} px`);
          await page.locator("#room-card").evaluate((card) => card.scrollIntoView());
          await shot(`${scheme}-${width}-group`);
        }
        if (scheme === "light" || width === 1280) await page.screenshot({ path: path.join(folder, `${scheme}-${width}-${name}.png`), fullPage: true });
      }
    }
  }
  await page.locator("[data-pane=groups]").press("Enter");

  step("finds its way back when the emulator is started anew");
  away = true;
  await over(child);
  await sees("#live", "not connected");
  ({ child, url } = await start(new URL(url).port));
  await sees("#live", /^live$/);
  await sees("#groups-total", "0 groups");
  away = false;

  step("resets");
  await post("/_avmarks/groups", { group: "again" });
  await sees("#groups button", "again");
  await press("#reset");
  await press("#sure-yes");
  await sees("#groups-total", "0 groups");

  assert.deepEqual(faults, []);
  console.log(`the page does what it should; screenshots are in ${folder}`);
} finally {
  await browser.close();
  child.kill();
}
