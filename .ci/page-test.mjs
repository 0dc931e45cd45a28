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
  const write = async (selector, text) => { await tab(selector); await page.keyboard.press("Control+A"); await page.keyboard.type(text); };
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
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [360, 800, 1024, 1280, 1440, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} px wide at ${width}`);
      // Nothing that is shown ends outside its card, and no card has to be scrolled sideways.
      const beyond = await page.evaluate(() => [...document.querySelectorAll(".card")].flatMap((card) => {
        const { right } = card.getBoundingClientRect();
        const seen = [...card.querySelectorAll("*")].filter((element) => element.getClientRects().length && !element.closest(".unseen"));
        return seen.filter((element) => element.getBoundingClientRect().right > right + 0.5 || element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible")
          .map((element) => `${element.tagName} ${element.className} "${element.textContent.slice(0, 30)}"`);
      }));
      assert.deepEqual(beyond, [], `outside its card at ${width} px`);
      if (width >= 1024) {
        const lines = await page.locator(row(students[2])).locator("td.account bdi").evaluate((name) => name.getClientRects().length);
        assert.equal(lines, 1, `the account wraps at ${width} px`);
      }
      // Where and when somebody joined is there at every width, in the columns or below the account.
      const told = await page.locator(row(students[2])).innerText();
      assert.match(told, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, `no join time at ${width} px`);
      await page.screenshot({ path: path.join(folder, `${scheme}-${width}.png`), fullPage: true });
      await page.locator("#room-card").evaluate((card) => card.scrollIntoView());
      await shot(`${scheme}-${width}-group`);
    }
  }

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
