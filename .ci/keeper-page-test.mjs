// For .ci/page-test: what a person sees on the page of the mark keeper, by keyboard alone, beside an emulator.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { launch, watched } from "./browser.mjs";

const [avmarks, shots] = process.argv.slice(2);
const HTML = "<img src=x onerror=alert(1)>";
const KEY = path.resolve("examples/loopback.key");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "avmarks-page-"));

async function start(...given) {
  const child = spawn(avmarks, ["--json", ...given], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const line = await new Promise((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.on("exit", (code) => reject(new Error(`avmarks ${given[0]} ended with ${code}`)));
  });
  return { child, url: JSON.parse(line).url };
}

const emulator = await start("serve", "--port", "0", "--sdkappid", "1400000000", "--key-file", KEY);
const keeper = await start("keep", "--port", "0", "--sdkappid", "1400000000", "--key-file", KEY, "--url", emulator.url, "--proxy", "none");
const browser = await launch();
const step = (name) => console.log(`  ${name}`);

async function send(method, url, body, type = "application/json") {
  const answer = await fetch(url, { method, headers: { "Content-Type": type }, body });
  assert.ok(answer.ok, `${method} ${url}: ${answer.status}`);
  return answer.json().catch(() => null);
}
const control = (verb, body) => send("POST", `${emulator.url}/_avmarks/groups${verb}`, JSON.stringify(body));
const wants = (lines) => send("POST", `${keeper.url}/v1/wants`, lines.map((line) => JSON.stringify(line)).join("\n"));

try {
  let away = false;
  const { page, faults } = await watched(browser, { width: 1280, height: 900 }, () => away);
  const sees = (selector, text) => page.locator(selector, { hasText: text }).first().waitFor();
  const figure = (name, value) => sees("#figures div", new RegExp(`^${name}\\s*${value}$`));
  const row = (group) => page.locator("#groups tbody tr").filter({ has: page.locator(`button[data-group="${group}"]`) });
  const cell = async (group, name, value) => row(group).locator(`td[data-name="${name}"]`, { hasText: value }).waitFor();
  const shot = (name) => page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
  const tab = async (selector) => {
    for (let pressed = 0; pressed < 50; pressed += 1) {
      if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not reach ${selector}`);
  };

  step("says that nothing is wanted");
  await page.goto(keeper.url);
  await sees("#state", /^ready$/);
  await page.locator("#groups-none").waitFor();
  await figure("Rate in use", "0 of 200");
  await shot("empty");

  step("shows groups and what is wanted in them");
  await send("PUT", `${emulator.url}/_avmarks/webhooks`, JSON.stringify({ url: `${keeper.url}/webhook` }));
  const names = Array.from({ length: 1_001 }, (_, at) => `student${String(at).padStart(4, "0")}`);
  for (const group of ["class", HTML]) await control("", { group });
  await wants([...names.map((account, at) => ({ group: "class", account, marks: [at < 501 ? 1000 : 1001] })),
    { group: HTML, account: "teacher", marks: [600, 1000, 4294967295] }, { group: HTML, account: "bot", marks: [1000], robot: true }]);
  await control("/class/join", { accounts: names });
  await figure("Wanted accounts", "1,003");
  await figure("Groups", "2");
  await cell("class", "Wanted", /^1,001$/);
  await cell("class", "Marks", /^1000 \(501\), 1001 \(500\)$/);
  assert.equal(await page.locator("img").count(), 0, "a group became an element");

  step("shows the wants of a group, and keeps the focus");
  await tab("button[data-group^='<img']");
  await page.keyboard.press("Enter");
  await sees("#wants-title", `Wants of ${HTML}`);
  await sees("#wants-said", /^2 accounts/);
  await sees("#wants tbody tr", /^bot1000yes$/);
  await sees("#wants tbody tr", /^teacher600, 1000, 4294967295no$/);
  await page.waitForResponse((answer) => answer.url().endsWith("/v1/overview"));
  await page.waitForResponse((answer) => answer.url().endsWith("/v1/overview"));
  assert.ok(await page.evaluate(() => document.activeElement?.matches("[data-group^='<img']")), "a refresh took the focus away");
  await tab("button[data-group='class']");
  await page.keyboard.press("Enter");
  await sees("#wants-said", /^1,000 accounts/);
  await tab("#wants-more");
  await page.keyboard.press("Enter");
  await sees("#wants-said", /^1,001 accounts/);
  await page.locator("#wants-more").waitFor({ state: "hidden" });

  step("shows drift that a sweep found");
  await control("/class/join", { accounts: ["stranger"] });
  const query = "sdkappid=1400000000&identifier=administrator&random=1&contenttype=json";
  const sign = spawn(avmarks, ["usersig", "sign", "--sdkappid", "1400000000", "--key-file", KEY, "--identifier", "administrator"], { stdio: ["ignore", "pipe", "inherit"] });
  let usersig = "";
  for await (const text of sign.stdout) usersig += text;
  const set = { GroupId: "class", CommandType: 1, MemberList: [{ Member_Account: "stranger", Marks: [1001] }] };
  const answer = await send("POST", `${emulator.url}/v4/group_open_avchatroom_http_svc/modify_user_info?${query}&usersig=${usersig.trim()}`, JSON.stringify(set));
  assert.equal(answer.ErrorCode, 0, answer.ErrorInfo);
  await send("POST", `${keeper.url}/v1/groups/class/sweep`);
  await cell("class", "Unwanted", /^1$/);
  await row("class").locator(".bad").waitFor();
  await cell("class", "Last sweep", /^\d/);

  step("shows the rate in use, and what waits while the service is away");
  await control("/class/disconnect", { accounts: names });
  await control("/class/reconnect", { accounts: names });
  await sees("#figures div", /^Rate in use\s*[1-9]\d* of 200$/);
  emulator.child.kill("SIGSTOP");
  await wants([{ group: "class", account: "student0000", marks: [1001] }]);
  await cell("class", "In calls", /^1$/);
  emulator.child.kill("SIGKILL");
  await cell("class", "Waiting", /^1$/);
  await figure("Waiting", "1");

  step("is whole at 1280 px and on a telephone, dark and light");
  for (let at = 1; at <= 9; at += 1) {
    await wants([{ group: `@TGS#class-of-a-long-name-${String(at).padStart(20, "0")}`, account: "M".repeat(32), marks: [600, 1000, 1001, 1002, 1003, 4294967295] }]);
  }
  await figure("Groups", "11");
  await tab("button[data-group^='<img']");
  await page.keyboard.press("Enter");
  await sees("#wants-said", /^2 accounts/);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [320, 360, 768, 800, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const seen = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(seen <= width, `${seen} px wide at ${width}`);
      const beyond = await page.evaluate((width) => [...document.querySelectorAll("dl *, tbody *, h1, h2, p, button")]
        .filter((element) => element.getClientRects().length && element.getBoundingClientRect().right > width + 0.5)
        .map((element) => `${element.tagName} "${element.textContent.slice(0, 30)}"`), width);
      assert.deepEqual(beyond, [], `beyond the edge at ${width} px`);
      await page.evaluate(() => scrollTo(0, 0));
      await shot(`${scheme}-${width}`);
    }
  }

  step("says that the keeper is away");
  away = true;
  keeper.child.kill("SIGKILL");
  await sees("#state", /^no answer: /);

  assert.deepEqual(faults, []);
  console.log(`the page of the keeper does what it should; screenshots are in ${shots}`);
} finally {
  await browser.close();
  for (const { child } of [emulator, keeper]) child.kill("SIGKILL");
  fs.rmSync(folder, { recursive: true, force: true });
}
