#!/usr/bin/python3
"""Every example flow in the real Node-RED, as a user imports it, and its battery on the bus.
NODE_RED: the npm package that is Node-RED, node-red if it is not set."""
import signal

from broker import broker
from flow_inputs import MQTT, bms, pack
from flow_site import site
from harness import equal, eventually, main

LIMITS = ('/Info/MaxChargeVoltage', '/Info/MaxChargeCurrent', '/Info/MaxDischargeCurrent')
FLOWS = range(1, 8)

# The flow variables of Victron-VirtualBattery.
ELEVEN = {'Soc': 63.5, 'Current': -12.3, 'Voltage': 52.7, 'Power': -648, 'MinCellTemperature': 18,
          'MaxCellTemperature': 21, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150, 'MaxChargeVoltage': 55.2,
          'MaxCellVoltage': 3.31, 'MinCellVoltage': 3.28}

# What is on the bus when the example buttons have been pressed.
SIX = {'/Soc': 63.5, '/Dc/0/Voltage': 52.7, '/Dc/0/Current': -12.3, '/Info/MaxChargeVoltage': 55.2,
       '/Info/MaxChargeCurrent': 100, '/Info/MaxDischargeCurrent': 150}
ON_BUS = {
    1: SIX,
    2: {'/Soc': 63.5, '/Dc/0/Voltage': 52.98, '/Dc/0/Current': -12.3, '/InstalledCapacity': 280,
        '/Info/MaxChargeVoltage': 54.4, '/Info/MaxChargeCurrent': 100, '/Info/MaxDischargeCurrent': 150,
        '/Voltages/Cell16': 3.31, '/System/MinCellVoltage': 3.308, '/System/MaxCellVoltage': 3.315,
        '/System/MaxVoltageCellId': 'Cell3', '/System/MaxCellTemperature': 23, '/Alarms/HighCellVoltage': 0,
        '/Alarms/InternalFailure': 0, '/Info/ChargeLimitation': 'none'},
    3: {'/Soc': 63.3, '/Dc/0/Voltage': 52.7, '/Dc/0/Current': -24, '/InstalledCapacity': 420,
        '/System/MinCellVoltage': 3.27, '/System/MinVoltageCellId': 'BMS B', '/System/MaxCellVoltage': 3.31,
        '/System/MaxVoltageCellId': 'BMS A', '/System/MinCellTemperature': 18, '/Info/MaxChargeVoltage': 54.8,
        '/Info/MaxChargeCurrent': 150, '/Info/MaxDischargeCurrent': 225, '/Alarms/BmsCable': 0,
        '/ConnectionInformation': '2 BMSes merged'},
    4: {**SIX, '/Dc/0/Power': -648, '/System/MinCellTemperature': 18, '/System/MaxCellTemperature': 21,
        '/System/MinCellVoltage': 3.28, '/System/MaxCellVoltage': 3.31},
    5: {**SIX, '/Dc/0/Temperature': 21, '/Voltages/Cell2': 3.3, '/System/MinCellVoltage': 3.29, '/Alarms/LowSoc': 1},
    6: SIX,
    7: {**SIX, '/Info/MaxChargeCurrent': 20},
}


def ticks(place, number, name, count=3):
    """Waits until a node has been reached that many times."""
    node = place.id(number, name, 'function')
    before = len(place.node_red.statuses(node))
    eventually(lambda: len(place.node_red.statuses(node)) >= before + count, f'{count} times {name}', 60)


def silent(place, *numbers):
    for number in numbers:
        equal(place.state(number)['source']['records'], 0, f'records of flow {number}')
        equal(place.on_bus(number), None, f'flow {number} on the bus')


def nothing_unasked(place):
    """Before anybody gives them values nothing is sent, and each says what it waits for."""
    log = (place.node_red.folder / 'node-red.log').read_text()
    assert 'Started flows' in log and 'missing' not in log, log
    for number, name, text in ((1, 'record', 'not set: Soc'), (3, 'merge', 'waiting for BMS A, BMS B'),
                               (4, 'flow to dictionary', 'not set: Soc and 10 more'),
                               (5, 'record', 'skipped a retained message'), (6, 'record', 'not known: Voltage'),
                               (7, 'what Venus sees', 'waiting: not on the bus')):
        place.shows(number, text, name)
    place.feed(2, 'read the BMS', bms(soc=None))
    place.shows(2, 'not known: Soc', 'read the BMS')
    place.feed(3, 'BMS A', pack())
    place.feed(4, None, {name: ELEVEN[name] for name in list(ELEVEN)[:10]})
    place.feed(6, 'values', 63.5, topic='Soc')
    place.shows(3, 'waiting for BMS B', 'merge')
    place.shows(4, 'not set: MinCellVoltage', 'flow to dictionary')
    ticks(place, 4, 'flow to dictionary')
    ticks(place, 6, 'record')
    silent(place, *FLOWS)


