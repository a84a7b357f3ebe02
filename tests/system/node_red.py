"""The real Node-RED from npm, headless, driven through its admin API and its editor's websocket."""
import json
import os
import pathlib
import subprocess
import threading
import time
import urllib.error
import urllib.request

SETTINGS = '''module.exports = {{
    uiHost: '127.0.0.1', uiPort: {port}, flowFile: 'flows.json', credentialSecret: false,
    telemetry: {{ enabled: false, updateNotification: false }},
    externalModules: {{ autoInstall: false, palette: {{ allowInstall: false }} }},
    editorTheme: {{ tours: false, palette: {{ catalogues: [] }} }},
    logging: {{ console: {{ level: 'info' }} }}
}};
'''


class NodeRed:
    """One Node-RED on @port with its user directory in @folder; events as the editor gets them.
    @package: the npm package, for another version than the newest."""

    def __init__(self, folder, port, package='node-red'):
        self.port = port
        self.npm_root = os.environ['NPM_ROOT']
        self.folder = pathlib.Path(folder)
        (self.folder / 'settings.js').write_text(SETTINGS.format(port=port))
        self.log = open(self.folder / 'node-red.log', 'w', encoding='utf-8')
        self.process = subprocess.Popen(
            ['node', f'{self.npm_root}/{package}/red.js', '--userDir', str(self.folder)],
            stdout=self.log, stderr=subprocess.STDOUT)
        self.wait_until_ready()
        self.events = []
        self.watcher = subprocess.Popen(
            ['node', str(pathlib.Path(__file__).with_name('comms.js')), str(port)],
            stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.collect, daemon=True).start()

    def wait_until_ready(self, seconds=180):
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.call('GET', '/settings')
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.process.kill()
                    self.process.wait()
                    raise AssertionError('Node-RED did not start: ' + self.said()) from None
                time.sleep(0.1)

    def said(self):
        """Its log."""
        return (self.folder / 'node-red.log').read_text(encoding='utf-8')

    def collect(self):
        for line in self.watcher.stdout:
            self.events.append(json.loads(line))

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f'http://127.0.0.1:{self.port}{path}', method=method,
            data=json.dumps(body).encode() if body else None,
            headers={'Content-Type': 'application/json', 'Node-RED-API-Version': 'v1'})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def deploy(self, flow):
        self.call('POST', '/flows', flow)

    def press(self, node, seconds=30, **properties):
        """Presses the button of an inject node; a flow that was just deployed is still starting.
        @properties: what it sends in place of its own, as payload={'Soc': 63}"""
        given = [{'p': name, 'v': json.dumps(value), 'vt': 'json'} for name, value in properties.items()]
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.call('POST', f'/inject/{node}', given and {'__user_inject_props__': given})
            except urllib.error.HTTPError as error:
                if error.code != 404 or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def status(self, node):
        """The last status shown under @node, or None."""
        shown = self.statuses(node)
        return shown[-1] if shown else None

    def statuses(self, node):
        """Every status that @node has shown so far."""
        return [event['data'] for event in list(self.events) if event['topic'] == f'status/{node}']

    def debug(self):
        """The messages in the debug pane."""
        return [event['data'].get('msg') for event in self.events if event['topic'] == 'debug']

    def stop(self):
        self.watcher.terminate()
        self.process.terminate()
        self.watcher.wait()
        self.process.wait()
        self.log.close()
