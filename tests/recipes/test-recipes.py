#!/usr/bin/python3
"""The recipes of docs/recipes as they stand there, against the real daemon."""
import datetime
import json
import math
import re
import signal
import subprocess

import jinja2.sandbox

import harness
from broker import broker
from clients import read_answer
from flow_inputs import MQTT
from harness import CALM, SOURCE_ROOT, equal, eventually, free_port
from recipe import HOST, TOKEN, Running, block, blocks, compiled, configuration

BEARER = {'Authorization': f'Bearer {TOKEN}'}

# What all recipes send.
SENT = {'Soc': 63.5, 'Voltage': 52.7, 'Current': -12.3, 'MaxChargeVoltage': 55.2,
        'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150}


def daemon_of(world, token=TOKEN, times=CALM):
    """A daemon as a recipe finds it, not started."""
    file = world.path('token')
    file.write_text(token)
    return world.daemon(f'[http]\ntoken-file={file}\n[battery]\n{times}')


def begin(daemon, port):
    """Starts it, and waits until it serves those who have the token."""
    daemon.spawn(port)
    eventually(lambda: status(daemon) is not None, 'the daemon serves')


def status(daemon):
    """What GET /battery says, None where there is no answer."""
    try:
        return daemon.http.get('/battery', headers=BEARER).body
    except OSError:
        return None


def values(daemon):
    """What GET /battery says of the fields that the recipes send."""
    found = status(daemon)['values']
    return {name: found[name]['value'] for name in SENT if name in found}


def is_live(daemon):
    battery = status(daemon)
    return battery and battery['state'] == 'live' and battery['on_bus'] and not battery['warnings']


def post(daemon, body, headers):
    return daemon.http.request('POST', '/battery', body.encode(), headers)


def further(daemon):
    """Waits for two records more."""
    records = status(daemon)['source']['records']
    eventually(lambda: status(daemon)['source']['records'] > records + 1, 'records go on coming')


def life(world, run):
    """A recipe before the daemon is there, with it, while it hangs, and after it has been killed.
    @run: makes it from a port."""
    port = free_port()
    daemon = daemon_of(world)
    with run(port) as recipe:
        eventually(recipe.said, 'it says that nobody answers')
        begin(daemon, port)
        eventually(lambda: is_live(daemon), 'the battery is live')
        equal(values(daemon), SENT)
        further(daemon)
        recipe.forget()
        further(daemon)
        equal(recipe.said(), '', 'where all is well')

        daemon.signal(signal.SIGSTOP)
        eventually(recipe.said, 'it says that there is no answer')
        daemon.signal(signal.SIGCONT)
        eventually(lambda: is_live(daemon), 'it goes on behind a daemon that hung')

        daemon.signal(signal.SIGKILL)
        daemon.process.wait()
        begin(daemon, port)
        eventually(lambda: is_live(daemon), 'it goes on with another daemon')


def wrong(world, run, wrong_value, unknown):
    """A recipe with another value in the place of Soc, and with another token. @run: makes it from a port
    and that value."""
    port = free_port()
    daemon = daemon_of(world)
    begin(daemon, port)
    with run(port, wrong_value) as recipe:
        eventually(lambda: 'Soc is 163.5 %, above the limit of 100 %' in recipe.said(),
                   'it says what was wrong')
        equal(status(daemon)['missing'], ['Soc'], 'what is missing when the rest was taken')
    daemon.http.delete(headers=BEARER)
    with run(port, unknown):
        eventually(lambda: status(daemon)['missing'] == ['Soc'], 'what is not known is missing')
        equal(status(daemon)['source']['errors'], [])
    world.path('token').write_text('another token that nobody guesses')
    daemon.signal(signal.SIGHUP)
    with run(port, '63.5') as recipe:
        eventually(lambda: 'The token is missing or wrong.' in recipe.said(), 'it says that the token is wrong')


def keeps_its_connection(world, run):
    """All records over one connection, until there is no answer."""
    port = free_port()
    daemon = daemon_of(world)
    begin(daemon, port)
    with run(port) as recipe:
        eventually(lambda: is_live(daemon), 'the battery is live')
        sockets = recipe.sockets()
        further(daemon)
        equal(recipe.sockets(), sockets)
        equal(len(sockets), 1, 'sockets')
        recipe.forget()
        daemon.signal(signal.SIGSTOP)
        eventually(recipe.said, 'it says that there is no answer')
        daemon.signal(signal.SIGCONT)
        eventually(lambda: recipe.sockets() - sockets, 'it takes another connection')
        further(daemon)
        equal(len(recipe.sockets()), 1, 'sockets')


def script(world, name, language, *interpreter):
    """Returns: what runs the script of @name with a port and a value in the place of Soc"""
    text = block(name, language)

    def run(port, soc='63.5'):
        file = world.path(f'script-{soc}')
        file.write_text(text.replace('63.5', soc), encoding='utf-8')
        return Running(world, [*interpreter, file], TOKEN=TOKEN, URL=f'http://127.0.0.1:{port}/battery')

    return run


def test_shell(world):
    """In the shell that a GX device has."""
    life(world, script(world, 'shell.md', 'sh', 'busybox', 'sh'))


def test_shell_wrong(world):
    wrong(world, script(world, 'shell.md', 'sh', 'busybox', 'sh'), '163.5', 'null')


def test_shell_check(world):
    """As shellcheck wants it."""
    for number, text in enumerate(blocks('shell.md', 'sh') + blocks('README.md', 'sh')):
        file = world.path(f'{number}.sh')
        file.write_text(text, encoding='utf-8')
        subprocess.run(['shellcheck', '--shell=dash', file], check=True)


def test_from_another_machine(world):
    """What the list of recipes says about address and token."""
    conf = world.path('conf')
    conf.mkdir()
    text = block('README.md', 'sh').replace('/data/conf', str(conf))
    subprocess.run(['busybox', 'sh', '-euc', 'svc() { :; }\n' + text], check=True)
    daemon = world.daemon((conf / 'dbus-virtual-battery.ini').read_text().replace(':1882', ':0'))
    daemon.start()
    equal(daemon.http.get('/battery').status, 401)
    file = conf / 'dbus-virtual-battery.token'
    token = file.read_text().strip()
    equal(file.stat().st_mode & 0o777, 0o600)
    equal(daemon.http.get('/battery', headers={'Authorization': f'Bearer {token}'}).status, 200)
    assert 'can be guessed' not in daemon.log.read_text()


def test_shell_hides_the_token(world):
    """It is in no list of processes."""
    port = free_port()
    daemon = daemon_of(world)
    begin(daemon, port)
    daemon.signal(signal.SIGSTOP)
    run = script(world, 'shell.md', 'sh', 'busybox', 'sh')
    with run(port) as recipe:
        group = ['pgrep', '-a', '-g', str(recipe.process.pid)]
        listed = eventually(lambda: (text := subprocess.run(group, capture_output=True, text=True,
                                                            check=False).stdout) and 'curl' in text and text,
                            'curl waits for an answer')
        assert TOKEN not in listed, listed
        daemon.signal(signal.SIGCONT)


def test_python(world):
    life(world, script(world, 'python.md', 'python', '/usr/bin/python3', '-I'))


def test_python_wrong(world):
    wrong(world, script(world, 'python.md', 'python', '/usr/bin/python3', '-I'), '163.5', "float('nan')")


def test_python_keeps_its_connection(world):
    keeps_its_connection(world, script(world, 'python.md', 'python', '/usr/bin/python3', '-I'))


def sketch(world):
    """Returns: as script() does, the sketch as a program"""
    text = block('esp32-arduino.md', 'cpp')
    programs = {}

    def run(port, soc='63.5'):
        if soc not in programs:
            programs[soc] = compiled(world, f'sketch-{soc}', text.replace('63.5', soc) + '''
int main() {
  setup();
  for (;;) {
    loop();
  }
}
''')
        return Running(world, [programs[soc]], PORT=str(port), HOST=HOST)

    return run


def test_arduino(world):
    life(world, sketch(world))


def test_arduino_wrong(world):
    wrong(world, sketch(world), '163.5', 'NAN')


def test_arduino_keeps_its_connection(world):
    keeps_its_connection(world, sketch(world))


def test_arduino_bytes(world):
    """The request as it stands in the recipe, twice over one connection."""
    port = free_port()
    daemon = daemon_of(world)
    begin(daemon, port)
    data = block('esp32-arduino.md', 'http').strip().replace('\n', '\r\n').encode()
    with daemon.http.raw(data) as sock:
        stream = sock.makefile('rb')
        answer = read_answer(stream)
        equal((answer.status, answer.body['errors']), (202, []))
        sock.sendall(data)
        equal(read_answer(stream).body['accepted'], len(SENT))
    equal(values(daemon), SENT)


class States:
    """The states of Home Assistant: entity → (state, seconds since it was reported)."""

    def __init__(self, entities):
        self.entities = entities

    def __call__(self, entity):
        return self.entities[entity][0] if entity in self.entities else 'unknown'

    def __getitem__(self, entity):
        if entity not in self.entities:
            return None
        return {'last_reported': now() - datetime.timedelta(seconds=self.entities[entity][1])}


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def to_json(value):
    """JSON has no NaN."""
    return json.dumps(None if isinstance(value, float) and not math.isfinite(value) else value)


def render(template, entities=None, **variables):
    """As Home Assistant does."""
    states = States(entities or {})
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    environment.filters.update(to_json=to_json, from_json=json.loads)
    environment.globals.update(
        states=states, now=now, timedelta=datetime.timedelta,
        has_value=lambda entity: states(entity) not in ('unknown', 'unavailable'))
    return environment.from_string(template).render(variables).strip()


ENTITIES = {
    'sensor.bms_soc': ('63.5', 1), 'sensor.bms_voltage': ('52.7', 19), 'sensor.bms_current': ('-12.3', 0),
    'input_number.max_charge_voltage': ('55.2', 100000), 'input_number.max_charge_current': ('100.0', 100000),
    'input_number.max_discharge_current': ('150.0', 100000),
}


class HomeAssistant:
    """What its rest_command and its template sensor do."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.configuration, _ = configuration('home-assistant.md')
        trigger, = self.configuration['template']
        self.sensor, = trigger['sensor']
        self.command = self.configuration['rest_command'][trigger['actions'][0]['action'].split('.')[1]]
        equal(trigger['actions'][0]['response_variable'], 'answer')

    def headers(self):
        return {'Content-Type': self.command['content_type'],
                **{name: render(value) for name, value in self.command['headers'].items()}}

    def payload(self, entities=None):
        return render(self.command['payload'], {**ENTITIES, **(entities or {})})

    def push(self, entities=None, body=None):
        """Returns: (state, attributes) of the sensor"""
        assert render(self.command['url']).endswith(':1882/battery'), self.command['url']
        equal(self.command['method'], 'post')
        answer = post(self.daemon, body or self.payload(entities), self.headers())
        # Only what says that it is JSON, and nothing more, becomes more than a text.
        plain = answer.headers['content-type'] == 'application/json'
        content = answer.body if plain else json.dumps(answer.body)
        return self.shown(answer={'status': answer.status, 'content': content})

    def shown(self, **variables):
        return (render(self.sensor['state'], **variables),
                {name: render(text, **variables) for name, text in self.sensor['attributes'].items()})


def test_home_assistant(world):
    daemon = daemon_of(world)
    begin(daemon, free_port())
    home = HomeAssistant(daemon)
    equal(json.loads(home.payload()), SENT)
    eventually(lambda: home.push() and is_live(daemon), 'the battery is live')
    equal(values(daemon), SENT)
    equal(home.push(), ('live', {'errors': '', 'missing': ''}))

    # Nothing of what is old, unknown, unavailable, no number, or not there.
    for said in (('63.5', 21), ('unknown', 0), ('unavailable', 0), ('nan', 0), ('sixty', 0)):
        payload = json.loads(home.payload({'sensor.bms_soc': said}))
        equal((payload['Soc'], payload['Voltage']), (None, 52.7), said)
    equal(home.push({'sensor.bms_soc': ('63.5', 21)}), ('live', {'errors': '', 'missing': 'Soc'}))
    without = {name: value for name, value in ENTITIES.items() if name != 'sensor.bms_current'}
    equal(json.loads(render(home.command['payload'], without))['Current'], None)

    above = 'Soc is 163.5 %, above the limit of 100 %'
    equal(home.push({'sensor.bms_soc': ('163.5', 0)}), ('live', {'errors': above, 'missing': 'Soc'}))
    equal(home.push(body='{"Soc": 163.5}'), ('refused', {'errors': above, 'missing': ''}))
    state, attributes = home.push(body='{"Soc": ')
    equal((state, attributes['errors'][:9]), ('refused', 'not JSON,'))
    equal(home.shown(), ('no answer', {'errors': '', 'missing': ''}))
    world.path('token').write_text('another token that nobody guesses')
    daemon.signal(signal.SIGHUP)
    eventually(lambda: home.push() == ('refused', {'errors': 'The token is missing or wrong.', 'missing': ''}),
               'it says that the token is wrong')


def seconds(time):
    """Of a time as ESPHome has it."""
    return float(re.fullmatch(r'([\d.]+)s', time)[1])


class EspHome:
    """What its http_request.post does, with the lambdas as they were compiled."""

    def __init__(self, world, daemon):
        self.daemon = daemon
        self.configuration, self.others = configuration('esphome.md')
        interval, = self.configuration['interval']
        step, = interval['then']
        self.post = step['http_request.post']
        condition, = self.post['on_response']
        warning = condition['if']['then'][0]['logger.log']
        source = (SOURCE_ROOT / 'tests/recipes/esphome.cpp.in').read_text()
        for name, text in {'JSON': self.post['json'], 'CONDITION': condition['if']['condition']['lambda'],
                           'FORMAT': json.dumps(warning['format']), 'ARGS': ', '.join(warning['args'])}.items():
            source = source.replace(f'@{name}@', text)
        self.program = compiled(world, 'esphome', source)

    def run(self, *arguments):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, check=True).stdout

    def payload(self, soc='63.5', voltage='52.7', current='-12.3'):
        return self.run('json', soc, voltage, current)

    def send(self, **readings):
        """Returns: the answer"""
        equal(self.post['url'], f'http://{HOST}:1882/battery')
        return post(self.daemon, self.payload(**readings), self.post['request_headers'])

    def push(self, **readings):
        """Returns: what is logged"""
        equal(self.post['capture_response'], True)
        answer = self.send(**readings)
        return self.run('warn', str(answer.status), json.dumps(answer.body, separators=(',', ':')))


def test_esphome(world):
    daemon = daemon_of(world)
    begin(daemon, free_port())
    device = EspHome(world, daemon)
    eventually(lambda: device.push() == '' and is_live(daemon), 'the battery is live, and nothing to say')
    equal(values(daemon), SENT)

    # A sensor without a value.
    equal(json.loads(device.payload(soc='nan'))['Soc'], None)
    equal(device.push(soc='nan'), '')
    equal(device.send(soc='nan').body['missing'], ['Soc'])
    said = device.push(soc='163.5')
    assert said.startswith('virtual battery: 200 ') and 'Soc is 163.5 %, above' in said, said
    world.path('token').write_text('another token that nobody guesses')
    daemon.signal(signal.SIGHUP)
    eventually(lambda: device.push().startswith('virtual battery: 401 '), 'it logs that the token is wrong')


def test_esphome_times(world):
    """The watchdog outlasts name, connection and answer, each with the whole time-out, and the battery is
    not late before a request has timed out thrice."""
    assert world
    found, (sensors,) = configuration('esphome.md')
    interval, = found['interval']
    timeout = seconds(found['http_request']['timeout'])
    assert seconds(found['http_request']['watchdog_timeout']) > 3 * timeout
    assert 2 * (seconds(interval['interval']) + timeout) < 10
    sensor, = sensors['sensor']
    assert sensor['id'] in found['interval'][0]['then'][0]['http_request.post']['json']
    assert seconds(sensor['filters'][0]['timeout']) <= 10


def bridge(world, port, mqtt):
    return Running(world, ['sh', '-c', block('mosquitto.md', 'sh')], TOKEN=TOKEN, BROKER='127.0.0.1',
                   PORT=str(mqtt.port), URL=f'http://127.0.0.1:{port}/battery')


def test_mosquitto(world):
    """The JSON of dbus-mqtt-battery out of a real broker."""
    port = free_port()
    daemon = daemon_of(world)
    begin(daemon, port)
    with broker(world) as mqtt:
        mqtt.publish('battery', {**MQTT, 'Soc': 12}, '-r')
        with bridge(world, port, mqtt) as recipe:
            with mqtt.each_second('battery', MQTT):
                eventually(lambda: is_live(daemon), 'the battery is live')
                equal(values(daemon), SENT)
                equal(status(daemon)['values']['Cell1']['value'], 3.29)
                eventually(lambda: ' 200\n' in recipe.said(), 'it prints the verdicts')

                mqtt.stop()
                eventually(lambda: recipe.process.poll() is None, 'it stays')
            mqtt.start()
            records = status(daemon)['source']['records']
            with mqtt.each_second('battery', MQTT):
                eventually(lambda: status(daemon)['source']['records'] > records, 'it connects again', 60)

                daemon.signal(signal.SIGKILL)
                daemon.process.wait()
                begin(daemon, port)
                eventually(lambda: is_live(daemon), 'it goes on with another daemon')

            mqtt.publish('battery', {**MQTT, 'Soc': 163.5})
            eventually(lambda: 'Soc is 163.5 %, above the limit' in recipe.said(), 'it prints what was wrong')
            # Of a text like this one curl may make the file's content.
            world.path('record').write_text(json.dumps(SENT))
            mqtt.publish('battery', f'@{world.path("record")}')
            eventually(lambda: ' 400\n' in recipe.said(), 'what is no JSON is refused')
            mqtt.publish('battery', {**MQTT, 'Connected': 0})
            eventually(lambda: status(daemon)['state'] == 'stale', 'it is stale')


def test_mosquitto_retained(world):
    """What the broker has kept does not become fresh."""
    port = free_port()
    daemon = daemon_of(world)
    begin(daemon, port)
    with broker(world) as mqtt:
        mqtt.publish('battery', {**MQTT, 'Soc': 12}, '-r')
        with bridge(world, port, mqtt):
            def soc():
                mqtt.publish('battery', {'Soc': 63.5, 'Voltage': 52.7})
                return status(daemon)['source']['records'] and status(daemon)
            found = eventually(soc, 'a fresh one goes through')
            assert found['missing'] and 'Current' not in found['values'], found


def test_all_of_them(world):
    """Each recipe is in the list, and nothing else is."""
    assert world
    listed = set(re.findall(r'\]\((\w[\w-]*\.md)\)', (SOURCE_ROOT / 'docs/recipes/README.md').read_text()))
    equal(listed, {file.name for file in (SOURCE_ROOT / 'docs/recipes').glob('*.md')} - {'README.md'})


if __name__ == '__main__':
    harness.main(globals())
