// For scripts/page-test: what a person does at the page, by keyboard alone, and what must be seen of it.

import assert from "node:assert/strict";
import http from "node:http";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const [emulator, folder] = process.argv.slice(2);
const { chromium } = createRequire(path.join(process.env.NODE_TOOLS, "x.js"))("playwright-core");
const HTML = "<img src=x onerror=alert(1)>";

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
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const step = (name) => console.log(`  ${name}`);

try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60_000);
  let away = false;
  const faults = [];
  page.on("console", (message) => { if (message.type() === "error" && !away) faults.push(message.text()); });
  page.on("pageerror", (fault) => faults.push(String(fault)));
  page.on("dialog", (dialog) => { faults.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });

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
  await said("set 500 on 1 of 1 member");
  await sees(`${row("teacher10")} .marks`, "500");
  await sees(`${row("teacher10")} .left`, /^(2 d 23:59:\d\d|3 d 00:00:00)$/);
  await write("#mark", "1000");
  await press("[data-command='1']");
  await said("set 1000 on 1 of 1 member");
  await press("[data-presence=disconnect]");
  await said("disconnect: 1 member");
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

  step("fits every width, dark and light");
  await page.getByRole("button", { name: "@TGS#page" }).press("Enter");
  await sees("#room-title", "@TGS#page");
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [360, 800, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} px wide at ${width}`);
      await page.screenshot({ path: path.join(folder, `${scheme}-${width}.png`), fullPage: true });
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
