#!/usr/bin/python3
"""The nodes in the real editor, in the real Chromium: from the palette to a green dot.

With SCREENSHOTS=FOLDER it leaves the pictures of the documentation there.
"""
import contextlib
import functools
import json
import os
import pathlib
import tempfile
import urllib.request

import palette
import harness
from browser import Browser
from clients import RECORD
from harness import CALM, equal, eventually, free_port

BATTERY = '[data-palette-type="virtual battery"]'
EVENTS = '[data-palette-type="virtual battery events"]'
FEED = 'feed'
CHART = '#red-ui-workspace-chart'
RESOURCES = contextlib.ExitStack()

FLOW = [
    {'id': 'tab', 'type': 'tab', 'label': 'Battery', 'disabled': False, 'info': ''},
    {'id': 'press', 'type': 'inject', 'z': 'tab', 'name': 'once a second', 'props': [], 'repeat': '',
     'once': False, 'x': 130, 'y': 100, 'wires': [['record']]},
    {'id': 'record', 'type': 'function', 'z': 'tab', 'name': 'record', 'outputs': 1, 'libs': [],
     'func': '', 'x': 290, 'y': 100, 'wires': [[FEED]]},
    {'id': FEED, 'type': 'virtual battery', 'z': 'tab', 'name': '', 'daemon': '', 'battery': '',
     'mode': 'each', 'interval': '1', 'x': 480, 'y': 100, 'wires': [['verdict'], ['refusal']]},
    {'id': 'verdict', 'type': 'debug', 'z': 'tab', 'name': 'verdict', 'active': True, 'tosidebar': True,
     'complete': 'payload', 'targetType': 'msg', 'x': 690, 'y': 80, 'wires': []},
    {'id': 'refusal', 'type': 'debug', 'z': 'tab', 'name': 'refusal', 'active': True, 'tosidebar': True,
     'complete': 'payload', 'targetType': 'msg', 'x': 690, 'y': 140, 'wires': []},
]


def flow(record, daemon=None):
    """FLOW that sends @record; with a @daemon also the node that says where it is."""
    nodes = [dict(node) for node in FLOW]
    nodes[2]['func'] = f'msg.payload = {record};\nreturn msg;'
    if daemon is None:
        return nodes
    nodes[3]['daemon'] = 'daemon'
    return nodes + [
        {'id': 'daemon', 'type': 'virtual-battery-daemon', 'name': '', 'timeout': '20',
         'url': f'http://127.0.0.1:{daemon.port}'},
        {'id': 'events', 'type': 'virtual battery events', 'z': 'tab', 'name': '', 'daemon': 'daemon',
         'battery': '', 'values': False, 'x': 170, 'y': 220, 'wires': [['event']]},
        {'id': 'event', 'type': 'debug', 'z': 'tab', 'name': 'event', 'active': True, 'tosidebar': True,
         'complete': 'true', 'targetType': 'full', 'x': 350, 'y': 220, 'wires': []},
    ]


@functools.cache
def stage():
    """One Node-RED and one browser for all tests: both take their time to start. (node_red, browser)"""
    folder = RESOURCES.enter_context(tempfile.TemporaryDirectory(prefix='dbus-virtual-battery-'))
    node_red = palette.start(folder, free_port())
    RESOURCES.callback(node_red.stop)
    return node_red, RESOURCES.enter_context(Browser())


def open_editor(browser, node_red, **options):
    browser.run('if (page) await page.context().close()')
    browser.open(f'http://127.0.0.1:{node_red.port}/', **options)
    browser.wait('#red-ui-palette ' + BATTERY)


def in_palette(browser, kind):
    """The label of a node in the palette, which breaks it into lines."""
    return browser.text('#red-ui-palette ' + kind).strip().replace(' -\n', '-').replace('\n', ' ')


