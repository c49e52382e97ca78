// Checks an access page, as `main.rs` has written it, in Chromium.
//
//     node page.mjs PAGE CHROMIUM SCRATCH
//
// PAGE is a file, SCRATCH a directory for the browser's profile. SCREENSHOTS=DIRECTORY saves screenshots there.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [path, executablePath, scratch] = process.argv.slice(2);
const address = pathToFileURL(path).href;
const screenshots = process.env.SCREENSHOTS;

const context = await chromium.launchPersistentContext(`${scratch}/profile`, {
  executablePath,
  headless: true,
  viewport: { width: 1360, height: 820 },
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

const problems = [];
const requests = [];
const open = async () => {
  const page = await context.newPage();
  page.on("console", (message) => problems.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(address);
  return page;
};
const screenshot = async (page, name, options = {}) => {
  if (screenshots) await page.screenshot({ path: `${screenshots}/${name}.png`, ...options });
};

const page = await open();
const row = (project, user) =>
  page.locator("#matrix tbody tr").filter({ has: page.locator(`th >> text="${project}"`) }).filter({ has: page.locator(`th >> text="${user}"`) });
const heads = await page.locator("#matrix thead tr:nth-child(2) th").allTextContents();
const cell = (project, user, what) => row(project, user).locator("td").nth(heads.indexOf(what)).locator("button");
const dialog = page.locator("dialog");

const checks = {
  async "grid: a table of roles and data locations"() {
    assert.equal(await page.locator("table#matrix caption").count(), 1);
    for (const what of ["project/fraud", "project/churn", "private/alice", "global", "group/datasets/shared", "create a tagged job"]) {
      assert.ok(heads.includes(what), what);
    }
    assert.equal(await page.locator('#matrix thead th[scope="colgroup"]').count(), 6);
    for (const line of await page.locator("#matrix tbody tr").all()) {
      assert.equal(await line.locator('th[scope="row"]').count(), 2);
      assert.equal(await line.locator("td").count(), heads.length);
    }
    const inTable = page.getByRole("table").getByRole("rowheader", { name: "carol", exact: true });
    assert.equal(await inTable.count(), 1);
  },

  async "cells: letters, with words for screen readers"() {
    assert.equal(await cell("fraud", "alice", "project/fraud").textContent(), "rwdl");
    assert.equal(await cell("fraud", "alice", "global").textContent(), "r··l");
    assert.equal(await cell("fraud", "alice", "project/churn").textContent(), "–");
    assert.equal(await cell("fraud", "alice", "global").getAttribute("aria-label"), "read, list");
    const beyond = cell("churn", "mallory", "private/bob");
    assert.match(await beyond.getAttribute("aria-label"), /beyond the access model: read, write, delete, list/);
    assert.match(await page.locator(".verdict.bad").textContent(), /^\d+ rights go beyond the access model\.$/);
  },

  async "click: opens the deciding statements"() {
    await cell("fraud", "alice", "project/churn").click();
    assert.equal(await dialog.locator("h2").textContent(), "alice in fraud: project/churn");
    assert.deepEqual(await dialog.locator("section.denied h3").allTextContents(), ["read denied", "write, delete denied", "list denied"]);
    const denied = dialog.locator("section.denied").first();
    assert.ok((await denied.locator("figcaption b").allTextContents()).includes("DenyOtherResources"));
    const statements = (await denied.locator("pre").allTextContents()).map((text) => JSON.parse(text));
    const deny = statements.find((statement) => statement.Sid === "DenyOtherResources");
    assert.equal(deny.Effect, "Deny");
    assert.ok(deny.NotResource.some((resource) => resource.endsWith("/project/fraud/*")));
    await screenshot(page, "cell");
    await dialog.getByRole("button", { name: "Close" }).click();
    assert.equal(await dialog.isVisible(), false);
  },

  async "proofs: answers for all requests, with the request that refutes one"() {
    assert.match(await page.locator("header").textContent(), /isolation proved for \d+, refuted for [1-9]\d*, not decided for 0/);
    assert.equal(await cell("fraud", "alice", "reach other tenants").textContent(), "proved");
    assert.equal(await cell("churn", "mallory", "reach other tenants").textContent(), "refuted");
    await cell("churn", "mallory", "reach other tenants").click();
    const refuted = dialog.locator("section.proof").filter({ hasText: "reach private objects of other users" });
    assert.match(await refuted.locator("h3").textContent(), / refuted$/);
    assert.match(await refuted.locator("p").textContent(), /^`s3:\w+` on `arn:aws:s3:::.*allowed by /);
    await page.keyboard.press("Escape");
    await cell("fraud", "alice", "project/churn").click();
    assert.match(await dialog.locator("section.proof").textContent(), /^all other requests are denied proved$/);
    await page.keyboard.press("Escape");
  },

  async "click: explains an implicit deny"() {
    await cell("fraud", "eve", "group/datasets/shared").click();
    assert.match(await dialog.locator("section.denied").first().textContent(), /No identity policy allows it\./);
    await page.keyboard.press("Escape");
    assert.equal(await dialog.isVisible(), false);
  },

  async "keyboard: reaches and opens every cell"() {
    await page.locator("#only-beyond").focus();
    await page.keyboard.press("Tab"); // the scrolling region
    await page.keyboard.press("Tab");
    const focused = () =>
      page.evaluate(() => {
        const [project, user] = document.activeElement.closest("tr").cells;
        return [project.textContent, user.textContent, document.activeElement.closest("td").cellIndex - 2];
      });
    // Tab returns to the cell that was used last; arrow keys reach the others.
    assert.deepEqual((await focused()).slice(0, 2), ["fraud", "eve"]);
    await page.keyboard.press("PageUp");
    await page.keyboard.press("Home");
    const [project, user, start] = await focused();
    assert.equal(start, 0);
    assert.deepEqual([project, user], await page.locator("#matrix tbody tr").first().locator("th").allTextContents());
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    const [below, name, across] = await focused();
    assert.deepEqual([below, name], await page.locator("#matrix tbody tr").nth(1).locator("th").allTextContents());
    assert.equal(across, 1);
    await page.keyboard.press("End");
    assert.equal((await focused())[2], heads.length - 1);
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    assert.equal(await dialog.locator("h2").textContent(), `${name} in ${below}: ${heads[0]}`);
    await page.keyboard.press("Escape");
    assert.deepEqual(await focused(), [below, name, 0]);
    // All cells together are one tab stop.
    assert.equal(await page.locator('#matrix button[tabindex="0"]').count(), 1);
  },

  async "filters: show only matching rows"() {
    const shown = () => page.locator("#matrix tbody tr:visible").count();
    const all = await shown();
    await page.locator("#project").selectOption("fraud");
    assert.equal(await shown(), 3);
    await page.locator("#person").selectOption("bob");
    assert.equal(await shown(), 1);
    assert.equal(await page.locator("#shown").textContent(), `1 of ${all} roles`);
    await page.locator("#data").fill("PRIVATE/");
    const left = await page.locator("#matrix thead tr:nth-child(2) th:visible").allTextContents();
    assert.ok(left.length > 0 && left.every((name) => name.startsWith("private/")), left.join());
    assert.deepEqual(await page.locator("#matrix thead th.group:visible").allTextContents(), ["Private"]);
    await screenshot(page, "filtered");
    await page.locator("#person").selectOption("mallory");
    assert.equal(await shown(), 0);
    assert.ok(await page.locator("#none").isVisible());
    await page.locator("#person").selectOption("");
    await page.locator("#project").selectOption("");
    await page.locator("#data").fill("");
    await page.locator("#only-beyond").check();
    assert.ok((await page.locator("#matrix tbody tr:visible th:nth-child(2)").allTextContents()).includes("mallory"));
    assert.ok((await shown()) < all);
    await page.locator("#only-beyond").uncheck();
    assert.equal(await shown(), all);
  },

  async "escaping: names with markup are shown as text"() {
    const names = await page.locator("#matrix tbody th").allTextContents();
    assert.ok(names.includes("</script><script>hit(1)</script>"), names.join());
    assert.ok(names.includes("\"><img src=x onerror=hit(2)>"), names.join());
    await cell("</script><script>hit(1)</script>", "\"><img src=x onerror=hit(2)>", "global").click();
    const told = await dialog.textContent();
    assert.ok(told.includes("<svg onload=hit(3)>") && told.includes("<b onclick=hit(4)>"), told);
    assert.ok(told.includes("\\u{202e}") || told.includes("\u202e"), told);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("img, svg, iframe, object, embed, link, dialog b[onclick], script[src]").count(), 0);
    assert.equal(await page.locator("script").count(), 2);
    assert.equal(await page.evaluate(() => typeof globalThis.hit), "undefined");
  },

  async "contrast: every text, in both colour schemes"() {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const poor = await page.evaluate(lowContrasts);
      assert.deepEqual(poor, [], colorScheme);
      await screenshot(page, colorScheme);
    }
    await page.emulateMedia({ colorScheme: "light" });
  },

  async "levels: distinguishable without colour"() {
    const texts = await page.evaluate(() =>
      Object.fromEntries(
        ["full", "write", "read", "list", "none"].map((level) => [level, document.querySelector(`.legend .cell.${level}:not(.beyond)`).textContent]),
      ),
    );
    assert.equal(new Set(Object.values(texts)).size, 5);
    const line = await page.locator("#matrix .beyond").first().evaluate((element) => getComputedStyle(element).textDecorationLine);
    assert.equal(line, "underline");
  },

  async "print: the whole grid, without filters"() {
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".filters").isVisible(), false);
    const cut = await page.locator(".scroll").evaluate((region) => region.scrollHeight > region.clientHeight);
    assert.equal(cut, false);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    await page.emulateMedia({ media: "screen" });
  },

  async "network and console: unused"() {
    assert.deepEqual(requests, [address]);
    assert.deepEqual(problems, []);
  },

  async "content security policy: blocks injected scripts"() {
    const other = await open();
    await other.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.hit = true";
      document.body.append(script);
      const image = document.createElement("img");
      image.src = "https://example.invalid/beacon";
      document.body.append(image);
    });
    await other.waitForTimeout(100);
    assert.equal(await other.evaluate(() => typeof globalThis.hit), "undefined");
    assert.ok(problems.some((problem) => problem.includes("Content Security Policy")), problems.join("\n"));
    await other.close();
  },
};

// Elements whose contrast with their background is below WCAG's AA, 4.5 to 1 (Success Criterion 1.4.3). Runs in the page.
function lowContrasts() {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const luminance = (color) => {
    const [r, g, b] = [0, 1, 2].map((index) => {
      const part = color[index] / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const poor = new Set();
  for (const element of document.querySelectorAll("h1, p, p b, label, th, th span, .cell, li, output, select, input")) {
    if (!element.checkVisibility()) continue;
    const [one, other] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) poor.add(`${element.tagName}.${element.className}: ${ratio.toFixed(2)}`);
  }
  return [...poor];
}

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
    await page.keyboard.press("Escape").catch(() => {});
  }
}
await context.close();
process.exit(failed > 0 ? 1 : 0);
