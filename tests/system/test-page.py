#!/usr/bin/python3
"""GET /: the status page, in the real Chromium, on phone and desktop, dark and light.

With SCREENSHOTS=FOLDER it leaves the pictures of the README there.
"""
import contextlib
import functools
import gzip
import http.server
import json
import math
import os
import pathlib
import re
import signal
import subprocess
import threading
import urllib.error
import urllib.request

import harness
from browser import Browser
from clients import RECORD
from harness import CALM, SOURCE_ROOT, equal, eventually
from system_choice import MONITOR_CHOICE

PHONE = {'viewport': {'width': 390, 'height': 844}, 'colorScheme': 'dark', 'deviceScaleFactor': 2}
DESKTOP = {'viewport': {'width': 1100, 'height': 800}, 'colorScheme': 'light'}
WAYS = (PHONE, DESKTOP)
LARGEST = 70000
RESOURCES = contextlib.ExitStack()

FULL = {
    **RECORD, 'Temperature': 23, 'MinCellTemperature': 22.5, 'MaxCellTemperature': 24.1,
    'InstalledCapacity': 280, 'Balance3': 1, 'HighCellVoltage': 1,
    **{f'Cell{i}': 3.29 + i * 7 % 5 / 500 for i in range(1, 17)},
}
LIMITS = {'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150}


@functools.cache
def chromium():
    """One for all tests: it takes seconds of the processor to start."""
    return RESOURCES.enter_context(Browser())


@contextlib.contextmanager
def windows():
    """Chromium with no window open, neither before nor after."""
    try:
        yield chromium()
    finally:
        chromium().close_windows()


def address(daemon):
    return f'http://127.0.0.1:{daemon.port}/'


def ladder(warn, stale, drop, leave):
    return (f'[battery]\nwarn-after={warn}\nstale-after={stale}\ndrop-after={drop}\n'
            f'leave-after={leave}\noptional-after=1000\n')


def fits(browser):
    """That nothing stands beyond the right edge."""
    width, wide = browser.run('''return page.evaluate(() =>
        [innerWidth, document.documentElement.scrollWidth])''')
    assert wide <= width, f'the page is {wide} wide in a window of {width}'
    beyond = browser.run('''return page.evaluate(() => [...document.querySelectorAll('.card *')]
        .filter(e => !e.closest('.scroll, pre, .unseen') && e.getClientRects().length
            && e.getBoundingClientRect().right > e.closest('.card').getBoundingClientRect().right)
        .map(e => e.outerHTML.slice(0, 80)))''')
    equal(beyond, [], 'elements beyond their card')


def clean(browser):
    equal(browser.violations(), [], 'violations of accessibility')
    equal(browser.complaints(), [], 'complaints of the browser')
    fits(browser)


def pairs(browser, name):
    """The <dl> of section @name as a dictionary."""
    return dict(browser.run('''
        const texts = await page.locator(`[data-part=${name}] dl > *`).allInnerTexts();
        return texts.flatMap((text, i) => i % 2 ? [] : [[text, texts[i + 1]]]);''', name=name))


def rows(browser, name):
    """The rows of the table in @name: lists of texts."""
    return browser.run('''
        const lines = await page.locator(`[data-part=${name}] tbody tr`).all();
        return Promise.all(lines.map(line => line.locator('th, td').allInnerTexts()));''', name=name)


def tiles(browser):
    return browser.run('''
        const names = await page.locator('.tiles dt').allInnerTexts();
        const values = await page.locator('.tiles dd > span').allInnerTexts();
        return Object.fromEntries(names.map((name, i) => [name, values[i]]));''')


def test_at_a_glance(world):
    """What an owner wants to know stands there, without a click."""
    daemon, _ = world.live('[battery]\ncustom-name=Shed\nmax-charge-current=80\n' + CALM, FULL)
    system = world.system()
    system.set('/Control/Dvcc', 1)
    eventually(lambda: daemon.state()['selected']['dvcc'], 'DVCC is seen')
    with windows() as browser:
        for way in WAYS:
            browser.open(address(daemon), **way)
            browser.wait('.line', 'live')
            browser.wait('#link', 'Shown as it happens')
            line = browser.wait('.line', 'from 127.0.0.1')
            assert ' s ago from 127.0.0.1' in line, line
            equal(browser.text('h2'), 'Shed')
            equal(tiles(browser), {'State of charge': '63.5 %', 'Voltage': '52.70 V',
                                   'Current': '-12.3 A', 'Power': '-648 W'})
            assert 'discharging' in browser.text('.tiles')
            equal(rows(browser, 'limits'), [
                ['Max charge voltage', '55.2 V', 'the same'],
                ['Max charge current', '80.0 A', '100 A'],
                ['Max discharge current', '150.0 A', 'the same']])
            assert 'seat belt' in browser.text('.notes')
            equal(browser.text('.chips'), 'High cell voltage: warning')
            equal(pairs(browser, 'temperatures'), {
                'Temperature': '23.0 °C', 'Min cell temperature': '22.5 °C',
                'Max cell temperature': '24.1 °C'})
            equal(pairs(browser, 'venus'), {
                'On the bus': 'com.victronenergy.battery.virtual, instance 120',
                'Battery monitor': 'no', 'Controlling BMS': 'no', 'DVCC': 'on'})
            cells = browser.run("return page.locator('[data-part=cells] li').allInnerTexts()")
            equal(len(cells), 16)
            equal(cells[2].split(), ['3', '3.292', 'V', '⇄'])
            assert 'spread 8 mV' in browser.text('[data-part=cells] p')
            assert f'{len(FULL)} fields accepted' in browser.text('.records')
            clean(browser)


def now(browser):
    """What stands at the top of a card, as a dictionary."""
    texts = browser.run("return page.locator('[data-part=now] > *').allInnerTexts()")
    return dict(zip(texts[::2], texts[1::2]))


def below(browser):
    """Which of state, limits and worst cell cannot be seen without scrolling."""
    return browser.run('''return page.evaluate(() => {
        scrollTo(0, 0);
        return [...document.querySelectorAll('.badge, [data-part=now] > *')].filter(element => {
            const { height, bottom, right } = element.getBoundingClientRect();
            return height === 0 || bottom > innerHeight || right > innerWidth;
        }).map(element => element.innerText);
    })''')


def test_first_screen(world):
    """The state, what limits now and the worst cell are seen without scrolling, on a phone and on a GX's
    own screen, also where there is much to say."""
    belt = 'max-charge-current=80\n'
    record = {**FULL, 'Cell7': 3.4, 'Balance7': 1, 'Balance3': 0}
    worst = 'cell 7, 3.400 V, 100 mV above the mean'
    daemon, _ = world.live(ladder(100, 200, 300, 400) + belt, record)

    def shows(browser, limited, cell):
        wanted = {'Limited now': limited, 'Worst cell': cell}
        eventually(lambda: now(browser) == wanted, wanted)
        equal(below(browser), [], 'what cannot be seen')

    with windows() as browser:
        for way in (PHONE, {'viewport': {'width': 360, 'height': 640}}, {'viewport': {'width': 1024, 'height': 600}}):
            daemon.configure(ladder(100, 200, 300, 400) + belt)
            daemon.signal(signal.SIGHUP)
            daemon.http.post(record)
            browser.open(address(daemon), **way)
            browser.wait('#link', 'Shown as it happens')
            browser.wait('.badge', 'live')
            shows(browser, 'Max charge current by the seat belt: 80.0 A, not 100 A', worst + ', being balanced')
            daemon.http.post({**record, 'MaxChargeCurrent': 70, 'Balance7': 0, **{f'x{n}': 1 for n in range(30)}})
            browser.wait('.notes', '10 more fields are wrong')
            shows(browser, 'by the source alone', worst)
            daemon.http.post({**record, 'MaxChargeCurrent': 0, 'Balance7': 0})
            shows(browser, 'no charging, says the source', worst)
            daemon.configure(ladder(0.1, 0.2, 300, 400) + belt)
            daemon.signal(signal.SIGHUP)
            browser.wait('.badge', 'stale')
            shows(browser, 'charging stopped: No data for 0.2 s', 'not known now')
            clean(browser)


def test_worst_cell(world):
    """The cell that is farthest from the mean, or what is known of the cells; nothing without cells."""
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.badge', 'live')
        eventually(lambda: now(browser) == {'Limited now': 'by the source alone'}, 'no cells')
        daemon.http.post({'MinCellVoltage': 3.281, 'MaxCellVoltage': 3.31})
        eventually(lambda: now(browser).get('Worst cell') == '3.281 to 3.310 V, spread 29 mV', 'two ends')
        daemon.http.post({'Cell1': 3.31, 'Cell2': 3.3, 'Cell9': 3.25})
        eventually(lambda: now(browser).get('Worst cell') == 'cell 9, 3.250 V, 37 mV below the mean', 'the lowest')
        daemon.http.delete()
        browser.wait('.badge', 'gone')
        eventually(lambda: browser.run("return page.locator('[data-part=now]:visible').count()") == 0, 'off the bus')


def test_cells_over_time(world):
    """Which cells are balanced stands there in words; their spread over the last ten minutes is a line."""
    daemon, _ = world.live(record=FULL)
    chart = "[data-part=cells] .chart"
    with windows() as browser:
        for way in WAYS:
            browser.open(address(daemon), **way)
            browser.wait('[data-part=cells] p', 'balancing 3 ⇄')

        def label(record):
            """What the line says after one more @record; it is drawn from the second step on."""
            daemon.http.post(record)
            if browser.run('return page.locator(chart).count()', chart=chart + ':visible') == 0:
                return None
            return browser.run('return page.locator(chart).getAttribute("aria-label")', chart=chart)
        eventually(lambda: label(FULL) == 'last ten minutes: 8 to 8 mV', 'two steps')
        wide = {**FULL, 'Cell4': 3.35, 'Balance5': 1}
        eventually(lambda: label(wide) == 'last ten minutes: 8 to 60 mV', 'a step more')
        browser.wait('[data-part=cells] p', 'balancing 3, 5 ⇄')
        browser.wait('figcaption', 'Spread over the last ten minutes')
        clean(browser)
RULES = """[limits]
charge-current=100
discharge-current=200
charge-by-cell-voltage=3.2:100;3.4:0
discharge-by-temperature=0:0;10:50;30:100
"""


def curves(browser):
    """What stands below each curve, and the height of each point on it."""
    return browser.run('''
        const figures = await page.locator('.curve').all();
        return Promise.all(figures.map(async figure => [await figure.locator('figcaption').innerText(),
            await figure.locator('p').innerText(),
            await figure.locator('circle').evaluateAll(points => points.map(point => point.getAttribute('cy')))]));''')


def test_rules(world):
    """The curves of the limits by rules with today's points, which move, and what limits now."""
    daemon, _ = world.live('[battery]\n' + CALM + RULES, FULL)
    with windows() as browser:
        for way in WAYS:
            daemon.http.post(FULL)
            browser.open(address(daemon), **way)
            browser.wait('[data-part=rules] summary', 'Limits by rules (1 limited)')
            browser.click('[data-part=rules] summary')
            browser.wait('.curve', '51 %')
            equal(curves(browser), [
                ['charge-by-cell-voltage', 'Max cell voltage 3.298 V: 51 %, 51 A', ['44.2']],
                ['discharge-by-temperature', 'Min cell temperature 22.5 °C: 81.3 %, 162.5 A; '
                 'Max cell temperature 24.1 °C: 85.3 %, 170.5 A', ['20.6', '17.5']]])
            equal(pairs(browser, 'rules')['Max charge current'],
                  '51 by charge-by-cell-voltage, Max cell voltage 3.298')
            clean(browser)
            daemon.http.post({**FULL, 'MinCellTemperature': 30, 'MaxCellTemperature': 31})
            browser.wait('.curve', 'Min cell temperature 30.0 °C: 100 %')
            browser.wait('.curve', 'Max cell temperature 31.0 °C: 100 %')

        # Without rules there is nothing to show, and a reload is noticed.
        daemon.configure('[battery]\n' + CALM)
        daemon.signal(signal.SIGHUP)
        eventually(lambda: 'rules' not in daemon.state(), 'no rules')
        browser.open(address(daemon), **DESKTOP)
        browser.wait('.line', 'live')
        equal(browser.run("return page.locator('[data-part=rules]').isVisible()"), False)


def test_commissioning(world):
    """The checklist of the daemon, asked for while it is open and not before; a change of the plant is
    seen."""
    daemon, _ = world.live(record=FULL)
    system = world.system()

    def asked(browser):
        return browser.run('''return page.evaluate(() => performance.getEntriesByType('resource')
            .filter(entry => entry.name.endsWith('/commissioning')).length)''')

    def shown(browser):
        return browser.run('''
            const lines = await page.locator('.checks li').all();
            return Promise.all(lines.map(async line =>
                (await line.locator('b, strong, p').allInnerTexts()).map(text => text.trim())));''')

    def same(browser):
        answer = daemon.http.get('/battery/virtual/commissioning').body
        wanted = [[check['status'], check['title'], check['text']] for check in answer['checks']]
        counts = f"({answer['green']} green, {answer['red']} red, {answer['unknown']} unknown)"
        # How long records have been measured for moves on.
        return (shown(browser)[1:] == wanted[1:]
                and browser.text('[data-part=commissioning] summary') == f'Commissioning {counts}')

    with windows() as browser:
        for way in WAYS:
            system.set('/ActiveBmsService', 'com.victronenergy.battery.other')
            eventually(lambda: daemon.state()['selected']['bms'] is False, 'another BMS is seen')
            browser.open(address(daemon), **way)
            browser.wait('.badge', 'live')
            browser.wait('.records', 'accepted')
            equal((browser.text('[data-part=commissioning] summary'), asked(browser)), ('Commissioning', 0))
            browser.click('[data-part=commissioning] summary')
            browser.wait('.checks', 'the BMS is com.victronenergy.battery.other')
            eventually(lambda: same(browser), 'what the daemon says is shown')
            clean(browser)
            system.set('/ActiveBmsService', 'com.victronenergy.battery.virtual')
            eventually(lambda: ['green', 'Controlling BMS of Venus', 'it is: its limits are those that Venus goes by'] in shown(browser), 'it is the BMS')


def test_ladder(world):
    """Each state in words and colour, told by the daemon; a complete record brings all back."""
    daemon = world.start(ladder(100, 200, 300, 400))

    def reload(*times):
        daemon.configure(ladder(*times))
        daemon.signal(signal.SIGHUP)

    with windows() as browser:
        for way in WAYS:
            reload(100, 200, 300, 400)
            daemon.http.delete()
            browser.open(address(daemon), **way)
            state = browser.wait('.badge')
            assert state in ('waiting', 'gone'), state
            clean(browser)
            daemon.http.post({'Soc': 63.5})
            browser.wait('.notes', 'Missing: Voltage, Current')
            daemon.join()
            browser.wait('.line', 'live')
            browser.wait('.line', 'ago from 127.0.0.1')
            equal(tiles(browser)['Voltage'], '52.70 V')
            clean(browser)

            reload(0.1, 200, 300, 400)
            browser.wait('.badge', 'late')
            browser.wait('.card', 'No data for 0.1 s')
            clean(browser)
            reload(0.1, 0.2, 300, 400)
            browser.wait('.line', 'charging stopped')
            assert 'ago' in browser.text('.line')
            equal(browser.text('.badge'), 'stale')
            eventually(lambda: ['Max charge current', '0.0 A', '100 A'] in rows(browser, 'limits'),
                       'no charge current is allowed')
            eventually(lambda: tiles(browser)['Voltage'] == '–', 'the voltage is gone')
            clean(browser)
            reload(0.1, 0.2, 0.3, 400)
            browser.wait('.line', 'limits withdrawn')
            equal(browser.text('.badge'), 'lost')
            eventually(lambda: rows(browser, 'limits')[0] == ['Max charge voltage', 'none', ''],
                       'the limits are gone')
            clean(browser)

            reload(100, 200, 300, 400)
            daemon.http.post(RECORD)
            browser.wait('.badge', 'live')
            eventually(lambda: tiles(browser)['Voltage'] == '52.70 V', 'the voltage is back')
            eventually(lambda: ['Max charge current', '100.0 A', 'the same'] in rows(browser, 'limits'),
                       'the limit is back')


def test_refusal(world):
    """A refused record shows up at once with its reasons, beside the values, among the notes and among
    the records."""
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('#link', 'Shown as it happens')
        browser.wait('.badge', 'live')
        daemon.http.post({'Soc': 200, 'Voltag': 52})
        for place in ('.notes', '.records .refused'):
            text = browser.wait(place, 'refused with 422')
            assert 'above the limit of 100 %' in text, text
            assert 'Voltag: no such field; did you mean Voltage?' in text, text
        browser.wait('.tiles .remarks', 'wrong Soc is 200 %, above the limit of 100 %')
        browser.wait('[data-part=records] summary', '1 refused')
        clean(browser)

        for _ in range(60):
            daemon.http.post(RECORD)
        eventually(lambda: browser.run("return page.locator('.records li').count()") == 50,
                   'the last 50 are shown')


def remarks(browser):
    """What stands beside values, as [mark, text] pairs, in the order of the page."""
    return browser.run("""
        return page.evaluate(() => [...document.querySelectorAll('.remarks li')]
            .filter(item => item.getClientRects().length)
            .map(item => [item.firstChild.innerText, item.lastChild.innerText]));""")


def test_wrong_doubted_warned(world):
    """What of a taken record was wrong, doubted or warned of stands beside its value, readable without a
    click or a pointer; what has no value in sight stands among the notes."""
    daemon, _ = world.live(record=FULL)
    with windows() as browser:
        for way in WAYS:
            browser.open(address(daemon), **way)
            browser.wait('#link', 'Shown as it happens')
            browser.wait('.badge', 'live')
            equal(remarks(browser), [])
            daemon.http.post({**FULL, 'Soc': 200, 'Power': 648, 'MaxChargeVoltage': 26, 'Voltag': 52,
                              'MaxChargeCurrent': 110, 'Temperature': 'hot', 'HighCellVoltage': 7,
                              'MaxCellTemperature': 20})
            wanted = [['wrong', 'Soc is 200 %, above the limit of 100 %'],
                      ['warning', 'Power is 648 W, and Voltage × Current is -648 W'],
                      ['doubted', 'MaxChargeVoltage is 26 V after 55.2 V (DELETE forgets that), not '
                                  'believed: more than 1.5 times as much or as little'],
                      ['warning', 'MinCellTemperature is 22.5 °C, above the MaxCellTemperature of 20 °C']]
            eventually(lambda wanted=wanted: remarks(browser) == wanted, 'all stand beside their values')
            equal(tiles(browser)['State of charge'], '63.5 %')
            notes = ['wrong: Temperature is the text "hot", a number is needed',
                     'wrong: HighCellVoltage is 7, allowed are 0 ok, 1 warning, 2 alarm',
                     'wrong: Voltag: no such field; did you mean Voltage?']
            eventually(lambda notes=notes: notes == browser.run(
                "return page.locator('.notes li').allInnerTexts()"), 'the others stand among the notes')
            text = browser.wait('.records .partly', 'not taken: ')
            assert 'Soc is 200 %, above the limit of 100 %' in text and 'refused' not in text, text
            browser.wait('[data-part=records] summary', '0 refused')
            clean(browser)

            browser.click('[data-part=values] summary')
            eventually(lambda: 'Soc' in [row[0] for row in rows(browser, 'values')], 'the table is filled')
            found = {row[0]: row[1:] for row in rows(browser, 'values')}
            assert found['Soc'][0].startswith('63.5 %') and 'wrong Soc is 200 %' in found['Soc'][0], found['Soc']
            equal([found[name][0].split()[:2] for name in ('Voltag', 'Temperature')], [['–', 'wrong']] * 2)
            equal(found['Temperature'][2], '/Dc/0/Temperature')
            clean(browser)

            daemon.http.post({**FULL, **{f'x{n}': 1 for n in range(30)}})
            browser.wait('.notes', '10 more fields are wrong')
            daemon.http.post({**FULL, 'Power': -648})
            eventually(lambda: remarks(browser) == [] and browser.text('.notes') == '', 'all is well again')


def test_why(world):
    """A battery that is not live says why, as the daemon does."""
    daemon = world.start('[battery]\nwarn-after=100\nstale-after=200\ndrop-after=300\nleave-after=400\n')
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.card', 'No data yet')
        daemon.http.post({name: RECORD[name] for name in RECORD if name != 'Soc'})
        browser.wait('.card', 'Waiting for Soc')
        daemon.http.post({**RECORD, 'Soc': 200})
        browser.wait('.card header', 'Not usable: Soc is 200 %')
        daemon.join()
        browser.wait('.badge', 'live')
        daemon.http.post({'Connected': 0})
        browser.wait('.badge', 'stale')
        browser.wait('.card header', 'Battery out of reach, says the source')
        browser.wait('.line', 'charging stopped')
        clean(browser)


def test_live(world):
    """What changes is seen at once, what grows old too; the other values stand in a table."""
    daemon, client = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('#link', 'Shown as it happens')
        browser.wait('.badge', 'live')
        daemon.http.post({'Soc': 12.5, 'Current': 7, 'Cell1': 3.3, 'Cell2': 3.31, 'Soh': 97})
        eventually(lambda: tiles(browser)['State of charge'] == '12.5 %', 'the new value')
        assert 'charging' in browser.text('.tiles') and 'dis' not in browser.text('.tiles')
        browser.wait('[data-part=cells]', 'spread 10 mV')
        equal(client.set_value('/CustomName', harness.GLib.Variant('s', 'Hütte')), 0)
        browser.wait('h2', 'Hütte')

        browser.click('[data-part=values] summary')
        browser.wait('[data-part=values] tbody', '/Soh')
        found = {row[0]: row[1:] for row in rows(browser, 'values')}
        equal((found['Soh'][0], found['Soh'][2]), ('97 %', '/Soh'))
        assert found['Power'][1].endswith(', derived'), found['Power']
        assert ' s' in found['Voltage'][1], found['Voltage']
        clean(browser)

        daemon.http.delete()
        browser.wait('.line', 'left the bus')


def test_chart(world):
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.badge', 'live')
        equal(browser.run("return page.locator('.chart:visible').count()"), 0)

        def drawn():
            daemon.http.post({'Soc': 50})
            return browser.run("return page.locator('[data-part=tiles] .chart:visible').count()") == 3
        eventually(drawn, 'three charts, after the second step')
        label = browser.run("return page.locator('.chart').first().getAttribute('aria-label')")
        assert re.fullmatch(r'last ten minutes: 50 to (50|63\.5) %', label), label
        clean(browser)


def test_limits_over_time(world):
    """Each limit is a line, beside what was asked for where that is another one."""
    daemon, _ = world.live('[battery]\n' + CALM + 'max-charge-current=40\n')
    chart = '[data-part=limits] .chart'
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.badge', 'live')

        def drawn():
            daemon.http.post(RECORD)
            return browser.run('return page.locator(chart).count()', chart=chart + ':visible') == 3
        eventually(drawn, 'three lines, after the second step')
        labels = browser.run('''return page.locator(chart).evaluateAll(
            charts => charts.map(chart => chart.getAttribute('aria-label')))''', chart=chart)
        equal(labels, ['last ten minutes: 55.2 to 55.2 V', 'last ten minutes: 40 to 40 A, up to 100 A asked for',
                       'last ten minutes: 150 to 150 A'])
        dashes = browser.run('''return page.locator(chart + ' .asked').evaluateAll(
            paths => paths.map(path => (path.getAttribute('d') || '').length > 0))''', chart=chart)
        equal(dashes, [False, True, False])
        clean(browser)


def test_limits_nobody_asked_for(world):
    """Limits that the rules supply were asked for by nobody."""
    daemon, _ = world.live('[battery]\n' + CALM + '[limits]\ncharge-voltage=55.2\ncharge-current=40\n'
                           'discharge-current=60\n', {'Soc': 63.5, 'Voltage': 52.7, 'Current': 8})
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.badge', 'live')
        equal(rows(browser, 'limits'), [['Max charge voltage', '55.2 V', 'nothing'],
                                        ['Max charge current', '40.0 A', 'nothing'],
                                        ['Max discharge current', '60.0 A', 'nothing']])
        clean(browser)


def test_away(world):
    """A page without its daemon says so, calls nothing live, and is there again with it."""
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('#link', 'Shown as it happens')
        browser.wait('.badge', 'live')
        daemon.process.kill()
        daemon.exit_status()
        browser.wait('#link', 'The daemon does not answer; last heard of')
        browser.wait('.badge', 'not known')
        browser.wait('.line', 'live when last heard of')
        equal(browser.violations(), [], 'violations of accessibility')

        daemon.start(daemon.port)
        browser.wait('.badge', 'waiting')
        browser.wait('#link', 'Shown as it happens')
        daemon.join()
        browser.wait('.badge', 'live')


def test_polling(world):
    """Where events are refused the page asks, and says so; when there is room it listens again."""
    daemon, _ = world.live()
    readers = [daemon.http.raw(b'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n') for _ in range(8)]
    for reader in readers:
        assert reader.recv(9) == b'HTTP/1.1 '
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('#link', 'Shown every two seconds')
        browser.wait('.badge', 'live')
        daemon.http.post({'Soc': 12.5})
        eventually(lambda: tiles(browser)['State of charge'] == '12.5 %', 'the new value')
        for reader in readers:
            reader.close()
        browser.wait('#link', 'Shown as it happens')


def test_unseen(world):
    """A page in the background takes no reader's place and asks nothing."""
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('#link', 'Shown as it happens')
        browser.run('''await page.evaluate(() => {
            Object.defineProperty(document, 'hidden', { get: () => globalThis.away, configurable: true });
            globalThis.away = true;
            document.dispatchEvent(new Event('visibilitychange'));
        })''')
        sockets = [daemon.http.raw(b'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n') for _ in range(7)]
        eventually(lambda: daemon.http.request('HEAD', '/events').status == 200, 'there is room')
        before = len(browser.asked())
        browser.run('await page.waitForTimeout(3000)')
        equal(len(browser.asked()), before, 'questions')
        browser.run('''await page.evaluate(() => {
            globalThis.away = false;
            document.dispatchEvent(new Event('visibilitychange'));
        })''')
        daemon.http.post({'Soc': 12.5})
        eventually(lambda: tiles(browser)['State of charge'] == '12.5 %', 'the new value')
        for sock in sockets:
            sock.close()


def test_token(world):
    """The browser asks for the token, as a password; what the page asks for and listens to has it."""
    token = world.path('token')
    token.write_text('open-sesame\n')
    daemon = world.start(f'[http]\ntoken-file={token}\n[battery]\n' + CALM)
    answer = daemon.http.get('/')
    equal(answer.status, 401)
    assert 'Basic' in answer.headers['www-authenticate'], answer.headers
    bearer = {'Authorization': 'Bearer open-sesame'}
    eventually(lambda: daemon.http.post(RECORD, headers=bearer).status == 200, 'the battery is on the bus')
    with windows() as browser:
        browser.open(address(daemon), httpCredentials={'username': 'owner', 'password': 'open-sesame'})
        browser.wait('#link', 'Shown as it happens')
        browser.wait('.badge', 'live')
        daemon.http.post({'Soc': 12.5}, headers=bearer)
        eventually(lambda: tiles(browser)['State of charge'] == '12.5 %', 'the new value')


FOREIGN = """<!DOCTYPE html><title>foreign</title><a href="{0}">battery</a>
<img src="{0}img"><script src="{0}script"></script><link rel="stylesheet" href="{0}style">
<iframe src="{0}"></iframe>{1}
<form action="{0}battery/history/clear" method="post" target="form"></form><iframe name="form"></iframe>
<script>
for (const mode of ['no-cors', 'cors']) fetch('{0}fetch-' + mode, {{ mode }}).catch(() => 0);
new EventSource('{0}events?source');
new Image().src = '{0}events?image';
document.forms[0].submit();
</script>"""


@contextlib.contextmanager
def foreign_page(text):
    """Serves @text on a port of its own. Yields: the port"""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header('Content-Type', 'text/html')
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_foreign_page(world):
    """A page of another site, or of another port here, reaches nothing and takes no reader's place; a
    link on it leads to the page."""
    daemon, _ = world.live()
    frames = ''.join(f'<iframe src="{address(daemon)}events?{n}"></iframe>' for n in range(12))
    with foreign_page(FOREIGN.format(address(daemon), frames)) as port, Browser() as browser:
        for host in ('localhost', '127.0.0.1'):
            browser.open(f'http://{host}:{port}/')
            wanted = {address(daemon) + path: 403 for path in (
                '', 'fetch-no-cors', 'battery/history/clear',
                *(f'events?{n}' for n in range(12)))}

            # Of pictures, scripts and what is asked with an Origin it says only that they failed.
            def unanswered():
                return set(wanted) - {url for url, _ in browser.answers()}
            eventually(lambda: not unanswered(), f'all are answered, from {host}')
            equal({url: status for url, status in browser.answers() if url in wanted}, wanted, host)
            eventually(lambda: has_all_readers(daemon), f'room for eight readers, from {host}')
            eventually(lambda: daemon.http.request('HEAD', '/events').status == 200, 'there is room')
            browser.click('a')
            browser.wait('.badge', 'live')
            browser.wait('#link', 'Shown as it happens')
            browser.run('await page.close()')


def has_all_readers(daemon):
    sockets = [daemon.http.raw(b'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n') for _ in range(8)]
    served = [sock.recv(12) == b'HTTP/1.1 200' for sock in sockets]
    for sock in sockets:
        sock.close()
    return all(served)


def test_several(world):
    """A card for each, a way to each; a monitor has no limits."""
    daemon = world.start('[battery]\n' + CALM + '[battery boat]\nrole=monitor\ncustom-name=Boat\n' + CALM)
    daemon.join()
    daemon.join({'Soc': 50, 'Voltage': 25, 'Current': 0}, '/battery/boat')
    with windows() as browser:
        for way in WAYS:
            browser.open(address(daemon), **way)
            browser.wait('#overview', 'Boat: live')
            equal(browser.run("return page.locator('.card').count()"), 2)
            boat = '#battery-boat '
            assert 'idle' in browser.text(boat + '.tiles')
            equal(browser.run("return page.locator('#battery-boat [data-part=limits]:visible').count()"), 0)
            equal(browser.text(boat + '[data-part=alarms] p'), 'none')
            browser.click('#overview a:has-text("Boat")')
            equal(browser.run('return page.url()'), address(daemon) + '#battery-boat')
            clean(browser)


PARTS = (f'[battery]\n{CALM}[part left]\ncapacity=280\n[part right]\ncapacity=140\nwhen-silent=leave-out\n'
         '[part shunt]\nsays=Voltage;Current\n')
LEFT = {'Soc': 60, 'Cell1': 3.3, 'Cell2': 3.31, 'Cell3': 3.26, **LIMITS}
RIGHT = {'Soc': 30, 'MinCellVoltage': 3.29, 'MaxCellVoltage': 3.31, **LIMITS}
SHUNT = {'Voltage': 52.7, 'Current': -12.3}
SMALL = ({'viewport': {'width': 360, 'height': 640}}, {'viewport': {'width': 1024, 'height': 600}})


def packs(browser):
    """What stands on the card of each part: its name, [state, how it stands, values, remarks]."""
    return browser.run('''return page.evaluate(() => Object.fromEntries(
        [...document.querySelectorAll('.pack')].map(card => {
            const [head, text, list, remarks] = card.children;
            const texts = [...list.children].map(entry => entry.innerText);
            return [head.firstChild.innerText, [
                head.lastChild.innerText, text.innerText.replace(/, [0-9.]+ s ago$/, ', … ago'),
                Object.fromEntries(texts.flatMap((name, i) => i % 2 ? [] : [[name, texts[i + 1]]])),
                [...remarks.children].map(remark => remark.innerText)]];
        })));''')


def shows_parts(browser, **wanted):
    """Waits until the cards of the parts show that."""
    shown = {}

    def found():
        shown.update(packs(browser))
        return all(shown.get(name) == list(what) for name, what in wanted.items())
    try:
        eventually(found, 'so on the cards')
    except AssertionError as error:
        raise AssertionError(f'not {wanted}, but {shown}') from error


def worst(browser):
    return now(browser).get('Worst cell')


def test_parts(world):
    """A card for each part of a battery: how it stands, what it measures, what is wrong in its records; all of
    it as it happens."""
    daemon = world.start(PARTS)
    left, right, shunt = (f'/battery/part/{name}' for name in ('left', 'right', 'shunt'))
    own = {'left': 'cell 3, 3.260 V, 30 mV below the mean', 'right': '3.290 to 3.310 V, spread 20 mV'}
    says = {'Says': 'Voltage, Current'}

    def pack(name, soc):
        return {'State of charge': soc, 'Worst cell': own[name]}
    with windows() as browser:
        for way in (*WAYS, *SMALL):
            daemon.http.delete()
            browser.open(address(daemon), **way)
            browser.wait('#link', 'Shown as it happens')
            browser.wait('[data-part=parts] h3', 'Parts: 0 of 3 count')
            shows_parts(browser, shunt=('gone', 'awaited', {**says, 'Missing': 'Voltage, Current'}, []))
            daemon.http.post(RIGHT, right)
            shows_parts(browser, right=('live', 'counts, … ago', pack('right', '30.0 %'), []))
            daemon.http.post({**LEFT, 'Soc': 150, 'Temperatur': 20}, left)
            shows_parts(browser, left=('gone', 'awaited', {
                **pack('left', '–\nwrong Soc is 150 %, above the limit of 100 %'), 'Missing': 'Soc'},
                ['wrong Temperatur: no such field; did you mean Temperature?']))
            (clean if way in WAYS else fits)(browser)

            daemon.http.post(SHUNT, shunt)
            daemon.join(LEFT, left)
            browser.wait('[data-part=parts] h3', 'Parts: 3 of 3 count')
            browser.wait('.records', 'part shunt: ')
            shows_parts(browser, left=('live', 'counts, … ago', pack('left', '60.0 %'), []), shunt=(
                'live', 'counts, … ago', {'Voltage': '52.70 V', 'Current': '-12.3 A', 'Power': '-648 W', **says}, []))
            eventually(lambda: tiles(browser)['State of charge'] == '50.0 %', 'all of it')
            eventually(lambda: worst(browser) == 'left 3, 3.260 V, 30 mV below the mean', 'of all')
            daemon.http.post({**LEFT, 'Cell1': 3.4, 'Soc': 61}, left)
            browser.wait('.pack', 'cell 1, 3.400 V, 77 mV above the mean')
            browser.wait('.pack', '61.0 %')

            daemon.http.delete(right)
            browser.wait('.pack', 'switched off')
            browser.wait('.notes', 'part right is off')
            daemon.http.post(RIGHT, right)
            browser.wait('.pack', 'has come back, counts after 10 s of records')
            browser.wait('[data-part=parts] h3', 'Parts: 2 of 3 count')
            fits(browser)


def test_silent_part(world):
    """One that the battery goes on without, and one that does not go on without it."""
    daemon = world.start(PARTS.replace(CALM, 'warn-after=1\nstale-after=2\ndrop-after=300\nleave-after=400\n'))
    speaking = ['left', 'right', 'shunt']

    def speak():
        for name in speaking:
            record = {'left': LEFT, 'right': RIGHT, 'shunt': {}}[name]
            daemon.http.post({**SHUNT, **record}, f'/battery/part/{name}')

    def shows(text, *silent):
        def found():
            speak()
            return text in browser.text('main')
        speaking[:] = [name for name in ('left', 'right', 'shunt') if name not in silent]
        eventually(found, text)
    with windows() as browser:
        browser.open(address(daemon), **PHONE)
        shows('Parts: 3 of 3 count')
        shows('left out', 'right')
        shows('part right is silent: it does not count', 'right')
        shows('silent: left to the other parts', 'right', 'shunt')
        browser.wait('[data-part=parts] h3', 'Parts: 1 of 3 count')


def test_send(world):
    """The curl line works as it stands there; the flow is the one of the examples."""
    daemon = world.start('[battery]\n' + CALM + '[battery boat]\nrole=monitor\n' + CALM)
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.card')
        for card, path in (('#battery-virtual ', '/battery'), ('#battery-boat ', '/battery/boat')):
            browser.click(card + '[data-part=send] summary')
            line = browser.wait(card + '[data-part=curl]', 'curl')
            done = subprocess.run(['sh', '-c', line], capture_output=True, text=True, check=True)
            equal(json.loads(done.stdout)['state'], 'live')
            flow = json.loads(browser.text(card + '[data-part=flow]'))
            example = json.loads((SOURCE_ROOT / 'nodered/examples/1-minimal.json').read_text())
            for node in example:
                if node['type'] == 'http request':
                    node['url'] = 'http://127.0.0.1:1882' + path
            equal(flow, example)
            browser.click(card + '[data-part=copy-curl]')
            browser.wait(card + '[data-part=copied]', 'Copied')
        clean(browser)


def test_send_to_parts(world):
    """A curl line for each part, with what it has to send; together they make the battery."""
    daemon = world.start(PARTS)
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.pack')
        browser.click('[data-part=send] summary')
        lines = browser.wait('[data-part=curl]', 'curl').splitlines()
        equal([line.split("'")[0].split('/battery')[1] for line in lines],
              [f'/part/{name} -d ' for name in ('left', 'right', 'shunt')])
        for line in lines:
            subprocess.run(['sh', '-c', line], capture_output=True, check=True)
        eventually(lambda: daemon.state()['state'] == 'live', 'live')
        equal([daemon.http.get(f'/battery/part/{name}').body['source']['errors'] for name in ('left', 'shunt')], [[]] * 2)
        assert f'{address(daemon)}battery/part/left"' in browser.text('[data-part=flow]').replace(
            'http://127.0.0.1:1882/', address(daemon)), 'the address of the flow'


def test_keyboard(world):
    """Everything that can be clicked can be reached and used with the keyboard alone."""
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.badge', 'live')
        reached = browser.run('''
            const reached = [];
            for (let i = 0; i < 40; i++) {
                await page.keyboard.press('Tab');
                const text = await page.evaluate(() => {
                    const focus = document.activeElement;
                    if (focus === document.body) return null;
                    return focus.innerText.trim().split('\\n')[0] || focus.getAttribute('aria-label');
                });
                if (text === null) break;
                reached.push(text);
                if (text === 'Send a record') {
                    await page.keyboard.press('Enter');
                    await page.locator('pre:has-text("curl")').waitFor();
                }
            }
            return reached;''')
        for wanted in ('All values', 'Send a record', 'curl', 'Copy the command', 'Copy the flow', 'fields'):
            assert any(text.startswith(wanted) for text in reached), (wanted, reached)
        seen = browser.run('''
            await page.locator('[data-part=send] summary').focus();
            return page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)''')
        equal(seen, 'solid', 'the mark of what has the focus')


def test_said(world):
    """A screen reader is told of a new state once, not of every second."""
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.badge', 'live')
        browser.run('''await page.evaluate(() => {
            globalThis.said = [];
            for (const place of document.querySelectorAll('[role=status]')) {
                new MutationObserver(() => {
                    if (place.ariaLive !== 'off') globalThis.said.push(place.textContent);
                }).observe(place, { childList: true, characterData: true, subtree: true });
            }
        })''')
        browser.run('await page.waitForTimeout(2500)')
        daemon.http.delete()
        browser.wait('.badge', 'gone')
        equal(browser.run('return page.evaluate(() => globalThis.said)'), ['virtual is gone'])


def test_read_only(world):
    """The page asks its own daemon alone, and changes nothing."""
    daemon, _ = world.live()
    before = daemon.state()
    with windows() as browser:
        browser.open(address(daemon))
        browser.wait('.badge', 'live')
        for name in ('values', 'send'):
            browser.click(f'[data-part={name}] summary')
        browser.click('[data-part=copy-flow]')
        browser.run('await page.waitForTimeout(2500)')
        for asked in browser.asked():
            assert asked.startswith((f'GET {address(daemon)}', 'GET data:')), asked
    after = daemon.state()
    for name in ('source', 'state', 'since', 'name'):
        equal(after[name], before[name], name)


def fetch(daemon, path='/', method='GET', **headers):
    names = {name.replace('_', '-'): value for name, value in headers.items()}
    request = urllib.request.Request(address(daemon).rstrip('/') + path, method=method, headers=names)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers, answer.read()


def test_manners(world):
    """Size, compression, ETag, HEAD, and a policy that admits nothing from elsewhere."""
    daemon = world.start()
    status, headers, plain = fetch(daemon)
    equal((status, headers['Content-Type']), (200, 'text/html; charset=utf-8'))
    assert len(plain) <= LARGEST, len(plain)
    equal((headers['Content-Encoding'], headers['Vary']), (None, 'Accept-Encoding'))
    equal((headers['Cache-Control'], headers['X-Content-Type-Options']), ('no-cache', 'nosniff'))
    policy = dict(part.strip().split(' ', 1) for part in headers['Content-Security-Policy'].split(';'))
    equal((policy['default-src'], policy['connect-src']), ("'none'", "'self'"))
    for name in ('script-src', 'style-src'):
        assert policy[name].startswith("'sha256-"), policy

    _, packed, small = fetch(daemon, Accept_Encoding='br, GZIP;q=0.8')
    equal(packed['Content-Encoding'], 'gzip')
    equal(gzip.decompress(small), plain, 'the same page')
    assert packed['ETag'] != headers['ETag']
    for no in ('br', 'gzip;q=0', 'gzip; q=0.0', 'notgzip'):
        equal(fetch(daemon, Accept_Encoding=no)[1]['Content-Encoding'], None, no)

    for etag, more in ((headers['ETag'], {}), (packed['ETag'], {'Accept_Encoding': 'gzip'})):
        status, again, body = fetch(daemon, If_None_Match=f'"other", W/{etag}', **more)
        equal((status, again['ETag'], body), (304, etag, b''))
    status, head, body = fetch(daemon, method='HEAD')
    equal((status, head['ETag'], head['Content-Length'], body), (200, headers['ETag'], str(len(plain)), b''))
    equal(fetch(daemon, method='POST')[0], 405)


def test_all_manners(world):
    """Every GET: HEAD, a type, what may be kept, and 304 where it does not change."""
    daemon = world.start('[battery]\n' + CALM)
    unchanging = {'/': 'text/html', '/fields': 'application/json', '/schema.json': 'application/json',
                  '/openapi.json': 'application/json'}
    changing = {'/battery': 'application/json', '/batteries': 'application/json',
                '/battery/virtual': 'application/json', '/battery/virtual/recent': 'application/json',
                '/metrics': 'text/plain', '/health': 'application/json'}
    for path, kind in {**unchanging, **changing}.items():
        status, headers, body = fetch(daemon, path)
        equal(headers.get_content_type(), kind, path)
        equal(headers['Cache-Control'], 'no-cache' if path in unchanging else 'no-store', path)
        equal(headers['Content-Length'], str(len(body)), path)
        head = fetch(daemon, path, 'HEAD')
        equal((head[0], head[1].get_content_type(), head[2]), (status, kind, b''), path)
        if path in unchanging:
            equal(fetch(daemon, path, If_None_Match=headers['ETag'])[0], 304, path)
        else:
            equal(headers['ETag'], None, path)


def test_twin(world):
    """Another battery with the same number stands among the notes as long as it is there."""
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon), **DESKTOP)
        browser.wait('.line', 'live')
        twin = world.battery('twin', 120)
        browser.wait('.notes', 'device instance 120 is also that of com.victronenergy.battery.twin')
        twin.kill()
        eventually(lambda: 'twin' not in browser.text('.notes'), 'the note goes with it')