def examples(place):
    """The buttons lead to a battery on the bus, and everything is green."""
    for number, names in ((1, ['example values']), (2, ['example values']), (3, ['example A', 'example B']),
                          (4, ['example values']), (6, ['example values']), (7, ['the source speaks'])):
        for name in names:
            place.press(number, name)
    for number in FLOWS:
        place.until(number, ON_BUS[number])
        place.shows(number, 'live', fill='green')
    place.shows(7, 'live: SoC 63.5 %, charge 20 A, discharge 150 A', 'what Venus sees', fill='green')


def refusals(place, publish):
    """A wrong record changes nothing, and is seen on the node and in the debug pane."""
    for number in (1, 4):
        place.feed(number, None, {'Soc': 101 + number})
    for number in (2, 6, 7):
        place.press(number, {7: 'the source falls silent'}.get(number, 'silence'))
    place.press(3, 'silence A')
    place.feed(2, 'read the BMS', bms(soc=103))
    place.feed(3, 'BMS A', pack(Soc=200))
    publish('battery', {**MQTT, 'Soc': 106})
    place.feed(6, 'values', 107, topic='Soc')
    place.press(7, 'a wrong record')
    for number, soc in ((1, '102'), (2, '103'), (3, '154'), (4, '105'), (5, '106'), (6, '107'), (7, '101')):
        text = f'refused: Soc is {soc}'
        node = place.id(number, 'verdict')
        eventually(lambda: any(shown.get('fill') == 'red' and shown['text'].startswith(text)
                               for shown in place.node_red.statuses(node)), f'flow {number}: {text}', 60)
        place.news(text)
        equal(place.value(number, '/Soc'), ON_BUS[number]['/Soc'])


def silences(place):
    """The buttons that end the examples end them."""
    for number in (1, 2, 4, 6):
        place.press(number, 'silence')
    place.press(7, 'the source falls silent')
    place.shows(1, 'not set: Soc', 'record')
    place.shows(4, 'not set: Soc and 10 more', 'flow to dictionary')
    before = [place.state(number)['source']['records'] for number in (1, 2, 4, 7)]
    ticks(place, 4, 'flow to dictionary')
    equal([place.state(number)['source']['records'] for number in (1, 2, 4, 7)], before, 'records')


def without_daemon(place, text):
    """Each flow shows @text while there is no answer."""
    for number in FLOWS:
        place.shows(number, text, fill='red')
        equal(place.shown(number)[1], 'ring')
    place.news(text)


def test_life(world):
    """From the import to the battery; refusals; without the daemon, and with it again."""
    with broker(world) as mqtt:
        mqtt.publish('battery', MQTT, '-r')
        with site(world, broker_port=mqtt.port) as place:
            nothing_unasked(place)
            with mqtt.each_second('battery', MQTT):
                examples(place)
                equal([place.state(number)['source']['refused'] for number in FLOWS], [0] * 7)
                refusals(place, mqtt.publish)
                examples(place)

                place.daemon.signal(signal.SIGKILL)
                place.daemon.process.wait()
                without_daemon(place, 'no daemon: connect ECONNREFUSED')
                place.shows(7, 'no daemon', 'what Venus sees')
                place.daemon.start(place.daemon.port)
                for number in FLOWS:
                    place.until(number, ON_BUS[number])
                    place.shows(number, 'live', fill='green')

                place.daemon.signal(signal.SIGSTOP)
                without_daemon(place, 'no daemon: no response from server')
                place.daemon.signal(signal.SIGCONT)
                for number in FLOWS:
                    place.shows(number, 'live', fill='green')

# A message of the BMS (what is unusual in it), and charge voltage, charge and discharge current.
BY_BMS = [
    ({}, (54.4, 100, 150)),
    ({'highest': 3.45}, (54.4, 60, 150)),
    ({'highest': 3.60}, (53.6, 0, 150)),
    ({'highest': 3.55}, (54.4, 0, 150)),
    ({'lowest': 3.05}, (54.4, 100, 90)),
    ({'lowest': 2.80}, (54.4, 100, 0)),
    ({'soc': 97}, (56, 34, 150)),
    ({'soc': 15}, (54.4, 100, 90)),
    ({'coldest': 5}, (54.4, 20, 150)),
    ({'warmest': 45}, (54.4, 50, 150)),
]
# State of charge, and the same.
BY_SOC = [(60, (55.2, 100, 150)), (92, (55.2, 50, 150)), (96, (55.2, 20, 150)), (100, (55.2, 5, 150)),
          (15, (55.2, 100, 50)), (5, (55.2, 100, 0)), (8, (55.2, 100, 0)), (12, (55.2, 100, 50))]
