// Debian's Chromium, driven through lines of JSON on standard input: {"script", "arguments"} is run
// as the body of an async function that knows `browser`, `page` (the last one opened), `open` and
// `axe`; the answer is a line {"result"} or {"error"}.
'use strict';

const fs = require('fs');
const readline = require('readline');

const ROOT = process.env.NPM_ROOT;
const { chromium } = require(`${ROOT}/playwright-core`);
const AXE = fs.readFileSync(`${ROOT}/axe-core/axe.min.js`, 'utf8');
// For a page of Node-RED's editor on a machine that does ten other things.
const PATIENCE = 120000;
const AsyncFunction = (async () => {}).constructor;

async function main() {
    const browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        timeout: PATIENCE,
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    let page = null;

    // Opens @url in a window of its own. What it asks for and complains of is kept with the page.
    async function open(url, options = {}) {
        const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
        context.setDefaultTimeout(PATIENCE);
        page = await context.newPage();
        page.asked = [];
        page.answers = [];
        page.complaints = [];
        page.on('request', request => page.asked.push(`${request.method()} ${request.url()}`));
        page.on('response', response => page.answers.push([response.url(), response.status()]));
        page.on('pageerror', error => page.complaints.push(error.message));
        page.on('console', message => {
            if (message.type() === 'error' || message.type() === 'warning') {
                page.complaints.push(message.text());
            }
        });
        await page.goto(url);
    }

    // What axe-core finds wrong with the page, in short.
    async function axe() {
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node =>
            `${node.html} ${node.failureSummary}`).join(' | ')}`);
    }

    for await (const line of readline.createInterface({ input: process.stdin })) {
        const { script, arguments: given } = JSON.parse(line);
        let answer;
        try {
            const run = new AsyncFunction('browser', 'page', 'open', 'axe', ...Object.keys(given), script);
            answer = { result: (await run(browser, page, open, axe, ...Object.values(given))) ?? null };
        } catch (error) {
            answer = { error: error.stack };
        }
        console.log(JSON.stringify(answer));
    }
    await browser.close();
}

main();