def test_automatic_monitor(world):
    """A monitor that nobody has chosen stands among the notes until somebody has."""
    settings = world.settings()
    world.system('--choose')
    daemon, _ = world.live()
    with windows() as browser:
        browser.open(address(daemon), **DESKTOP)
        browser.wait('.line', 'live')
        browser.wait('.notes', 'nobody has chosen the battery monitor (Automatic)')
        equal(settings.set(MONITOR_CHOICE, 'com.victronenergy.battery/120'), 0)
        eventually(lambda: 'Automatic' not in browser.text('.notes'), 'the note goes with it')


def test_pictures(world):
    """The pictures of the README, where they are asked for; that they can be made is always seen."""
    folder = pathlib.Path(os.environ.get('SCREENSHOTS') or world.path('pictures'))
    folder.mkdir(exist_ok=True)
    daemon, _ = world.live('[battery]\ncustom-name=Shed\nmax-charge-current=80\n' + CALM, FULL)
    system = world.system()
    for path, value in (('/Control/Dvcc', 1), ('/ActiveBatteryService', 'com.victronenergy.battery/120'),
                        ('/ActiveBmsService', 'com.victronenergy.battery.virtual')):
        system.set(path, value)
    eventually(lambda: daemon.state()['selected'] == {'monitor': True, 'bms': True, 'dvcc': True},
               'the battery is chosen')
    steps = 12 if os.environ.get('SCREENSHOTS') else 1
    with windows() as browser:
        for n in range(steps):
            daemon.http.post({**FULL, 'HighCellVoltage': 0, 'Soc': 63.5 + n / 10,
                              'Current': 20 * math.sin(n / 3), 'Voltage': 52.7 + math.sin(n / 3) / 5})
            browser.run('await new Promise(done => setTimeout(done, time))', time=5000 if steps > 1 else 0)
        for name, way in (('phone-dark', PHONE), ('desktop-light', DESKTOP)):
            browser.open(address(daemon), **way)
            browser.wait('.badge', 'live')
            daemon.http.post({**FULL, 'HighCellVoltage': 0, 'Soc': 64.8, 'Current': -12.3})
            browser.wait('[data-part=records]', 'accepted')
            path = folder / f'page-{name}.png'
            browser.screenshot(path)
            equal(path.read_bytes()[:4], b'\x89PNG')
            assert 'selected as' not in browser.text('.notes')


if __name__ == '__main__':
    with RESOURCES:
        harness.main(globals())