# What BMS A and BMS B say, and the same.
BY_TWO = [
    ({}, {}, (55.2, 150, 225)),
    ({'MaxChargeVoltage': 54}, {}, (54, 150, 225)),
    ({}, {'MaxChargeCurrent': 20}, (55.2, 60, 225)),
    ({'MaxDischargeCurrent': 40}, {}, (55.2, 150, 60)),
    ({'MaxChargeCurrent': 0}, {}, (55.2, 0, 225)),
]


def feed_shunt(place, soc):
    for topic, value in (('Voltage', 52.7), ('Current', -12.3), ('Soc', soc)):
        place.feed(6, 'values', value, topic=topic)


def feed_two(place, one, other):
    place.feed(3, 'BMS A', pack(**one))
    place.feed(3, 'BMS B', pack(**other))


def test_limits(world):
    """Inputs of every kind lead to the limits that the rules say, on the bus."""
    with site(world, 2, 3, 6) as place:
        for given, wanted in BY_BMS:
            place.until(2, dict(zip(LIMITS, wanted)), lambda: place.feed(2, 'read the BMS', bms(**given)))
        for one, other, wanted in BY_TWO:
            feed_two(place, one, other)
            place.until(3, dict(zip(LIMITS, wanted)))
        feed_two(place, {}, {})
        for soc, wanted in BY_SOC:
            feed_shunt(place, soc)
            place.until(6, {'/Soc': soc, **dict(zip(LIMITS, wanted))})
        fall_silent(place)


def fall_silent(place):
    """First BMS A, then both, the SmartShunt meanwhile: what is old is not sent."""
    silent = {'/Dc/0/Current': -10, '/Alarms/BmsCable': 1, **dict(zip(LIMITS, (55.2, 0, 150)))}
    place.feed(3, 'BMS B', pack())
    place.until(3, silent)
    place.shows(3, 'BMS A silent: no charging', 'merge', fill='yellow')
    equal(place.value(3, '/ConnectionInformation'), '1 of 2 BMSes silent: no charging')
    place.shows(6, 'not known: ', 'record')
    place.shows(3, 'all silent: nothing is sent', 'merge')
    place.news('all silent: nothing is sent')
    before = [place.state(number)['source']['records'] for number in (3, 6)]
    ticks(place, 3, 'merge')
    ticks(place, 6, 'record')
    equal([place.state(number)['source']['records'] for number in (3, 6)], before, 'records')

    feed_two(place, {}, {})
    feed_shunt(place, 60)
    place.until(3, {'/Dc/0/Current': -20, '/Alarms/BmsCable': 0, **dict(zip(LIMITS, (55.2, 150, 225)))})
    place.until(6, {'/Soc': 60})


def test_failsafe(world):
    """The demonstration: a source falls silent, step by step; it does not disturb a battery in use."""
    with site(world, 7) as place:
        other = '/battery/flow7'
        place.daemon.join(path=other)
        place.shows(7, 'live', 'what Venus sees')
        place.press(7, 'the source speaks')
        place.shows(7, 'in use: live', 'on a bench only')
        place.press(7, 'the source says off')
        place.press(7, 'the source falls silent')
        ticks(place, 7, 'what Venus sees')
        equal(place.state(7)['source']['records'], place.daemon.state(other)['source']['records'])
        equal(place.value(7, '/Info/MaxChargeCurrent'), 100)

        place.daemon.http.delete(other)
        place.shows(7, 'gone: not on the bus', 'what Venus sees')
        place.press(7, 'the source speaks')
        place.until(7, ON_BUS[7])
        place.press(7, 'the source falls silent')
        place.shows(7, 'late: SoC 63.5 %, charge 20 A, discharge 150 A', 'what Venus sees', fill='yellow')
        equal(place.value(7, '/Alarms/BmsCable'), 1)
        place.shows(7, 'stale: SoC unknown, charge 0 A, discharge 150 A', 'what Venus sees', fill='red')
        equal(place.values(7, '/Connected', '/Soc', *LIMITS), (0, None, 55.2, 0, 150))
        place.shows(7, 'lost: SoC unknown, charge unknown, discharge unknown', 'what Venus sees', fill='red')
        equal(place.values(7, *LIMITS), (None, None, None))
        place.shows(7, 'gone: not on the bus', 'what Venus sees', fill='grey')
        equal(place.on_bus(7), None)
        for state in ('late', 'stale', 'lost', 'gone'):
            place.news(f'{state}: ')
        place.press(7, 'the source speaks')
        place.until(7, ON_BUS[7])
        place.press(7, 'the source says off')
        eventually(lambda: not place.on_bus(7), 'off the bus')


main(globals())
