"""The real Chromium, in which a page is looked at and used."""
import json
import os
import pathlib
import subprocess

from clients import PATIENCE


class Browser:
    """One browser; use it in a `with`. Selectors are Playwright's."""

    def __init__(self):
        self.process = subprocess.Popen(
            ['node', str(pathlib.Path(__file__).with_name('browser.js'))], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=dict(os.environ))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def run(self, script, **arguments):
        """Runs @script as browser.js says. Returns: what it returned"""
        self.process.stdin.write(json.dumps({'script': script, 'arguments': arguments}) + '\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, 'the browser has ended'
        answer = json.loads(line)
        assert 'error' not in answer, f'{script}: {answer["error"]}'
        return answer['result']

    def open(self, url, **options):
        """Opens @url in a new window, with Playwright's context @options."""
        self.run('await open(url, options)', url=url, options=options)

    def close_windows(self):
        """As if it had just been started: every window has its own storage and its own connections."""
        self.run('for (const context of browser.contexts()) await context.close()')

    def wait(self, selector, text=''):
        """Waits until an element that can be seen holds @text. Returns: all of its text"""
        return self.run('''
            const found = page.locator(selector).filter({ hasText: text, visible: true }).first();
            await found.waitFor();
            return found.innerText();''', selector=selector, text=text)

    def text(self, selector):
        return self.run('return page.locator(selector).first().innerText()', selector=selector)

    def click(self, selector):
        self.run('await page.locator(selector).first().click()', selector=selector)

    def screenshot(self, path, **options):
        self.run('await page.screenshot({ path, ...options })', path=str(path), options=options)

    def violations(self):
        """What axe-core finds wrong."""
        return self.run('return axe()')

    def asked(self):
        """Everything that the page asked for, as `GET http://…`."""
        return self.run('return page.asked')

    def answers(self):
        """The address and the status of every answer that the page got."""
        return self.run('return page.answers')

    def complaints(self):
        """Errors and warnings of the page since the last time."""
        return self.run('return page.complaints.splice(0)')
