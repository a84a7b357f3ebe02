#!/usr/bin/python3
"""The example flows in the real editor, in the real Chromium: imported as a user does it, and looked at.

With SCREENSHOTS=FOLDER it leaves the pictures of nodered/README.md there.
"""
import json
import os
import pathlib

from broker import broker
from browser import Browser
from flow_files import FILES
from flow_inputs import MQTT
from flow_site import Site
from harness import equal, eventually, main

WINDOW = {'viewport': {'width': 1700, 'height': 900}, 'deviceScaleFactor': 1}

# What is wrong with what the editor shows, in its own judgement.
FAULTS = '''return page.evaluate(() => {
    const faults = [];
    RED.nodes.eachNode(node => {
        if (node.type === 'unknown' || node.valid === false) {
            faults.push(`${node.type} ${node.name}`);
        }
    });
    RED.nodes.eachConfig(node => {
        if (node.type === 'unknown' || node.valid === false) {
            faults.push(`${node.type} ${node.name}`);
        }
    });
    return faults;
})'''

# The nodes of the tab that is shown which lie on one another or on the status of another, and
# those that stand outside their group.
OVERLAPS = '''return page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.red-ui-flow-node-group')].map(element => ({
        name: element.textContent,
        status: element.querySelector('.red-ui-flow-node-status-group'),
        body: element.querySelector('.red-ui-flow-node').getBoundingClientRect() }));
    const all = boxes.concat(boxes.filter(box => box.status && box.status.getClientRects().length)
        .map(box => ({ name: `status of ${box.name}`, body: box.status.getBoundingClientRect() })));
    const found = [];
    all.forEach((a, i) => all.slice(i + 1).forEach(b => {
        if (a.body.left < b.body.right && b.body.left < a.body.right
            && a.body.top < b.body.bottom && b.body.top < a.body.bottom) {
            found.push(`${a.name} / ${b.name}`);
        }
    }));
    return found;
})'''

# The part of the page that the flow fills.
EXTENT = '''return page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.red-ui-flow-node-group, .red-ui-flow-group')]
        .map(element => element.getBoundingClientRect()).filter(box => box.width);
    const x = Math.min(...boxes.map(box => box.left)) - 15;
    const y = Math.min(...boxes.map(box => box.top)) - 15;
    return { x, y, width: Math.max(...boxes.map(box => box.right)) + 15 - x,
        height: Math.max(...boxes.map(box => box.bottom)) + 15 - y };
})'''


def import_flow(browser, flow):
    """As a user does: Import, paste, Import."""
    browser.run("await page.evaluate(() => RED.actions.invoke('core:show-import-dialog'))")
    browser.run("""
        const field = page.locator('#red-ui-clipboard-dialog-import-text');
        await field.fill(text);
        await field.press('End');    // the editor looks at it when a key goes up""", text=json.dumps(flow))
    browser.click('#red-ui-clipboard-dialog-ok')
    browser.run("await page.locator('#red-ui-clipboard-dialog-import-text').waitFor({ state: 'hidden' })")


def show(browser, flow, text):
    """Turns to the tab of @flow, and waits until a status on it holds @text."""
    browser.run("""
        await page.evaluate(id => RED.workspaces.show(id), id);
        await page.locator('.red-ui-flow-node-status-group')
            .filter({ hasText: text, visible: true }).first().waitFor();""", id=flow[0]['id'], text=text)


def press_buttons(place):
    for number in (1, 2, 4, 6):
        place.press(number, 'example values')
    for number, name in ((3, 'example A'), (3, 'example B'), (7, 'the source speaks')):
        place.press(number, name)


def test_import(world):
    """Each file, pasted into the editor; then deployed with its button, and green in the editor."""
    pictures = os.environ.get('SCREENSHOTS')
    with broker(world) as mqtt, Browser() as browser:
        place = Site(world, broker_port=mqtt.port)
        try:
            browser.open(f'http://127.0.0.1:{place.node_red.port}/', **WINDOW)
            browser.wait('.red-ui-tab', 'Flow 1')
            for flow in place.flows.values():
                import_flow(browser, flow)
            equal(browser.run(FAULTS), [], 'faults that the editor finds')
            browser.click('#red-ui-header-button-deploy')
            eventually(lambda: 'Updated flows' in (place.node_red.folder / 'node-red.log').read_text(), 'deployed')
            press_buttons(place)
            with mqtt.each_second('battery', MQTT):
                for number in place.flows:
                    place.shows(number, 'live', fill='green')
                browser.run("""await page.evaluate(() => {
                    document.querySelectorAll('.red-ui-notification').forEach(note => note.remove());
                    RED.actions.invoke('core:toggle-sidebar');
                    RED.actions.invoke('core:toggle-palette');
                })""")
                for number, flow in place.flows.items():
                    show(browser, flow, 'live')
                    equal(browser.run(OVERLAPS), [], f'nodes of flow {number} on one another')
                    if pictures:
                        browser.screenshot(pathlib.Path(pictures, FILES[number - 1].with_suffix('.png').name),
                                           clip=browser.run(EXTENT))
                place.daemon.stop()
                for number, flow in place.flows.items():
                    place.shows(number, 'no daemon: connect ECONNREFUSED')
                    show(browser, flow, 'no daemon')
                    equal(browser.run(OVERLAPS), [], f'nodes of flow {number} on one another')
        finally:
            place.node_red.stop()


main(globals())
