#!/usr/bin/python3
"""What Prometheus scrapes, checked by its own tool; environment: PROMTOOL."""
import json
import math
import os
import re
import subprocess

from gi.repository import GLib

import harness
from clients import RECORD
from harness import CALM, SOURCE_ROOT, equal, eventually

CONFIG = '[battery]\n' + CALM


def scrape(daemon):
    """The samples: name with labels → number."""
    answer = daemon.http.get('/metrics')
    equal((answer.status, answer.headers['content-type']),
          (200, 'text/plain; version=0.0.4; charset=utf-8'))
    checked = subprocess.run([os.environ['PROMTOOL'], 'check', 'metrics'], input=answer.body,
                             capture_output=True, text=True, check=False)
    equal((checked.returncode, checked.stdout, checked.stderr), (0, '', ''), 'promtool')
    return {name: float(number) for name, number in
            (line.rsplit(' ', 1) for line in answer.body.splitlines() if line[0] != '#')}


def labelled(name, **labels):
    inside = ','.join(f'{label}="{value}"' for label, value in labels.items())
    return f'virtual_battery_{name}{{{inside}}}'


def test_waiting(world):
    samples = scrape(world.start(CONFIG))
    equal(samples[labelled('state', battery='virtual', state='waiting')], 1)
    equal(samples[labelled('on_bus', battery='virtual')], 0)
    assert not any('age' in name or 'volts' in name for name in samples), samples


def test_live(world):
    daemon, client = world.live()
    record = {**RECORD, 'Cell1': 3.301, 'Cell2': 3.299, 'Temperature': 21.5, 'Soh': 98,
              'InstalledCapacity': 280, 'DischargedEnergy': 12.5, 'TimeToGo': 7200,
              'ChargeMode': 'Bulk', 'LowVoltage': 1}
    equal(daemon.http.post(record).status, 200)
    equal(daemon.http.post({'Soc': 200}).status, 422)
    equal(daemon.http.post({'Socc': 1, 'Soc': 200}).status, 422)
    samples = scrape(daemon)
    for name, number in (
            ('voltage_volts', 52.7), ('current_amperes', -12.3), ('power_watts', -648),
            ('soc_ratio', 0.635), ('temperature_celsius', 21.5), ('soh_ratio', 0.98),
            ('installed_capacity_coulombs', 280 * 3600), ('time_to_go_seconds', 7200),
            ('discharged_energy_joules', 12.5 * 3.6e6), ('max_charge_voltage_volts', 55.2),
            ('low_voltage', 1), ('on_bus', 1)):
        equal(samples[labelled(name, battery='virtual')], number, name)
    equal(samples[labelled('state', battery='virtual', state='live')], 1)
    equal(samples[labelled('state', battery='virtual', state='stale')], 0)
    equal(samples[labelled('transitions_total', battery='virtual', state='live')], 1)
    equal(samples[labelled('records_total', battery='virtual')],
          daemon.state()['source']['records'])
    equal(samples[labelled('records_refused_total', battery='virtual', code='range')], 1)
    equal(samples[labelled('records_refused_total', battery='virtual', code='unknown')], 1)
    cells = {name: number for name, number in samples.items() if '_cell_volts' in name}
    equal(cells, {labelled('cell_volts', battery='virtual', number='1'): 3.301,
                  labelled('cell_volts', battery='virtual', number='2'): 3.299})
    assert 'virtual_battery_selected_as_bms' not in samples
    client.sync(daemon.pid)
    equal(samples[labelled('signals_total', battery='virtual')], len(client.take()))
    for path, item in client.items().items():
        assert item.type != 'd' or any(math.isclose(item.value * factor, number)
                                       for number in samples.values()
                                       for factor in (1, 0.01, 3600, 3.6e6)), path


def test_process(world):
    daemon, _ = world.live()
    samples = scrape(daemon)
    assert 1e6 < samples['process_resident_memory_bytes'] < 1e9
    assert 0 < samples['process_cpu_seconds_total'] < 60
    equal(samples[f'virtual_battery_build_info{{version="{version()}"}}'], 1)
    duration = 'virtual_battery_http_request_duration_seconds'
    before = samples[f'{duration}_count']
    for _ in range(7):
        daemon.http.post(RECORD)
    samples = scrape(daemon)
    equal(samples[f'{duration}_count'], before + 8, 'requests')
    buckets = [number for name, number in samples.items() if name.startswith(f'{duration}_bucket')]
    equal(buckets, sorted(buckets), 'a cumulative histogram')
    equal(buckets[-1], samples[f'{duration}_count'])
    assert 0 < samples[f'{duration}_sum'] < 60