def picture(browser, world, name, selector, height):
    """A picture for the documentation, where they are asked for; that they can be made is always seen.
    It shows the upper @height of what @selector finds last, once that has slid in."""
    folder = pathlib.Path(os.environ.get('SCREENSHOTS') or world.path('pictures'))
    folder.mkdir(exist_ok=True)
    path = folder / f'{name}.png'
    browser.run('''
        const element = await page.locator(selector).last().elementHandle();
        await page.waitForFunction(e => e.getBoundingClientRect().right <= innerWidth, element);
        await element.waitForElementState('stable');
        const { x, y, width } = await element.boundingBox();
        await page.screenshot({ path, clip: { x, y, width, height } });''',
                selector=selector, path=str(path), height=height)
    equal(path.read_bytes()[:4], b'\x89PNG')


def shown_status(browser, node):
    """The status that the editor draws under @node: (text, classes of the dot)."""
    return browser.run('''
        const place = page.locator(`[id="${node}"] .red-ui-flow-node-status-group`);
        return [await place.locator('text').textContent(),
            await place.locator('.red-ui-flow-node-status').getAttribute('class')];''', node=node)


def wait_green(browser, node_red, press='press'):
    def is_green():
        node_red.press(press)
        return (node_red.status(FEED) or {}).get('fill') == 'green'
    eventually(is_green, 'the status is green')
    eventually(lambda: shown_status(browser, FEED)[0] == '63.5 % 52.7 V', 'the editor shows it')
    text, dot = shown_status(browser, FEED)
    assert 'red-ui-flow-node-status-dot-green' in dot, (text, dot)


def fill(browser, selector, text):
    browser.run('await page.locator(selector).fill(text)', selector=selector, text=text)


def test_from_the_palette_to_a_green_dot(world):
    """As a new user does it: the dialog, the daemon, Deploy; the battery is on the bus."""
    client = world.client()
    daemon = world.start('[battery]\n' + CALM)
    node_red, browser = stage()
    node_red.deploy(flow(RECORD))
    open_editor(browser, node_red)
    browser.wait('#red-ui-palette ' + EVENTS)
    equal(in_palette(browser, BATTERY), 'virtual battery')

    browser.run("await page.locator('[id=feed]').dblclick()")
    browser.wait('.red-ui-tray form label', 'Daemon')
    assert not browser.run("return page.locator('#node-row-interval').isVisible()")
    browser.run("await page.locator('#node-input-mode').selectOption('interval')")
    assert browser.run("return page.locator('#node-row-interval').isVisible()")
    browser.run("await page.locator('#node-input-mode').selectOption('each')")
    for part, is_wrong in (('Left', True), ('a' * 33, True), ('left_2', False), ('${PART}', False), ('', False)):
        fill(browser, '#node-input-part', part)
        browser.run("await page.locator('#node-input-part').blur()")
        equal(browser.run("return page.locator('#node-input-part.input-error').count()"), int(is_wrong), part)
    equal(browser.run("return page.locator('#node-input-part').getAttribute('placeholder')"), 'none')
    picture(browser, world, 'battery-dialog', '.red-ui-tray', 350)

    browser.click('#node-input-btn-daemon-add, #node-input-lookup-daemon')
    browser.wait('#node-config-dialog-ok')
    equal(browser.run("return page.locator('#node-config-input-url').inputValue()"),
          'http://127.0.0.1:1882')
    picture(browser, world, 'daemon-dialog', '.red-ui-tray', 310)
    for url, is_wrong in (('http://user:secret@127.0.0.1:1882', True), ('http://user@localhost', True),
                          (f'http://127.0.0.1:{daemon.port}', False)):
        fill(browser, '#node-config-input-url', url)
        browser.run("await page.locator('#node-config-input-url').blur()")
        equal(browser.run("return page.locator('#node-config-input-url.input-error').count()"),
              int(is_wrong), url)
    fill(browser, '#node-config-input-timeout', '20')
    browser.click('#node-config-dialog-ok')
    browser.wait('#node-dialog-ok')
    browser.run("await page.locator('#node-config-dialog-ok').waitFor({ state: 'hidden' })")
    browser.click('#node-dialog-ok')
    browser.run("await page.locator('.red-ui-tray').first().waitFor({ state: 'detached' })")

    equal(browser.run("return page.locator('.red-ui-flow-node-error:visible').count()"), 0, 'marks of errors')
    browser.click('#red-ui-header-button-deploy')
    eventually(lambda: (node_red.status(FEED) or {}).get('text') == 'waiting: Voltage +5',
               'it is deployed, and the daemon is there')
    wait_green(browser, node_red)
    equal(client.value('/Soc'), RECORD['Soc'])
    equal([text for text in browser.complaints() if 'irtual' in text], [], 'complaints')


