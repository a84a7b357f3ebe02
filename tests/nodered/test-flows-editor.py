#!/usr/bin/python3
"""The example flows in the real editor, in the real Chromium: imported as a user does it, and
looked at.

With SCREENSHOTS=FOLDER it leaves the pictures of nodered/README.md there.
"""
import json
import os
import pathlib

from broker import broker
from browser import Browser
from flow_files import FILES, NUMBERS
from flow_inputs import BUTTONS, MQTT
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


def picture(browser, name, **options):
    """Leaves a picture of the page in the folder that asked for it."""
    folder = os.environ.get('SCREENSHOTS')
    if folder:
        browser.screenshot(pathlib.Path(folder, f'{name}.png'), animations='disabled', **options)


def import_flow(browser, flow, name=None):
    """As a user does: Import, paste, Import. @name: of a picture of it"""
    browser.run("await page.evaluate(() => RED.actions.invoke('core:show-import-dialog'))")
    browser.run("""
        const field = page.locator('#red-ui-clipboard-dialog-import-text');
        await field.fill(text);
        await field.press('End');    // the editor looks at it when a key goes up
        await page.locator('#red-ui-clipboard-dialog-ok:enabled').waitFor();
        """, text=json.dumps(flow))
    if name:
        dialog = "return page.locator('.red-ui-editor-dialog:visible').boundingBox()"
        picture(browser, name, clip=browser.run(dialog))
    browser.click('#red-ui-clipboard-dialog-ok')
    browser.run("""
        await page.locator('#red-ui-clipboard-dialog-import-text').waitFor({ state: 'hidden' })""")


def show(browser, flow, text):
    """Turns to the tab of @flow, and waits until a status on it holds @text."""
    browser.run("""
        await page.evaluate(id => RED.workspaces.show(id), id);
        await page.locator('.red-ui-flow-node-status-group')
            .filter({ hasText: text, visible: true }).first().waitFor();
        """, id=flow[0]['id'], text=text)


def look_at_all(place, browser, text):
    """Each tab, once a status says @text: nothing lies on anything."""
    for number, flow in place.flows.items():
        place.shows(number, text)
        show(browser, flow, text)
        equal(browser.run(OVERLAPS), [], f'nodes of flow {number} on one another')
        yield FILES[NUMBERS.index(number)].stem


def test_import(world):
    """Each file, pasted into the editor; then deployed with its button, green, refused, and red."""
    with broker(world) as mqtt, Browser() as browser:
        place = Site(world, broker_port=mqtt.port)
        try:
            browser.open(f'http://127.0.0.1:{place.node_red.port}/', **WINDOW)
            browser.wait('.red-ui-tab', 'Flow 1')
            for number, flow in place.flows.items():
                import_flow(browser, flow, 'import' if number == 1 else None)
            equal(browser.run(FAULTS), [], 'faults that the editor finds')
            browser.click('#red-ui-header-button-deploy')
            eventually(lambda: 'Updated flows' in place.node_red.said(), 'deployed')
            for number, name in BUTTONS:
                place.press(number, name)
            browser.run("""await page.evaluate(() => {
                document.querySelectorAll('.red-ui-notification').forEach(note => note.remove());
                RED.actions.invoke('core:toggle-sidebar');
                RED.actions.invoke('core:toggle-palette');
            })""")
            with mqtt.each_second('battery', MQTT):
                for name in look_at_all(place, browser, 'live'):
                    picture(browser, name, clip=browser.run(EXTENT))
                wrong_in_the_editor(place, browser)
                place.daemon.stop()
                for _ in look_at_all(place, browser, 'no daemon: connect ECONNREFUSED'):
                    pass
        finally:
            place.node_red.stop()


def wrong_in_the_editor(place, browser):
    """A wrong field stands under the node and in the debug pane."""
    browser.run("""await page.evaluate(() => {
        RED.actions.invoke('core:toggle-sidebar');
        RED.actions.invoke('core:show-debug-tab');
        RED.actions.invoke('core:clear-debug-messages');
    })""")
    place.press(7, 'the source falls silent')
    place.press(7, 'a wrong record')
    show(browser, place.flows[7], 'live, Soc is 150 %')
    browser.run("""await page.locator('.red-ui-debug-msg')
        .filter({ hasText: 'live, Soc is 150 %', visible: true }).first().waitFor()""")
    picture(browser, 'wrong', clip={'x': 550, 'y': 0, 'width': 1150, 'height': 460})
    browser.run("await page.evaluate(() => RED.actions.invoke('core:toggle-sidebar'))")
    place.press(7, 'the source speaks')


main(globals())