def version():
    output = subprocess.run([harness.DAEMON, '--version'], capture_output=True, text=True,
                            check=True).stdout
    return re.search(r'\d+\.\d+\.\d+\S*', output)[0]


def test_limited(world):
    """What holds each limit down, of a battery that has rules."""
    daemon, _ = world.live('[battery]\n' + CALM + '[battery shed]\nrole=monitor\n' + CALM
                           + '[limits]\ncharge-current=100\ncharge-by-soc=80:100;100:0\n')
    daemon.http.post({**RECORD, 'Soc': 90})
    told = [name for name in scrape(daemon) if name.startswith('virtual_battery_limited{')]
    equal(told, [labelled('limited', battery='virtual', limit=f'Max{limit}', by=by)
                 for limit, by in (('ChargeVoltage', 'none'), ('ChargeCurrent', 'charge-by-soc'),
                                   ('DischargeCurrent', 'none'))])


def test_signals(world):
    """Each signal counts, also one about the page of a part alone, or about who asks for it."""
    daemon = world.start(CONFIG + '[part left]\n[part right]\n')
    daemon.http.post({**RECORD, 'Cell1': 3.3, 'Temperature': 25}, '/battery/part/left')
    daemon.join({**RECORD, 'Cell1': 3.31, 'Temperature': 20}, '/battery/part/right')
    client = world.client()
    client.sync(daemon.pid)
    client.take_items()
    before = scrape(daemon)[labelled('signals_total', battery='virtual')]
    daemon.http.post({'Temperature': 21}, '/battery/part/right')
    equal(client.set_value('/Battery/Request/Id', GLib.Variant('i', 2)), 0)
    daemon.http.post({'Temperature': 21}, '/battery/part/right')
    client.sync(daemon.pid)
    equal([list(items) for items in client.take_items()],
          [['/Battery/2/Temperature'], ['/Battery/Request/Id']])
    equal(scrape(daemon)[labelled('signals_total', battery='virtual')], before + 2)


def test_several(world):
    """One metric, a sample for each battery."""
    world.system()
    daemon = world.start(CONFIG + '[battery shed]\nrole=monitor\n' + CALM)
    daemon.join()
    daemon.join({'Soc': 50, 'Voltage': 25.1, 'Current': 1}, '/battery/shed')
    samples = scrape(daemon)
    equal([samples[labelled('soc_ratio', battery=name)] for name in ('virtual', 'shed')],
          [0.635, 0.5])
    assert labelled('max_charge_voltage_volts', battery='shed') not in samples
    eventually(lambda: labelled('selected_as_bms', battery='shed') in scrape(daemon),
               'the selection is known')


def test_rules_and_dashboard(world):
    """The examples for Prometheus and Grafana ask for metrics that there are."""
    daemon, _ = world.live()
    world.system()
    daemon.http.post({**RECORD, 'MinCellVoltage': 3.2, 'MaxCellVoltage': 3.3, 'Temperature': 20})
    eventually(lambda: labelled('dvcc', battery='virtual') in scrape(daemon), 'the system is known')
    there = {name.split('{')[0] for name in scrape(daemon)} | {'up'}
    rules = SOURCE_ROOT / 'data/prometheus-rules.yml'
    checked = subprocess.run([os.environ['PROMTOOL'], 'check', 'rules', rules],
                             capture_output=True, text=True, check=False)
    equal((checked.returncode, checked.stderr), (0, ''), checked.stdout)
    dashboard = json.loads((SOURCE_ROOT / 'data/grafana-dashboard.json').read_text())
    expressions = [target['expr'] for panel in dashboard['panels'] for target in panel['targets']]
    assert len(expressions) > 10, expressions
    expressions.append(rules.read_text())
    for expression in expressions:
        for name in re.findall(r'(?:virtual_battery|process)_\w+', expression):
            assert name in there, f'{name} in {expression}'


def test_unchanging(world):
    """What changes with the program alone is sent once to whoever asks again."""
    daemon = world.start(CONFIG)
    first = daemon.http.get('/fields')
    etag = first.headers['etag']
    equal(first.headers['cache-control'], 'no-cache')
    for named in (etag, f'W/{etag}', f'"other", {etag}', '*'):
        answer = daemon.http.get('/fields', headers={'If-None-Match': named})
        equal((answer.status, answer.body, answer.headers.get('etag')), (304, '', etag), named)
    answer = daemon.http.get('/fields', headers={'If-None-Match': '"other"'})
    equal((answer.status, answer.body), (200, first.body))
    head = daemon.http.request('HEAD', '/fields')
    equal((head.status, head.body, head.headers['etag'], head.headers['content-length']),
          (200, '', etag, first.headers['content-length']))
    equal(daemon.http.get('/metrics').headers['cache-control'], 'no-store')


if __name__ == '__main__':
    harness.main(globals())