def test_in_german(world):
    """Both can be dragged from the palette; the dialog and the help speak the browser's language."""
    node_red, browser = stage()
    node_red.deploy(FLOW[:1])
    open_editor(browser, node_red, locale='de')
    equal([in_palette(browser, kind) for kind in (BATTERY, EVENTS)],
          ['virtuelle Batterie', 'Batterie-Ereignisse'])
    for n, (kind, words) in enumerate(((EVENTS, 'Meldet, was mit den Batterien'),
                                       (BATTERY, 'Sendet Datensätze an dbus-virtual-battery'))):
        browser.run('''await page.locator('#red-ui-palette ' + kind).dragTo(
            page.locator('#red-ui-workspace-chart'), { targetPosition: { x: 300, y: 150 + 100 * n } })''',
                    kind=kind, n=n)
        eventually(lambda wanted=n + 1: browser.run(
            "return page.locator('.red-ui-flow-node-group').count()") == wanted, 'it is there')
        browser.run('await page.evaluate(kind => RED.sidebar.help.show(kind), kind)',
                    kind=kind.split('"')[1])
        browser.wait('.red-ui-help', words)
    browser.run("await page.locator('.red-ui-flow-node-group').last().dblclick()")
    browser.wait('.red-ui-tray form label', 'Batterie')


def test_languages(_world):
    """What the editor is given, in each language."""
    node_red, _ = stage()
    for language, label, words in (('en-US', 'Time-out', 'Sends records to'), ('de', 'Zeitlimit', 'Sendet Datensätze'),
                                   ('nl', 'Tijdslimiet', 'Stuurt records naar')):
        texts = json.loads(node_red.call('GET', f'/nodes/messages?lng={language}'))
        daemon = texts[f'{palette.NAME}/virtual-battery-daemon']['virtual-battery-daemon']
        equal(daemon['label']['timeout'], label)
        asked = urllib.request.Request(f'http://127.0.0.1:{node_red.port}/nodes',
                                       headers={'Accept': 'text/html', 'Accept-Language': language})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert words in answer.read().decode(), language


def test_refusal_and_events(world):
    """A refusal is on the node and in the debug pane; events come as messages."""
    daemon = world.start('[battery]\n' + CALM)
    node_red, browser = stage()
    node_red.deploy(flow(RECORD, daemon))
    open_editor(browser, node_red, viewport={'width': 1350, 'height': 600})
    wait_green(browser, node_red)
    eventually(lambda: (node_red.status('events') or {}).get('text') == 'listening', 'it listens')
    picture(browser, world, 'nodes-green', CHART, 270)
    node_red.deploy(flow({'Soc': 200}, daemon))
    eventually(lambda: (node_red.status(FEED) or {}).get('fill') in ('grey', 'green'), 'it is deployed')
    node_red.press('press')
    eventually(lambda: node_red.status(FEED)['text'] == 'refused: Soc', 'the status')
    eventually(lambda: any('Soc is 200 %' in str(msg) for msg in node_red.debug()), 'the debug pane')
    eventually(lambda: any('refused' in str(msg) and 'topic' in str(msg) for msg in node_red.debug()),
               'the event')
    eventually(lambda: shown_status(browser, FEED)[0] == 'refused: Soc', 'the editor shows it')
    picture(browser, world, 'nodes-refused', CHART, 270)


with RESOURCES:
    harness.main(globals())
