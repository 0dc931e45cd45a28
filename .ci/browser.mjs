// For the tests of pages: headless Chromium, and a page whose faults are noted.

import { createRequire } from "node:module";
import path from "node:path";

const { chromium } = createRequire(path.join(process.env.NODE_TOOLS, "x.js"))("playwright-core");

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

// A page, and what went wrong in it: errors of its console unless its server is away on purpose, exceptions, dialogs.
export async function watched(browser, viewport, isAway) {
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(60_000);
  const faults = [];
  page.on("console", (message) => { if (message.type() === "error" && !isAway()) faults.push(message.text()); });
  page.on("pageerror", (fault) => faults.push(String(fault)));
  page.on("dialog", (dialog) => { faults.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  return { page, faults };
}
